//! The Python kit's part.

use std::path::{Path, PathBuf};

use super::js::id_of;
use crate::project::{ProjectError, tools};

/// The plugin's module.
const MODULE: &str = "app.py";
const INSTALL: &str = "Python 3.11 or newer is needed: https://www.python.org/downloads";

/// Builds the module in a folder, puts its component where `place` says, and returns the plugin's id.
pub(super) fn build(folder: &Path, place: &dyn Fn(&str) -> PathBuf) -> Result<String, ProjectError> {
    if !folder.join(MODULE).is_file() {
        return Err(ProjectError::Usage(format!(
            "there is no {MODULE} in {}; another module is built by python -m wheelhouse_sdk build MODULE",
            folder.display()
        )));
    }
    ensure_kit(folder)?;
    let mut describe = python(folder)?;
    let id = id_of(&tools::run(describe.args(["-m", "wheelhouse_sdk", "describe", MODULE]))?)?;
    let mut build = python(folder)?;
    tools::run(build.args(["-m", "wheelhouse_sdk", "build", MODULE, "-o"]).arg(place(&id)))?;
    Ok(id)
}

/// The project's own Python, or else the machine's.
fn python(folder: &Path) -> Result<std::process::Command, ProjectError> {
    let own = folder.join(".venv/bin/python");
    let own_on_windows = folder.join(".venv/Scripts/python.exe");
    let programs = [&*own, &*own_on_windows, Path::new("python3"), Path::new("python")];
    tools::find("python3", &programs, folder, INSTALL)
}

fn ensure_kit(folder: &Path) -> Result<(), ProjectError> {
    let mut asking = python(folder)?;
    let asked = asking.args(["-c", "import wheelhouse_sdk, componentize_py"]).output();
    if asked.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    Err(ProjectError::Failed(format!(
        "the kit is not installed here yet. Run in {}: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
        folder.display()
    )))
}
