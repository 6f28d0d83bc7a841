//! What is known of a plugin.

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{CallContext, Result};

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
    /// A web service of its own, by `wasi:http`'s handler.
    Http,
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
    /// `documents`, `http`, `keyvalue`.
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
    /// On its way: waits for its turn, or is being compiled.
    Compiling {
        /// Which of the two.
        reason: String,
    },
    /// Serves.
    Active,
    /// A new version asks for more than is granted. It waits, and the version before it serves on.
    Pending {
        /// What is to be granted.
        reason: String,
    },
    /// Does not serve: something is wrong with it.
    Refused {
        /// What, and what to do about it.
        reason: String,
    },
    /// Is left alone for a while, because it has failed several times in a row.
    Failing {
        /// How it failed, and when it is tried again.
        reason: String,
    },
    /// Does not serve: somebody switched it off.
    Disabled {
        /// Who, and how to switch it on.
        reason: String,
    },
}

impl PluginState {
    /// The name of every state.
    pub const NAMES: [&str; 6] = ["compiling", "active", "pending", "refused", "failing", "disabled"];

    /// The state in snake_case, without its reason.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Compiling { .. } => "compiling",
            Self::Active => "active",
            Self::Pending { .. } => "pending",
            Self::Refused { .. } => "refused",
            Self::Failing { .. } => "failing",
            Self::Disabled { .. } => "disabled",
        }
    }

    /// Whether it is still to be seen if the plugin will serve.
    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Compiling { .. })
    }

    /// Why it is in this state, where that is not plain.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Active => None,
            Self::Compiling { reason }
            | Self::Pending { reason }
            | Self::Refused { reason }
            | Self::Failing { reason }
            | Self::Disabled { reason } => Some(reason),
        }
    }
}

/// A version that does not serve yet, or will not, while another one does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// `Compiling`, `Pending` or `Refused`.
    #[serde(flatten)]
    pub state: PluginState,
    /// What it says of itself, once that is known.
    #[serde(flatten)]
    pub info: Option<PluginInfo>,
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
    /// A version that is to take its place.
    pub next: Option<Candidate>,
    /// The interfaces that it exports, known before it is compiled.
    pub exports: Vec<Export>,
    /// Names of the tools that it brings.
    pub tools: Vec<String>,
    /// Its routes as `GET /api/v1/expenses`; `* /api/v1/hello/*` for a service that is mounted as a whole.
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

/// How much of one of its limits a plugin uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// The limit as the configuration names it: `memory_bytes`.
    pub name: &'static str,
    /// Used now, or the most that one call has used. `None` where the limit holds and whatever enforces it does not say.
    pub used: Option<u64>,
    /// How much may be used.
    pub limit: u64,
    /// What `used` is: `false` for the present, `true` for the highest since this version was loaded.
    pub peak: bool,
}

/// How a plugin that serves is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Vitals {
    /// How long it is left alone from now on, if it is.
    pub resting: Option<Duration>,
    /// What went wrong last, while it is left alone or has failed since its last answer.
    pub last_failure: Option<String>,
    /// Calls since this version was loaded.
    pub calls: u64,
    /// Those that it did not finish: traps, limits, timeouts.
    pub failures: u64,
    /// Every limit with what is used of it.
    pub usage: Vec<Usage>,
}

/// Port: says how a plugin is doing. Cheap enough to be asked at any time.
pub trait Probe: Send + Sync + 'static {
    /// Now.
    fn vitals(&self) -> Vitals;
}

/// Port: acts on plugins while the host serves.
#[async_trait]
pub trait PluginControl: Send + Sync + 'static {
    /// These plugins, and no others, are switched off. Returns once the catalog shows it; what is switched on may still have to be
    /// compiled.
    async fn set_disabled(&self, disabled: BTreeSet<String>);

    /// Reads a plugin again from where it comes from, compiles it anew and closes its breaker. The present version serves until
    /// the new one does.
    ///
    /// # Errors
    /// `NotFound` when there is no such plugin, `Conflict` when it is a part of the host.
    async fn reload(&self, ctx: &CallContext, id: &str) -> Result<()>;

    /// Removes a plugin's file from the drop-in folder, and with it the plugin.
    ///
    /// # Errors
    /// `NotFound` when there is no such plugin, `Conflict` when it is not a file, `Unavailable` when the file cannot be removed.
    async fn remove(&self, ctx: &CallContext, id: &str) -> Result<()>;
}

/// Port: keeps which plugins are switched off, for all replicas alike.
#[async_trait]
pub trait PluginSwitchStore: Send + Sync + 'static {
    /// Ids of the plugins that are off.
    async fn disabled_plugins(&self) -> Result<BTreeSet<String>>;

    /// Switches a plugin on or off. Nothing happens when it is so already.
    async fn switch_plugin(&self, id: &str, enabled: bool, now: Timestamp) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_named_as_it_is_written() {
        let reason = String::new;
        let states = [
            PluginState::Compiling { reason: reason() },
            PluginState::Active,
            PluginState::Pending { reason: reason() },
            PluginState::Refused { reason: reason() },
            PluginState::Failing { reason: reason() },
            PluginState::Disabled { reason: reason() },
        ];
        assert_eq!(states.each_ref().map(PluginState::as_str), PluginState::NAMES);
        for state in states {
            let written = serde_json::to_value(&state).expect("a state is JSON");
            assert_eq!(written["state"], state.as_str());
        }
    }
}
