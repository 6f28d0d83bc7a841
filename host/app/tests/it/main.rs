//! The whole host, as its users meet it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod administration;
mod app;
mod authoring;
mod clock;
mod command_line;
mod configuration;
mod dialogue;
mod direction;
mod drop_in;
mod fallback;
mod first_hour;
mod first_start;
mod guide;
mod kits;
/// Plays OpenAI's API, here and in the provider's own tests.
#[path = "../../../engines/tests/it/server.rs"]
#[allow(dead_code, unreachable_pub, reason = "these tests need only a part of it")]
mod openai_server;
mod outage;
mod page;
mod pico;
mod provider;
mod restart;
mod servers;
mod socket;
mod speech;
mod terminal;
