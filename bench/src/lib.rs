//! The same component behind the runtime and on bare wasmtime, so that the runtime's share of a call can be told; and hosts with many
//! plugins, plugins that change and plugins that misbehave.

mod bare;
pub mod binary;
mod documents;
mod host;

pub use bare::{Bare, BareInstance};
pub use host::{Setup, Started, context, resident};
