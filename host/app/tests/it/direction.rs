//! Holds the code against the table of crates in ARCHITECTURE.md.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// A row of the table.
struct Rule {
    uses: BTreeSet<String>,
    owns: BTreeSet<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace's folder")
}

/// Reads the rows `| crate | what lives there | may use | only it may depend on |` below `## Crates`.
fn table() -> BTreeMap<String, Rule> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let section =
        text.split("\n## ").find(|section| section.starts_with("Crates")).expect("a section `Crates`");
    let words = |cell: &str| -> BTreeSet<String> {
        cell.split([',', ' '])
            .map(|word| word.trim_matches('`'))
            .filter(|word| !word.is_empty() && *word != "—")
            .map(str::to_owned)
            .collect()
    };
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, uses, owns] = cells[..] else { panic!("four cells in `{line}`") };
        (name.trim_matches('`').to_owned(), Rule { uses: words(uses), owns: words(owns) })
    })
    .collect()
}

/// Name of each package below `host/` and its direct dependencies that are compiled into it.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let mut found = BTreeMap::new();
    for package in packages {
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        let folder = manifest.parent().expect("a folder");
        if folder.parent() != Some(&root().join("host")) {
            continue;
        }
        let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
        let normal = dependencies.filter(|dependency| dependency["kind"].is_null());
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        found.insert(name, normal.map(|d| d["name"].as_str().expect("a name").to_owned()).collect());
    }
    found
}

/// `wheelhouse-store` is `store` in the table.
fn folder_of(dependency: &str) -> Option<&str> {
    dependency.strip_prefix("wheelhouse-")
}

#[test]
fn table_names_every_crate_of_the_host() {
    let (table, packages) = (table(), packages());
    let rows: Vec<_> = table.keys().collect();
    let crates: Vec<_> = packages.keys().collect();
    assert_eq!(rows, crates, "the table in ARCHITECTURE.md and the folders below host/ differ");
}

#[test]
fn crates_use_only_what_the_table_lets_them() {
    let table = table();
    for (name, dependencies) in packages() {
        let rule = &table[&name];
        for used in dependencies.iter().filter_map(|dependency| folder_of(dependency)) {
            let allowed = rule.uses.contains("all") || rule.uses.contains(used);
            assert!(allowed, "`{name}` uses `{used}`, which the table in ARCHITECTURE.md does not allow");
        }
    }
}

#[test]
fn outside_crates_stay_with_their_owner() {
    let table = table();
    let packages = packages();
    for (owner, rule) in &table {
        for owned in &rule.owns {
            for (name, dependencies) in packages.iter().filter(|(name, _)| *name != owner) {
                assert!(
                    !dependencies.contains(owned),
                    "`{name}` depends on `{owned}`, which the table in ARCHITECTURE.md gives to `{owner}`"
                );
            }
            assert!(packages[owner].contains(owned), "`{owner}` is said to depend on `{owned}` and does not");
        }
    }
}
