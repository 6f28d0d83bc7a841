//! The runtime on real components: every guest in `guests/examples` has its test.

#![allow(clippy::unwrap_used, reason = "tests")]

mod cache;
mod chat;
mod documents;
mod egress;
mod grants;
mod guests;
mod instances;
mod keyvalue;
mod known;
mod limits;
mod loading;
mod outline;
mod outside;
mod routes;
mod servers;
mod settings;
mod shutdown;
mod speech;
mod support;
mod swap;
mod switches;
mod tools;
mod vitals;
mod wasi_http;
