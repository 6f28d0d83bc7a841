//! The binary's parts: command line, configuration, composition, start-up page.
//!
//! A library beside the binary so that tests run the whole host in process.

pub mod cases;
pub mod cli;
pub mod commands;
pub mod config;
pub mod conformance;
pub mod heap;
pub mod host;
pub mod names;
pub mod page;
pub mod progress;
pub mod project;
pub mod reload;
mod secret_key;
mod telemetry;
mod text;
pub mod workbench;
