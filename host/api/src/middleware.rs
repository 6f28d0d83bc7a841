//! What stands around every handler.
//!
//! From the outside in: [`cors`] puts its headers on whatever comes out; [`Envelope`] gives the request its id, its span and its log
//! line, catches panics and completes errors; [`Gate`] checks access and makes the call context.

mod cors;
mod envelope;
mod gate;

pub(crate) use cors::cors;
pub(crate) use envelope::Envelope;
pub(crate) use gate::Gate;
