//! Builds plugins for `wasm32-wasip2` from a build script, and embeds them into the crate that the script belongs to.
//!
//! ```no_run
//! use wheelhouse_build::{Build, embed};
//!
//! # fn main() -> Result<(), wheelhouse_build::BuildError> {
//! let plugins = Build::new().package("wins").package("assist").run()?;
//! embed(&plugins, "wheelhouse_runtime::Bundled")?;
//! # Ok(())
//! # }
//! ```
//!
//! The plugins are built with the profile `plugin` (examples with `plugin-example`) into `guests` in the target directory, where every profile of the host and
//! every build script finds them again. Their directory has a lock of its own, so that the cargo that waits for the script is
//! not waited for.

mod build;
mod cargo;
mod embed;
mod target;

pub use build::{Build, Component};
pub use embed::embed;

/// The target that plugins are built for.
pub const TARGET: &str = "wasm32-wasip2";

/// Why plugins could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Not called from a build script.
    #[error("the environment variable {0} is missing: plugins are built from a build script")]
    NotInBuildScript(&'static str),
    /// The standard library for the target is missing.
    #[error(
        "plugins are built for {TARGET}, which this Rust cannot do yet. Run\n\n    rustup target add {TARGET}\n\nand build again. ({0})"
    )]
    MissingTarget(String),
    /// A plugin's folder has no package.
    #[error("there is no plugin in {0}: it has no Cargo.toml")]
    NoPackage(String),
    /// Cargo could not build a plugin.
    #[error("the plugins {packages} could not be built:\n{output}")]
    Failed {
        /// Their folders.
        packages: String,
        /// What cargo said.
        output: String,
    },
    /// Cargo built a package, and there is no component.
    #[error("{0} builds no component: does its Cargo.toml have crate-type = [\"cdylib\"]?")]
    NoComponent(String),
    /// A program could not be run, or a file not be read or written.
    #[error("{0}: {1}")]
    Io(String, #[source] std::io::Error),
}

/// Says what was being done when something went wrong with a file or a program.
fn io(doing: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> BuildError {
    move |error| BuildError::Io(doing.to_string(), error)
}

/// A variable that cargo sets for build scripts.
fn variable(name: &'static str) -> Result<std::path::PathBuf, BuildError> {
    std::env::var_os(name).map(Into::into).ok_or(BuildError::NotInBuildScript(name))
}
