//! `[engines.<id>]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CommandConfig, CommandOutput, EdgeConfig, OpenAiConfig, OpenAiSpeechConfig, edge, openai};

/// One speech engine in native code, by its kind. There may be several of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EngineConfig {
    /// A program of this machine.
    Command(CommandConfig),
    /// A server that speaks OpenAI's speech API.
    #[serde(rename = "openai")]
    OpenAi(OpenAiSpeechConfig),
    /// Microsoft Edge's read-aloud service.
    Edge(EdgeConfig),
}

impl EngineConfig {
    /// The engines that are there without any configuration, by their names. Each keeps its kind.
    pub fn built_in() -> BTreeMap<String, Self> {
        let edge = (edge::ID, Self::Edge(EdgeConfig::default()));
        let openai = (openai::ID, Self::OpenAi(OpenAiSpeechConfig::default()));
        [edge, openai].into_iter().map(|(id, engine)| (id.to_owned(), engine)).collect()
    }

    /// One of each kind with everything that can be set, for whoever looks for settings rather than for an engine.
    pub fn kinds() -> Vec<Self> {
        let command = CommandConfig {
            command: Vec::new(),
            output: CommandOutput::default(),
            voices: Vec::new(),
            environment: BTreeMap::new(),
            seconds: 0,
            at_once: 0,
        };
        let openai = Self::OpenAi(OpenAiSpeechConfig::default());
        vec![Self::Command(command), openai, Self::Edge(EdgeConfig::default())]
    }

    /// Why the engine of this id is off, in a few words; `None` when it is on.
    pub fn off_reason(&self, id: &str, openai: &OpenAiConfig) -> Option<&'static str> {
        match self {
            Self::Command(_) | Self::Edge(_) => None,
            Self::OpenAi(config) => config.off_reason(id, openai),
        }
    }

    /// What is wrong with the engine of this id, a sentence each that begins with the setting. `openai` is what the engine `openai` has its
    /// server from.
    pub fn problems(&self, id: &str, openai: &OpenAiConfig) -> Vec<String> {
        let section = format!("engines.{id}");
        let mut problems = Vec::new();
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > 64 || !id.chars().all(kebab) {
            problems.push(format!("{section}: an engine's name is 1 to 64 of a-z, 0-9 and `-`"));
        }
        match self {
            Self::Command(config) => problems.extend(config.problems(&section)),
            Self::OpenAi(config) => problems.extend(config.problems(id, openai)),
            Self::Edge(config) => problems.extend(config.problems(&section)),
        }
        problems
    }
}
