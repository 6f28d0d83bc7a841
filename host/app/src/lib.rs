//! The binary's parts: command line, configuration, composition, start-up page.
//!
//! A library beside the binary so that tests run the whole host in process.

pub mod cli;
pub mod commands;
pub mod config;
pub mod host;
pub mod names;
pub mod page;
pub mod progress;
pub mod reload;
mod secret_key;
mod telemetry;
