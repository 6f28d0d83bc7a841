//! From a project to a component, by the tools of its language.

mod js;
mod python;
mod rust;

use std::{
    env,
    path::{Path, PathBuf},
};

use super::{Language, ProjectError};

/// Builds the project in a folder, and says where the component is.
///
/// # Errors
/// `Usage` when there is no project; `Failed` when a tool is missing, with the command that installs it, or when it does not build.
pub fn build(folder: &Path, output: Option<&Path>) -> Result<PathBuf, ProjectError> {
    let build = match Language::of(folder) {
        Some(Language::Rust) => rust::build,
        Some(Language::Python) => python::build,
        Some(Language::JavaScript) => js::build,
        None => {
            return Err(ProjectError::Usage(format!(
                "{} is no plugin's project: there is no Cargo.toml, no package.json and no app.py in it; \
                 `wheelhouse plugin new` begins one",
                folder.display()
            )));
        }
    };
    let here = env::current_dir()
        .map_err(|error| ProjectError::Failed(format!("there is no current folder: {error}")))?;
    let place = |id: &str| output.map_or_else(|| in_folder(folder, &format!("{id}.wasm")), Path::to_owned);
    // The tools run in the project's folder, and the place is meant from here.
    let id = build(&here.join(folder), &|id| here.join(place(id)))?;
    Ok(place(&id))
}

/// A file's place as people write it: without `./`.
fn in_folder(folder: &Path, file: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(file) } else { folder.join(file) }
}
