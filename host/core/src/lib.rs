//! The words of the domain and the ports between the parts of the host.
//!
//! A port is a trait that a service calls and that another crate implements: [`SpeechEngine`](speech::SpeechEngine),
//! [`ChatProvider`](chat::ChatProvider), [`Tool`](tool::Tool), [`Route`](route::Route), [`Mount`](mount::Mount), the stores, the [`Cache`](cache::Cache) and the
//! [`Clock`](clock::Clock). This crate does no I/O and knows no framework.

pub mod account;
pub mod assistant;
pub mod audio;
pub mod cache;
pub mod catalog;
pub mod chat;
pub mod clock;
pub mod context;
pub mod conversation;
pub mod document;
pub mod failure;
pub mod health;
pub mod language;
pub mod mount;
pub mod plugin;
pub mod route;
pub mod secret;
pub mod speech;
pub mod tool;

pub use context::{CallContext, Caller, User, UserId};
pub use failure::{Failure, FailureClass, FieldError, Result};
pub use secret::Secret;
