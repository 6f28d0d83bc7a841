//! Tells the outer cargo which files a component is made of.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::BuildError;

/// Has the build script run again when this changes.
pub(crate) fn watch(path: &Path) {
    // The way for a build script to talk to cargo.
    #[expect(clippy::print_stdout)]
    {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// Watches every file that went into a component by cargo's own account, with the manifests and the lock file beside them.
pub(crate) fn watch_all_of(component: &Path) -> Result<(), BuildError> {
    let account = component.with_extension("d");
    let text = fs::read_to_string(&account).map_err(BuildError::file(&account))?;
    let sources = prerequisites(&text);
    let manifests: BTreeSet<PathBuf> = sources.iter().flat_map(|source| manifests(source)).collect();
    sources.iter().chain(&manifests).for_each(|path| watch(path));
    Ok(())
}

/// What stands right of the colon in a file of make rules; a backslash keeps a blank in a name.
fn prerequisites(rules: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for line in rules.lines() {
        let Some((_, right)) = line.split_once(": ") else { continue };
        let mut name = String::new();
        let mut characters = right.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => name.extend(characters.next()),
                ' ' => {
                    found.insert(PathBuf::from(std::mem::take(&mut name)));
                }
                _ => name.push(character),
            }
        }
        found.insert(PathBuf::from(name));
    }
    found.remove(Path::new(""));
    found
}

/// `Cargo.toml` and `Cargo.lock` of the package and of the workspace around it.
fn manifests(source: &Path) -> Vec<PathBuf> {
    let folders = source.ancestors().skip(1).filter(|folder| folder.join("Cargo.toml").is_file());
    let files = folders.flat_map(|folder| [folder.join("Cargo.toml"), folder.join("Cargo.lock")]);
    files.filter(|file| file.is_file()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prerequisites_are_read_with_blanks_in_names() {
        let rules =
            "/t/wins.wasm: /p/src/lib.rs /p/my\\ data/a.json\n/t/other: /p/src/lib.rs\n\n/p/src/lib.rs:\n";
        let found: Vec<_> = prerequisites(rules).into_iter().collect();
        assert_eq!(found, [PathBuf::from("/p/my data/a.json"), PathBuf::from("/p/src/lib.rs")]);
    }
}
