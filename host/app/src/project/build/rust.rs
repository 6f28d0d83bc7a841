//! Cargo's part.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::project::{ProjectError, tools};

const TARGET: &str = "wasm32-wasip2";
const INSTALL: &str = "Rust comes from https://rustup.rs";

/// Builds the package in a folder, puts its component where `place` says, and returns its name.
pub(super) fn build(folder: &Path, place: &dyn Fn(&str) -> PathBuf) -> Result<String, ProjectError> {
    ensure_target(folder)?;
    let mut cargo = tools::find("cargo", &[Path::new("cargo")], folder, INSTALL)?;
    cargo.args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"]);
    let messages = tools::run(&mut cargo)?;
    let (name, built) = component(&String::from_utf8_lossy(&messages)).ok_or_else(|| {
        ProjectError::Failed(
            "cargo has built no component: does Cargo.toml have crate-type = [\"cdylib\", \"rlib\"] in [lib]?".to_owned(),
        )
    })?;
    let output = place(&name);
    let copied = output.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
        // Whole or not at all: a host may be looking at the folder.
        let part = output.with_extension("part");
        fs::copy(&built, &part)?;
        fs::rename(&part, &output)
    });
    copied.map_err(|error| ProjectError::Failed(format!("cannot write {}: {error}", output.display())))?;
    Ok(name)
}

/// In the project's folder, since it may name a toolchain of its own.
fn ensure_target(folder: &Path) -> Result<(), ProjectError> {
    let mut rustc = tools::find("rustc", &[Path::new("rustc")], folder, INSTALL)?;
    let asked = rustc.args(["--print", "target-libdir", "--target", TARGET]).output();
    let is_there = asked.is_ok_and(|output| {
        output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim_end()).is_dir()
    });
    if is_there {
        return Ok(());
    }
    Err(ProjectError::Failed(format!(
        "this Rust cannot build components yet. Run: rustup target add {TARGET}"
    )))
}

/// Name of the package that was built last, and its component.
fn component(messages: &str) -> Option<(String, PathBuf)> {
    let mut artifacts = messages.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    artifacts.find_map(|artifact| {
        if artifact["reason"] != "compiler-artifact" {
            return None;
        }
        let is_library = |kind: &Value| kind == "cdylib";
        if !artifact["target"]["kind"].as_array()?.iter().any(is_library) {
            return None;
        }
        let mut files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let file = files.find(|file| file.ends_with(".wasm"))?;
        // A library's name has underscores where its package's may have hyphens.
        let name = artifact["target"]["name"].as_str()?.replace('_', "-");
        Some((name, PathBuf::from(file)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn component_is_found_among_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"serde"},"filenames":["/t/libserde.rlib"]}
{"reason":"compiler-artifact","target":{"kind":["cdylib","rlib"],"name":"trip_weather"},"filenames":["/t/trip_weather.wasm","/t/libtrip_weather.rlib"]}
{"reason":"build-finished","success":true}"#;
        let found = component(messages);
        assert_eq!(found, Some(("trip-weather".to_owned(), PathBuf::from("/t/trip_weather.wasm"))));
        assert_eq!(component(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
