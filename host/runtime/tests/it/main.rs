//! The runtime on real components: every guest in `guests/examples` has its test.

#![allow(clippy::unwrap_used, reason = "tests")]

mod cache;
mod chat;
mod documents;
mod grants;
mod guests;
mod instances;
mod known;
mod limits;
mod loading;
mod routes;
mod shutdown;
mod speech;
mod support;
mod tools;
