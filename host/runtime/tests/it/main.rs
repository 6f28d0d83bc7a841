//! The runtime on real components: every guest in `guests/examples` has its test.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bombs;
mod cache;
mod chat;
mod databases;
mod documents;
mod egress;
mod grants;
mod guests;
mod hand_written;
mod instances;
mod keyvalue;
mod known;
mod limits;
mod loading;
mod log;
mod loops;
mod mounts;
mod outline;
mod outside;
mod routes;
mod servers;
mod settings;
mod shutdown;
mod speech;
mod stealing;
mod support;
mod swap;
mod switches;
mod tools;
mod vitals;
mod wasi_http;
