//! What can be told of a component without compiling it, for those who write and those who are to admit it.

mod fit;
mod offer;

use semver::Version;
use serde::Serialize;

use crate::{
    cache::{hex, sha256},
    front::Front,
    inspect,
};

/// A component from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// In bytes.
    pub size: u64,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
    /// The version of the contract that it is built for, if it is built for any.
    pub contract: Option<Version>,
    /// What it exports, by full name.
    pub exports: Vec<String>,
    /// What it imports.
    pub imports: Vec<Import>,
    /// Why this host does not load it, a sentence each. None when nothing speaks against it.
    pub problems: Vec<String>,
}

/// Something that a component imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// Its full name: `wasi:random/random@0.2.6`.
    pub name: String,
    /// What it takes to use it.
    #[serde(flatten)]
    pub need: Need,
}

/// What it takes to use an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "need", content = "grant", rename_all = "snake_case")]
pub enum Need {
    /// The operator has to grant this.
    Grant(&'static str),
    /// Nothing.
    Free,
    /// It is linked, because language runtimes import it, and there is nothing behind it: no files, no sockets, no environment.
    Nothing,
    /// This host does not have it.
    Missing,
}

/// Looks at a component's imports and exports. Nothing of it is compiled or run.
pub fn outline(bytes: &[u8]) -> Outline {
    let mut problems = Vec::from_iter(inspect::inspect(bytes).err());
    // What cannot be read has no front, and `inspect` has said why.
    let front = Front::read(bytes).unwrap_or_default();
    let imports: Vec<Import> = front
        .imports
        .iter()
        .map(|name| Import { name: (*name).to_owned(), need: offer::need_of(name) })
        .collect();
    let missing = imports.iter().filter(|import| import.need == Need::Missing);
    let mut missing: Vec<String> = missing
        .map(|import| format!("it imports `{}`, which this host does not have", import.name))
        .collect();
    if missing.is_empty() && problems.is_empty() {
        missing.extend(fit::problem_of(&front));
    }
    problems.append(&mut missing);
    Outline {
        size: bytes.len() as u64,
        sha256: sha256(bytes).map(|hash| hex(&hash)).unwrap_or_default(),
        contract: front.exports.iter().chain(&front.imports).find_map(|name| contract_of(name)),
        exports: front.exports.iter().map(|name| (*name).to_owned()).collect(),
        imports,
        problems,
    }
}

fn contract_of(name: &str) -> Option<Version> {
    name.strip_prefix(inspect::CONTRACT)?.split_once('@')?.1.parse().ok()
}
