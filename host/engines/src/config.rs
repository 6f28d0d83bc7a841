//! `[engines.<id>]`.

use serde::{Deserialize, Serialize};

use crate::CommandConfig;

/// One speech engine in native code, by its kind. There may be several of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EngineConfig {
    /// A program of this machine.
    Command(CommandConfig),
}

impl EngineConfig {
    /// What is wrong with the engine of this id, a sentence each that begins with the setting.
    pub fn problems(&self, id: &str) -> Vec<String> {
        let section = format!("engines.{id}");
        let mut problems = Vec::new();
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > 64 || !id.chars().all(kebab) {
            problems.push(format!("{section}: an engine's name is 1 to 64 of a-z, 0-9 and `-`"));
        }
        match self {
            Self::Command(config) => problems.extend(config.problems(&section)),
        }
        problems
    }
}
