//! Programs that projects are built with.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
};

use super::ProjectError;

/// The first of these programs that is there, ready to run in a folder. They are known to people by `name`.
///
/// # Errors
/// `Failed` with `install` when none is.
pub(super) fn find(
    name: &str,
    programs: &[&Path],
    folder: &Path,
    install: &str,
) -> Result<Command, ProjectError> {
    let is_there = |program: &Path| {
        let asked = Command::new(program)
            .arg("--version")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    };
    let found = programs
        .iter()
        .find(|program| is_there(program))
        .ok_or_else(|| ProjectError::Failed(format!("`{name}` is missing. {install}")))?;
    let mut command = Command::new(found);
    command.current_dir(folder).stdin(Stdio::null());
    Ok(command)
}

/// Runs it to its end. What it writes is the author's to read.
///
/// # Errors
/// `Failed` when it does not succeed.
pub(super) fn run(command: &mut Command) -> Result<Vec<u8>, ProjectError> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_run(command, &error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(ProjectError::Failed(format!(
        "`{}` has not made a component; it says why above",
        command.get_program().to_string_lossy()
    )))
}

fn cannot_run(command: &Command, error: &io::Error) -> ProjectError {
    ProjectError::Failed(format!("cannot run `{}`: {error}", command.get_program().to_string_lossy()))
}
