//! The `wheelhouse` binary.

use std::process::ExitCode;

use clap::Parser;
use wheelhouse::{cli::Cli, commands};

fn main() -> ExitCode {
    commands::run(Cli::parse())
}
