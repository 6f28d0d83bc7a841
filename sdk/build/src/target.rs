//! The standard library for the plugins' target.

use std::{env, path::Path, process::Command};

use crate::{BuildError, TARGET, io};

/// Sees to it that the compiler can build for the target, by having rustup add it where it cannot.
pub(crate) fn ensure() -> Result<(), BuildError> {
    if is_installed()? {
        return Ok(());
    }
    // Inside a build rustup's variable names the toolchain that runs, so that it is this one that gets the target.
    let added = Command::new("rustup").args(["target", "add", TARGET]).output();
    match added {
        Ok(output) if output.status.success() && is_installed()? => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty());
            Err(BuildError::MissingTarget(format!(
                "It was tried: {}",
                last.unwrap_or("rustup did not say why it failed")
            )))
        }
        Err(error) => Err(BuildError::MissingTarget(format!(
            "There is no rustup here ({error}): without it, the standard library for {TARGET} comes from wherever Rust came from."
        ))),
    }
}

fn is_installed() -> Result<bool, BuildError> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(io("running rustc"))?;
    let directory = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(directory.trim_end()).is_dir())
}
