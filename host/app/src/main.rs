//! The `wheelhouse` binary.

use std::process::ExitCode;

use clap::Parser;
use wheelhouse::{cli::Cli, commands, heap};

fn main() -> ExitCode {
    heap::map_large_blocks();
    // Two providers of cryptography are compiled in, as `msedge-tts` brings aws-lc-rs along, and rustls panics
    // rather than choose where a library leaves that to it. An error would mean that the choice is made.
    let _ = rustls::crypto::ring::default_provider().install_default();
    commands::run(Cli::parse())
}
