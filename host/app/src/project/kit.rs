//! The kit, which goes into the project: it is in no registry, and so needs neither one nor a checkout. It lies in `kit/` beside the
//! contract, as it does in the repository.

use toml::{Table, Value};

use super::{Files, Language, ProjectError};

include!(concat!(env!("OUT_DIR"), "/kit.rs"));

/// The kit's manifest in the repository, whose workspace says a part of it.
const MANIFEST: &str = "rust/Cargo.toml";

/// Contract, kit and licences.
///
/// # Errors
/// When this binary was put together wrongly.
pub(super) fn files(language: Language) -> Result<Files, ProjectError> {
    let own = format!("{}/", language.folder());
    let wanted = KIT.iter().filter(|(path, _)| {
        path.starts_with("wit/") || path.starts_with(&own) || path.starts_with("LICENSE")
    });
    wanted
        .map(|(path, text)| {
            let text = if *path == MANIFEST { stand_alone(text, WORKSPACE)? } else { (*text).to_owned() };
            Ok((format!("kit/{path}"), text))
        })
        .collect()
}

/// A member's manifest without its workspace: what it takes from there is put in place.
fn stand_alone(manifest: &str, workspace: &str) -> Result<String, ProjectError> {
    let broken = |error: &dyn std::fmt::Display| ProjectError::Failed(format!("the kit is broken: {error}"));
    let mut manifest: Table = manifest.parse().map_err(|error| broken(&error))?;
    let workspace: Table = workspace.parse().map_err(|error| broken(&error))?;
    let shared = |section: &str| workspace.get("workspace")?.get(section)?.as_table();
    for section in ["package", "dependencies"] {
        let (Some(own), Some(shared)) =
            (manifest.get_mut(section).and_then(Value::as_table_mut), shared(section))
        else {
            return Err(broken(&format!("its manifest has no {section}")));
        };
        for (key, value) in own.iter_mut() {
            if let Some(whole) = inherited(value, shared.get(key)) {
                *value = whole;
            }
        }
    }
    // Examples and lints are the repository's.
    manifest.remove("example");
    manifest.remove("lints");
    toml::to_string(&manifest).map_err(|error| broken(&error))
}

/// The workspace's value where the member's refers to it, with the features that the member adds.
fn inherited(own: &Value, shared: Option<&Value>) -> Option<Value> {
    let own = own.as_table().filter(|own| own.get("workspace") == Some(&Value::Boolean(true)))?;
    let shared = shared?.clone();
    let Some(added) = own.get("features").and_then(Value::as_array) else { return Some(shared) };
    let mut whole = match shared {
        Value::Table(table) => table,
        version => Table::from_iter([("version".to_owned(), version)]),
    };
    let mut features = whole.get("features").and_then(Value::as_array).cloned().unwrap_or_default();
    features.extend(added.iter().cloned());
    whole.insert("features".to_owned(), Value::Array(features));
    Some(Value::Table(whole))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn manifest_stands_alone() {
        let workspace = r#"
            [workspace.package]
            version = "1.0.0"
            [workspace.dependencies]
            serde = { version = "1", features = ["derive"] }
            wit = "2"
        "#;
        let manifest = r#"
            [package]
            name = "kit"
            version.workspace = true
            [lints]
            workspace = true
            [dependencies]
            jiff = "3"
            serde.workspace = true
            wit = { workspace = true, features = ["async"] }
        "#;
        let written: Table = stand_alone(manifest, workspace).unwrap().parse().unwrap();
        let expected: Table = r#"
            [package]
            name = "kit"
            version = "1.0.0"
            [dependencies]
            jiff = "3"
            serde = { version = "1", features = ["derive"] }
            wit = { version = "2", features = ["async"] }
        "#
        .parse()
        .unwrap();
        assert_eq!(written, expected);
    }

    #[test]
    fn every_kit_is_whole() {
        for (language, part) in [
            (Language::Rust, "kit/rust/src/lib.rs"),
            (Language::Python, "kit/python/wheelhouse_sdk/__init__.py"),
            (Language::JavaScript, "kit/js/bin/wheelhouse-plugin.js"),
        ] {
            let files = files(language).unwrap();
            for path in [part, "kit/wit/types.wit", "kit/wit/deps/wasi-config/store.wit", "kit/LICENSE-MIT"] {
                assert!(files.iter().any(|(known, _)| known == path), "{path}");
            }
            assert!(files.iter().all(|(_, text)| !text.contains("workspace = true")));
        }
    }
}
