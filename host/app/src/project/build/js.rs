//! The JavaScript kit's part.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::project::{ProjectError, tools};

/// The plugin's module, unless package.json names another.
const MODULE: &str = "app.js";
const INSTALL: &str = "Node.js 20 or newer is needed, with npm: https://nodejs.org";

/// Builds the module in a folder, puts its component where `place` says, and returns the plugin's id.
pub(super) fn build(folder: &Path, place: &dyn Fn(&str) -> PathBuf) -> Result<String, ProjectError> {
    let module = module(folder);
    if !folder.join(&module).is_file() {
        return Err(ProjectError::Usage(format!(
            "there is no {module} in {}; package.json can name another module as \"main\"",
            folder.display()
        )));
    }
    let node = || tools::find("node", &[Path::new("node")], folder, INSTALL);
    let mut describe = node()?;
    let kit = folder.join("node_modules/wheelhouse-sdk/bin/wheelhouse-plugin.js");
    if !kit.is_file() {
        return Err(ProjectError::Failed(format!(
            "the kit is not installed here yet. Run in {}: npm install",
            folder.display()
        )));
    }
    let id = id_of(&tools::run(describe.arg(&kit).args(["describe", &module]))?)?;
    let mut build = node()?;
    tools::run(build.arg(&kit).args(["build", &module, "-o"]).arg(place(&id)))?;
    Ok(id)
}

fn module(folder: &Path) -> String {
    let package = std::fs::read(folder.join("package.json")).ok();
    let package: Option<Value> = package.and_then(|text| serde_json::from_slice(&text).ok());
    let main = package.as_ref().and_then(|package| package["main"].as_str());
    main.unwrap_or(MODULE).to_owned()
}

/// The id in what a kit prints of a plugin.
pub(super) fn id_of(described: &[u8]) -> Result<String, ProjectError> {
    let described: Option<Value> = serde_json::from_slice(described).ok();
    let id = described.as_ref().and_then(|described| described["id"].as_str());
    id.map(str::to_owned)
        .ok_or_else(|| ProjectError::Failed("the kit does not say what the plugin's id is".to_owned()))
}
