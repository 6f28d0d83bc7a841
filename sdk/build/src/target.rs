//! The Rust target of components.

use std::{env, path::Path, process::Command};

use crate::BuildError;

/// What components are built for.
pub const TARGET: &str = "wasm32-wasip2";

/// Adds the target to the toolchain in use where it is missing.
pub(crate) fn ensure() -> Result<(), BuildError> {
    if is_installed()? {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]);
    if let Ok(toolchain) = env::var("RUSTUP_TOOLCHAIN") {
        rustup.args(["--toolchain", &toolchain]);
    }
    let output = rustup
        .output()
        .map_err(|error| BuildError::TargetMissing(format!("rustup cannot be run: {error}")))?;
    if output.status.success() && is_installed()? {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().last().unwrap_or("rustup did not say why");
    Err(BuildError::TargetMissing(last.trim().to_owned()))
}

fn is_installed() -> Result<bool, BuildError> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|error| BuildError::Spawn { program: rustc, error })?;
    Ok(output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}
