//! What is known of a plugin.

use semver::Version;
use serde::{Deserialize, Serialize};

/// An interface of the contract that a component can export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Export {
    /// A speech engine.
    Speech,
    /// An AI provider.
    Chat,
    /// PAM tools.
    Tools,
    /// HTTP routes.
    Routes,
}

/// Where a plugin comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PluginSource {
    /// Inside the binary.
    Bundled {
        /// The plugin's id, which the binary knows before the plugin has been asked.
        name: String,
    },
    /// A file in the drop-in folder.
    File {
        /// The file's name.
        name: String,
    },
    /// Part of the host: an engine or provider in native code.
    Native,
}

/// Something that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// `documents`.
    pub name: String,
    /// Where it applies.
    pub targets: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Something that a plugin asks for, and what the operator says to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// What it asks for.
    #[serde(flatten)]
    pub capability: Capability,
    /// Whether the operator has granted it.
    pub granted: bool,
}

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginInfo {
    /// Kebab-case, unique in a host.
    pub id: String,
    /// Semantic version.
    pub version: Version,
    /// For people.
    pub name: String,
    /// One sentence for people.
    pub summary: String,
    /// What it asks for.
    pub asks: Vec<Ask>,
}

/// Whether a plugin serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PluginState {
    /// Found, and its turn to be compiled has not come.
    Waiting,
    /// Being compiled.
    Compiling,
    /// Serves.
    Ready,
    /// Does not serve.
    Refused {
        /// Why, and what to do about it.
        reason: String,
    },
}

impl PluginState {
    /// Whether it is still to be seen if the plugin will serve.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Waiting | Self::Compiling)
    }
}

/// One plugin as `/api/v1/plugins` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginStatus {
    /// Where it comes from.
    pub source: PluginSource,
    /// Whether it serves.
    #[serde(flatten)]
    pub state: PluginState,
    /// What it says of itself, once that is known.
    #[serde(flatten)]
    pub info: Option<PluginInfo>,
    /// The interfaces that it exports, known before it is compiled.
    pub exports: Vec<Export>,
    /// Names of the tools that it brings.
    pub tools: Vec<String>,
    /// Its routes as `GET /api/v1/expenses`.
    pub routes: Vec<String>,
    /// What the plugin declared and the host did not take, each with the reason.
    pub problems: Vec<String>,
}

impl PluginStatus {
    /// The plugin's id, once it is known.
    pub fn id(&self) -> Option<&str> {
        match (&self.info, &self.source) {
            (Some(info), _) => Some(&info.id),
            (None, PluginSource::Bundled { name }) => Some(name),
            (None, PluginSource::File { .. } | PluginSource::Native) => None,
        }
    }

    /// A name for people and logs: the id, or else the file.
    pub fn label(&self) -> &str {
        match (self.id(), &self.source) {
            (Some(id), _) => id,
            (None, PluginSource::File { name } | PluginSource::Bundled { name }) => name,
            (None, PluginSource::Native) => "host",
        }
    }
}
