//! One cargo call that builds components.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{BuildError, TARGET, environment, sources, target};

/// A component that has been built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Of the package or the example.
    pub name: String,
    /// The `.wasm` file.
    pub path: PathBuf,
}

/// What to build. Packages and examples have the crate type `cdylib`.
#[derive(Debug, Clone, Default)]
pub struct Build {
    packages: Vec<String>,
    examples: Option<String>,
}

impl Build {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A package of the workspace whose library is a component.
    #[must_use]
    pub fn package(mut self, name: &str) -> Self {
        self.packages.push(name.to_owned());
        self
    }

    /// All examples of the package that the build script belongs to: one component a file of `examples/`.
    ///
    /// # Errors
    /// Outside of a build script.
    pub fn own_examples(mut self) -> Result<Self, BuildError> {
        self.examples = Some(variable("CARGO_PKG_NAME")?);
        Ok(self)
    }

    /// Builds, and tells the outer cargo which files to watch. The components are in the order in which they were named,
    /// examples by name.
    ///
    /// # Errors
    /// When the target is missing and cannot be added, or cargo fails; its own words go to standard error.
    pub fn run(&self) -> Result<Vec<Component>, BuildError> {
        target::ensure()?;
        let folder = folder()?;
        let mut components = Vec::new();
        if !self.packages.is_empty() {
            let mut command = cargo(&folder)?;
            for package in &self.packages {
                command.args(["--package", package]);
            }
            run(command)?;
            components.extend(self.packages.iter().map(|name| {
                let path = output(&folder).join(format!("{}.wasm", name.replace('-', "_")));
                Component { name: name.clone(), path }
            }));
        }
        if let Some(package) = &self.examples {
            let examples = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("examples");
            sources::watch(&examples);
            let mut command = cargo(&folder)?;
            command.args(["--package", package, "--examples"]);
            run(command)?;
            components.extend(names(&examples)?.into_iter().map(|name| {
                let path = output(&folder).join("examples").join(format!("{name}.wasm"));
                Component { name, path }
            }));
        }
        for component in &components {
            sources::watch_all_of(&component.path)?;
        }
        Ok(components)
    }
}

fn variable(name: &'static str) -> Result<String, BuildError> {
    env::var(name).map_err(|_| BuildError::NotABuildScript(name))
}

/// `target/guests`: cargo marks the folder that it builds in with a tag, whatever it is called.
fn folder() -> Result<PathBuf, BuildError> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let outer = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).unwrap_or(&out);
    Ok(outer.join("guests"))
}

fn output(folder: &Path) -> PathBuf {
    folder.join(TARGET).join("plugin")
}

fn cargo(folder: &Path) -> Result<Command, BuildError> {
    let mut command = Command::new(variable("CARGO")?);
    command
        .args(["build", "--locked", "--profile", "plugin", "--target", TARGET, "--target-dir"])
        .arg(folder)
        .current_dir(variable("CARGO_MANIFEST_DIR")?)
        // A build script's standard output is for cargo's instructions alone.
        .stdout(Stdio::null());
    environment::clean(&mut command);
    Ok(command)
}

fn run(mut command: Command) -> Result<(), BuildError> {
    let status = command.status().map_err(|error| BuildError::Spawn {
        program: command.get_program().to_string_lossy().into_owned(),
        error,
    })?;
    if status.success() { Ok(()) } else { Err(BuildError::Failed) }
}

fn names(examples: &Path) -> Result<Vec<String>, BuildError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(examples).map_err(BuildError::file(examples))? {
        let path = entry.map_err(BuildError::file(examples))?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_the_rust_files_by_name() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for file in ["traps.rs", "loops.rs", "notes.md"] {
            fs::write(dir.path().join(file), "").expect("the file is written");
        }
        assert_eq!(names(dir.path()).expect("the folder is read"), ["loops", "traps"]);
    }

    #[test]
    fn missing_folder_is_named() {
        let error = names(Path::new("no-such-folder")).expect_err("there is no such folder");
        assert!(error.to_string().starts_with("no-such-folder: "), "{error}");
    }
}
