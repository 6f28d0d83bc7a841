//! The one way out of the host for plugins: the import `http` and the client of `wasi:http` both end here.
//!
//! A request is checked twice. First its host against what the plugin asked for and the operator granted ([`policy`]); then, while the
//! connection is made ([`connector`]), every address that the name stands for: none may lead into this machine, its network or its
//! cloud ([`address`]) unless the operator has granted that address itself. What is connected to is the very address that was checked,
//! so that a name server that changes its mind has no say; what is checked is the URL as it will be used ([`target`]), so that no odd
//! spelling says one thing here and another there. Redirects are requests like any other ([`redirect`]).
//!
//! Where something stands in the place of servers ([`outside`]), it is asked after the first check and in the place of a connection.
//!
//! A plugin has so many requests under way, of so many bytes, as its limits say. Its connections are its own.

mod address;
mod body;
mod connector;
mod error;
mod fetch;
mod gate;
mod headers;
mod outside;
mod policy;
mod redirect;
mod resolver;
mod socket;
mod target;
#[cfg(test)]
mod tests;
mod tls;

use std::sync::Arc;

pub(crate) use body::silent;
pub(crate) use error::EgressError;
pub(crate) use fetch::Fetch;
pub(crate) use gate::Gate;
pub(crate) use headers::{HEADERS, is_of_connection};
pub use outside::{OutgoingRequest, Outside, Passage, ServerAnswer};
pub(crate) use policy::{Policy, denied};
pub use resolver::{Resolver, SystemResolver};
pub(crate) use target::Target;

/// What all plugins' gates share.
pub(crate) struct Egress {
    resolver: Arc<dyn Resolver>,
    /// What stands in the place of servers, if anything does.
    outside: Option<Arc<dyn Outside>>,
    tls: tls::Tls,
}

impl Egress {
    pub(crate) fn new(resolver: Arc<dyn Resolver>, outside: Option<Arc<dyn Outside>>) -> Self {
        Self { resolver, outside, tls: tls::Tls::default() }
    }
}
