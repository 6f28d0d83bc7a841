//! What is to be built, and the order of doing it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    BuildError,
    cargo::{self, Package, Selection},
    io, target, variable,
};

/// Plugins to be built.
#[derive(Debug, Clone, Default)]
pub struct Build {
    wanted: Vec<(Wanted, Selection)>,
}

#[derive(Debug, Clone)]
enum Wanted {
    /// A folder of `plugins/` in the workspace of the calling package.
    Named(String),
    /// A folder.
    At(PathBuf),
}

/// A plugin as a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Name of the package, of the example, or of the file.
    pub name: String,
    /// Where the component lies.
    pub path: PathBuf,
}

impl Component {
    /// One that is finished and lies in this file, seen from the package that is being built. It is named for the file, and cargo is told to
    /// watch it.
    ///
    /// # Errors
    /// Where there is no such file.
    pub fn finished(path: impl AsRef<Path>) -> Result<Self, BuildError> {
        Self::finished_in(&variable("CARGO_MANIFEST_DIR")?, path.as_ref())
    }

    fn finished_in(caller: &Path, path: &Path) -> Result<Self, BuildError> {
        let path = caller.join(path);
        let path = path.canonicalize().map_err(io(path.display()))?;
        watch_file(&path);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, path })
    }
}

impl Build {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The plugin in the folder `plugins/<name>` of the workspace.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.wanted.push((Wanted::Named(name.into()), Selection::Library));
        self
    }

    /// The plugin in this folder, seen from the package that is being built.
    #[must_use]
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.wanted.push((Wanted::At(path.into()), Selection::Library));
        self
    }

    /// All examples of the package in this folder, seen from the package that is being built. Each has the crate type `cdylib`
    /// and is a component of its own.
    #[must_use]
    pub fn examples(mut self, path: impl Into<PathBuf>) -> Self {
        self.wanted.push((Wanted::At(path.into()), Selection::Examples));
        self
    }

    /// Builds them, and tells cargo what to watch. The components come in the order that they were named in; examples in that of
    /// their names.
    ///
    /// # Errors
    /// Where the target is missing and cannot be added, and where a plugin does not compile.
    pub fn run(&self) -> Result<Vec<Component>, BuildError> {
        target::ensure()?;
        let caller = variable("CARGO_MANIFEST_DIR")?;
        let directory = guests(&variable("OUT_DIR")?);
        watch(&kit())?;

        // One call of cargo for all packages of a workspace.
        let mut calls: BTreeMap<(PathBuf, Selection), BTreeMap<PathBuf, String>> = BTreeMap::new();
        let mut folders = Vec::new();
        for (wanted, selection) in &self.wanted {
            let folder = match wanted {
                Wanted::Named(name) => Package::read(&caller)?.workspace.join("plugins").join(name),
                Wanted::At(path) => caller.join(path),
            };
            if !folder.join("Cargo.toml").is_file() {
                return Err(BuildError::NoPackage(folder.display().to_string()));
            }
            let folder = folder.canonicalize().map_err(io(folder.display()))?;
            let package = Package::read(&folder)?;
            watch(&folder)?;
            watch_file(&package.workspace.join("Cargo.toml"));
            watch_file(&package.workspace.join("Cargo.lock"));
            calls.entry((package.workspace, *selection)).or_default().insert(folder.clone(), package.name);
            folders.push((folder, *selection));
        }

        let mut built: BTreeMap<(PathBuf, Selection), Vec<Component>> = BTreeMap::new();
        for ((workspace, selection), packages) in &calls {
            for (folder, component) in cargo::build(workspace, packages, *selection, &directory)? {
                built.entry((folder, *selection)).or_default().push(component);
            }
        }
        let mut components = Vec::new();
        for key in folders {
            let mut found =
                built.remove(&key).ok_or_else(|| BuildError::NoComponent(key.0.display().to_string()))?;
            found.sort_by(|a, b| a.name.cmp(&b.name));
            components.append(&mut found);
        }
        Ok(components)
    }
}

/// Where plugins are built: beside the profiles in the target directory, so that these share them.
fn guests(out_dir: &Path) -> PathBuf {
    // Cargo marks the directory that all of its output is below.
    let target = out_dir.ancestors().find(|directory| directory.join("CACHEDIR.TAG").is_file());
    target.unwrap_or(out_dir).join("guests")
}

/// The folder with the contract and the kit, on which all plugins depend.
fn kit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// Has the script run again when something in the folder changes, but for what is built there and what is hidden.
fn watch(folder: &Path) -> Result<(), BuildError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder.display()))? {
        let entry = entry.map_err(io(folder.display()))?;
        let name = entry.file_name();
        if name != "target" && !name.to_string_lossy().starts_with('.') {
            entries.push(entry.path());
        }
    }
    entries.sort();
    entries.iter().for_each(|path| watch_file(path));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is how a build script talks to cargo")]
fn watch_file(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plugins_are_built_beside_the_profiles() {
        let target = tempfile::tempdir().unwrap();
        let out_dir = target.path().join("debug/build/host-123/out");
        fs::create_dir_all(&out_dir).unwrap();
        assert_eq!(guests(&out_dir), out_dir.join("guests"));
        fs::write(target.path().join("CACHEDIR.TAG"), "").unwrap();
        assert_eq!(guests(&out_dir), target.path().join("guests"));
    }

    #[test]
    fn finished_components_are_named_for_their_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("app")).unwrap();
        fs::write(folder.path().join("pico.wasm"), "").unwrap();
        let caller = folder.path().join("app");
        let pico = Component::finished_in(&caller, Path::new("../pico.wasm")).unwrap();
        assert_eq!(pico.name, "pico");
        assert!(pico.path.is_file() && !pico.path.ends_with("../pico.wasm"), "{pico:?}");
        assert!(Component::finished_in(&caller, Path::new("../other.wasm")).is_err());
    }

    #[test]
    fn the_kit_is_the_folder_with_the_contract() {
        assert!(kit().join("wit/worlds.wit").is_file());
    }
}
