//! The whole host, as its users meet it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod app;
mod command_line;
mod configuration;
mod direction;
mod drop_in;
mod fallback;
mod first_hour;
mod first_start;
mod page;
mod restart;
mod servers;
mod speech;
