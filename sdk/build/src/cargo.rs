//! Calling cargo from inside a build that cargo runs.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{BuildError, Component, TARGET, io};

/// What of a package is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Selection {
    /// Its library, which is the plugin.
    Library,
    /// Its examples, each of which is one.
    Examples,
}

impl Selection {
    /// Plugins are built to be small and fast; examples, of which there may be many, to be built fast.
    fn profile(self) -> &'static str {
        match self {
            Self::Library => "plugin",
            Self::Examples => "plugin-example",
        }
    }
}

/// Builds packages of one workspace, given by folder and name: each component with the folder of its package.
pub(crate) fn build(
    root: &Path,
    packages: &BTreeMap<PathBuf, String>,
    selection: Selection,
    directory: &Path,
) -> Result<Vec<(PathBuf, Component)>, BuildError> {
    let mut command = command();
    let profile = selection.profile();
    command.current_dir(root).arg("build").args(["--profile", profile, "--target", TARGET]);
    // The profile need not be known to a plugin that is a workspace of its own.
    command.args(["--config", &format!("profile.{profile}.inherits='release'")]);
    command.args(["--message-format", "json-render-diagnostics"]).arg("--target-dir").arg(directory);
    command.arg(match selection {
        Selection::Library => "--lib",
        Selection::Examples => "--examples",
    });
    for name in packages.values() {
        command.args(["--package", name]);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(root));

    let output = command.stdin(Stdio::null()).output().map_err(io("running cargo"))?;
    if !output.status.success() {
        let folders: Vec<String> = packages.keys().map(|folder| folder.display().to_string()).collect();
        return Err(BuildError::Failed {
            packages: folders.join(", "),
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(components(&messages, packages, selection))
}

/// What cargo knows of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// The folder of the workspace that it belongs to.
    pub(crate) workspace: PathBuf,
}

impl Package {
    /// The package in a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, BuildError> {
        let manifest = folder.join("Cargo.toml");
        let mut command = command();
        command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(&manifest);
        let output = command.output().map_err(io("running cargo"))?;
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let packages = metadata["packages"].as_array();
        let is_it = |package: &&Value| package["manifest_path"].as_str().map(Path::new) == Some(&manifest);
        let package = packages.into_iter().flatten().find(is_it);
        match (package.and_then(|package| package["name"].as_str()), metadata["workspace_root"].as_str()) {
            (Some(name), Some(root)) => Ok(Self { name: name.to_owned(), workspace: PathBuf::from(root) }),
            _ => Err(BuildError::Failed {
                packages: folder.display().to_string(),
                output: String::from_utf8_lossy(&output.stderr).into_owned(),
            }),
        }
    }
}

/// Cargo, in an environment that tells it nothing of the build around it but which toolchain is used and how many jobs are free.
fn command() -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in env::vars_os() {
        if is_of_outer_build(&name) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether a variable belongs to the build around: what cargo tells build scripts, and flags and wrappers (clippy's, coverage's) that
/// are meant for the host's code.
fn is_of_outer_build(name: &OsStr) -> bool {
    const KEPT: [&str; 4] = ["CARGO_HOME", "CARGO_MAKEFLAGS", "CARGO_INCREMENTAL", "CARGO_LOG"];
    const KEPT_SECTIONS: [&str; 6] =
        ["CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_REGISTRY_", "CARGO_SOURCE_", "CARGO_TERM_"];
    const OTHERS: [&str; 14] = [
        "DEBUG",
        "HOST",
        "NUM_JOBS",
        "OPT_LEVEL",
        "OUT_DIR",
        "PROFILE",
        "RUSTC_LINKER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOCFLAGS",
        "RUSTFLAGS",
        "TARGET",
        "CLIPPY_ARGS",
        "CLIPPY_CONF_DIR",
    ];
    let Some(name) = name.to_str() else { return false };
    if name.starts_with("CARGO_") {
        return !KEPT.contains(&name) && !KEPT_SECTIONS.iter().any(|section| name.starts_with(section));
    }
    name.starts_with("DEP_") || name.starts_with("__CARGO") || OTHERS.contains(&name)
}

/// Flags for the plugins' code, as cargo encodes them: SIMD, which every host has, and no trace of where they were built.
fn flags(root: &Path) -> OsString {
    let mut flags = OsString::from("-Ctarget-feature=+simd128");
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    for (path, name) in [(home.as_deref(), "cargo"), (Some(root), "plugins")] {
        if let Some(path) = path {
            flags.push("\x1f--remap-path-prefix=");
            flags.push(path);
            flags.push("=");
            flags.push(name);
        }
    }
    flags
}

/// The components among cargo's messages.
fn components(
    messages: &str,
    packages: &BTreeMap<PathBuf, String>,
    selection: Selection,
) -> Vec<(PathBuf, Component)> {
    let kind = match selection {
        Selection::Library => "cdylib",
        Selection::Examples => "example",
    };
    let mut found = Vec::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        let kinds = message["target"]["kind"].as_array();
        if !kinds.is_some_and(|kinds| kinds.iter().any(|k| k == kind)) {
            continue;
        }
        let Some(folder) = message["manifest_path"].as_str().and_then(|path| Path::new(path).parent()) else {
            continue;
        };
        let Some(package) = packages.get(folder) else { continue };
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let Some(path) = files.into_iter().find(|file| file.ends_with(".wasm")) else { continue };
        let name = match selection {
            // The library's name has underscores where the package's has hyphens.
            Selection::Library => package.clone(),
            Selection::Examples => message["target"]["name"].as_str().unwrap_or_default().to_owned(),
        };
        found.push((folder.to_owned(), Component { name, path: PathBuf::from(path) }));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_outer_builds_flags_and_wrappers_are_not_passed_on() {
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTC_WORKSPACE_WRAPPER",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "CARGO_PKG_NAME",
            "CARGO_CFG_TARGET_ARCH",
            "CARGO_MANIFEST_DIR",
            "TARGET",
            "DEP_Z_INCLUDE",
        ] {
            assert!(is_of_outer_build(OsStr::new(name)), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "CARGO",
            "CARGO_HOME",
            "CARGO_MAKEFLAGS",
            "CARGO_NET_OFFLINE",
            "RUSTC",
            "RUSTUP_TOOLCHAIN",
        ] {
            assert!(!is_of_outer_build(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn components_are_found_among_the_messages() {
        let library = r#"{"reason":"compiler-artifact","manifest_path":"/w/plugins/wins/Cargo.toml","target":{"kind":["cdylib","rlib"],"name":"wins"},"filenames":["/t/libwins.rlib","/t/wins.wasm"]}"#;
        let other = r#"{"reason":"compiler-artifact","manifest_path":"/w/sdk/rust/Cargo.toml","target":{"kind":["lib"],"name":"sdk"},"filenames":["/t/libsdk.rlib"]}"#;
        let example = r#"{"reason":"compiler-artifact","manifest_path":"/w/plugins/wins/Cargo.toml","target":{"kind":["example"],"name":"loops"},"filenames":["/t/examples/loops.wasm"]}"#;
        let messages = format!("{other}\nnot json\n{library}\n{example}\n");
        let packages = BTreeMap::from([(PathBuf::from("/w/plugins/wins"), "wins".to_owned())]);
        let only = |selection| {
            let found = components(&messages, &packages, selection);
            assert_eq!(found.len(), 1);
            found.into_iter().next().map(|(_, component)| component)
        };
        let wins = Component { name: "wins".into(), path: "/t/wins.wasm".into() };
        assert_eq!(only(Selection::Library), Some(wins));
        let loops = Component { name: "loops".into(), path: "/t/examples/loops.wasm".into() };
        assert_eq!(only(Selection::Examples), Some(loops));
    }

    #[test]
    fn a_package_is_known_by_its_folder() {
        let package = Package::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(package.name, "wheelhouse-build");
        assert!(package.workspace.join("sdk/build/src/cargo.rs").is_file(), "{package:?}");
        assert!(matches!(Package::read(Path::new("/no/such/folder")), Err(BuildError::Failed { .. })));
    }
}
