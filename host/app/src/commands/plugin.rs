//! `wheelhouse plugin`.

mod build;
mod check;
mod inspect;
mod list;
mod new;
mod test;

use std::path::Path;

use super::{CommandError, block_on, json, print, start};
use crate::cli::AuthorCommand;

pub(super) use list::run as list;

/// The commands that work anywhere.
pub(super) fn author(command: &AuthorCommand) -> Result<(), CommandError> {
    match command {
        AuthorCommand::New(args) => new::run(args),
        AuthorCommand::Build(args) => build::run(args),
        AuthorCommand::Inspect(args) => inspect::run(args),
        AuthorCommand::Check(args) => check::run(args),
        AuthorCommand::Test(args) => test::run(args),
    }
}

/// The bytes of a component that somebody has named.
fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|error| {
        let advice =
            if file.is_dir() { "; name the component, `wheelhouse plugin build` makes it" } else { "" };
        CommandError::Usage(format!("cannot read {}: {error}{advice}", file.display()))
    })
}
