//! The same component behind the runtime and on bare wasmtime, so that the runtime's share of a call can be told.

mod bare;
mod documents;
mod host;

pub use bare::{Bare, BareInstance};
pub use host::{Started, context, start};
