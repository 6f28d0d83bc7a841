//! The whole surface in process or on a loopback listener, on the real services and fake ports.
#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod accounts;
mod audio;
mod bodies;
mod document;
mod fakes;
mod headers;
mod health;
mod host;
mod logs;
mod metrics;
mod pam;
mod plugin_routes;
mod plugins;
mod serving;
mod socket;
