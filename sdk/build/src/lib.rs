//! Builds plugin components from a build script, and embeds them.
//!
//! ```no_run
//! # fn main() -> Result<(), wheelhouse_build::BuildError> {
//! let components = wheelhouse_build::Build::new().package("wins").package("assist").run()?;
//! wheelhouse_build::embed(&components, "wheelhouse_runtime::Bundled")?;
//! # Ok(())
//! # }
//! ```
//!
//! The components are built for `wasm32-wasip2` with the profile `plugin` of the workspace, in a target folder of their own
//! inside the outer one: debug and release builds of a host share them, and the outer cargo's lock is not needed.
//! The target is added where it is missing.

mod build;
mod embed;
mod environment;
mod sources;
mod target;

pub use build::{Build, Component};
pub use embed::embed;
pub use target::TARGET;

use std::path::PathBuf;

/// Why no component came out.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// This crate is for build scripts.
    #[error("{0} is not set: components are built from a build script")]
    NotABuildScript(&'static str),
    /// Neither is the target installed, nor could it be added.
    #[error(
        "the Rust target {TARGET} is missing and could not be added ({0}); run: rustup target add {TARGET}"
    )]
    TargetMissing(String),
    /// Cargo could not be started.
    #[error("cannot run `{program}`: {error}")]
    Spawn {
        /// What was to be run.
        program: String,
        /// Why it was not.
        error: std::io::Error,
    },
    /// Cargo has said why.
    #[error("building the components failed; what cargo says stands above")]
    Failed,
    /// A file could not be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
}

impl BuildError {
    fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }
}
