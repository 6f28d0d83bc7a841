//! A plugin as its authors have it: a folder in one of three languages. [`create`] writes one that is complete, with the kit inside;
//! [`build`] makes a component of it.

mod build;
mod kit;
mod language;
mod name;
mod template;
mod tools;

use std::{fs, path::Path};

pub use build::build;
pub use language::Language;

/// Why there is no project, or no component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// Something else has to be asked for.
    #[error("{0}")]
    Usage(String),
    /// Something is missing, or went wrong.
    #[error("{0}")]
    Failed(String),
}

/// Files of a project: where each belongs, and what it holds.
type Files = Vec<(String, String)>;

/// Writes a project with this name: an example with its tests and cases, and the kit.
///
/// # Errors
/// `Usage` when the name is none for a plugin, or the folder holds something already; `Failed` when it cannot be written.
pub fn create(name: &str, language: Language, folder: &Path) -> Result<(), ProjectError> {
    name::check(name, language)?;
    let is_taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    };
    if is_taken {
        return Err(ProjectError::Usage(format!(
            "{} is there already and is not an empty folder; choose another with --dir",
            folder.display()
        )));
    }
    for (path, text) in template::files(name, language).into_iter().chain(kit::files(language)?) {
        let file = folder.join(path);
        let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, text));
        written.map_err(|error| ProjectError::Failed(format!("cannot write {}: {error}", file.display())))?;
    }
    Ok(())
}

/// The commands that lead from a new project to a component that was tried out.
pub fn next_steps(name: &str, language: Language) -> Vec<String> {
    let mut steps: Vec<String> = language.setup().iter().map(|step| (*step).to_owned()).collect();
    steps.push(language.unit_tests().to_owned());
    steps.push("wheelhouse plugin build".to_owned());
    steps.push(format!("wheelhouse plugin check {name}.wasm"));
    steps.push(format!("wheelhouse plugin test {name}.wasm"));
    steps
}
