//! The Rust kit for writing Wheelhouse plugins.
//!
//! A tool is a struct that says what it takes, and a function that does it:
//!
//! ```
//! use wheelhouse_sdk::prelude::*;
//!
//! /// Adds two numbers.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct AddNumbers {
//!     /// The first number.
//!     first: i64,
//!     /// The second number.
//!     second: i64,
//! }
//!
//! fn add_numbers(_call: &Call, input: AddNumbers) -> Result<Outcome<i64>, Failure> {
//!     let sum = input.first.checked_add(input.second).ok_or_else(|| Failure::invalid("The sum is too large."))?;
//!     Ok(Outcome::new(sum, format!("That makes {sum}.")))
//! }
//!
//! wheelhouse_sdk::plugin! {
//!     plugin: Plugin::new("Sums", "Adds numbers."),
//!     tools: [Tool::new(add_numbers).sentences(["(add|sum) {first:number} and {second:number}"]).read_only()],
//! }
//! ```
//!
//! The tool's name is the struct's in snake_case (`add_numbers`), its description the struct's doc comment, and the
//! descriptions of its arguments the fields'. What does not fit the struct never reaches the function: the caller
//! reads which field is wrong and what would be right.
//!
//! Tools and routes are plain functions, for all that the host offers is called plainly, even where the host awaits.
//! Speech engines ([`SpeechEngine`]) and AI providers ([`ChatProvider`]) are asynchronous, because they hand over their
//! answers piece by piece.
//!
//! A plugin exports what its [`plugin!`] names and imports what it uses. On the build machine everything
//! compiles and runs too, with [`documents`] in memory and answers to
//! [`http`] requests made up by the test, so that a plugin's tests are plain `cargo test` (see `testing`).

#[doc(hidden)]
pub mod bindings;
mod call;
pub mod chat;
mod date;
pub mod documents;
#[doc(hidden)]
pub mod export;
mod failure;
pub mod http;
mod input;
mod money;
mod outcome;
mod plugin;
mod route;
mod schema;
pub mod settings;
mod sink;
pub mod speech;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod tool;

pub use bindings::imports::wheelhouse::plugin::types::{
    Call, Failure, FieldError, InvalidInput, Location, RateLimit, User,
};
pub use chat::ChatProvider;
pub use date::Date;
pub use jiff;
pub use money::{Amount, Currency, Money};
pub use outcome::{Outcome, UiAction};
pub use plugin::Plugin;
pub use route::{Method, Request, Response, Route};
pub use schemars;
pub use serde;
pub use serde_json;
pub use speech::SpeechEngine;
pub use tool::Tool;

/// What most plugins need.
pub mod prelude {
    pub use crate::{
        Amount, Call, Currency, Date, Failure, Method, Money, Outcome, Plugin, Route, Tool, UiAction,
        documents::{Collection, Document, Listing},
    };
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};
}

/// What the guide shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
