//! A plugin as clients read it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use wheelhouse_core::plugin::{self, PluginSource, PluginState, PluginStatus};

/// Where a plugin comes from.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "PluginSource")]
pub(super) enum Source {
    /// Inside the binary.
    Bundled {
        /// What it is called there.
        name: String,
    },
    /// A file in the drop-in folder.
    File {
        /// The file's name.
        name: String,
    },
    /// Part of the host, in native code.
    Native,
}

/// Whether a plugin serves.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PluginState")]
pub(super) enum State {
    /// On its way: waits for its turn, or is being compiled.
    Compiling,
    /// Serves.
    Active,
    /// A new version that asks for more than is granted.
    Pending,
    /// Does not serve: something is wrong with it.
    Refused,
    /// Is left alone for a while, because it has failed several times in a row.
    Failing,
    /// Somebody switched it off.
    Disabled,
}

/// An interface of the plugin contract.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PluginExport")]
pub(super) enum Export {
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

/// Something that a plugin asks for, and what the operator says to it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CapabilityAsk")]
pub(super) struct Ask {
    /// `documents`.
    name: String,
    /// Where it applies.
    targets: Vec<String>,
    /// Why.
    reason: String,
    /// Whether the operator has granted it.
    granted: bool,
}

/// A plugin, serving or not.
#[derive(Serialize, JsonSchema)]
pub(super) struct Plugin {
    /// Unique in a host; null while it is not known.
    id: Option<String>,
    /// Semantic version.
    version: Option<String>,
    /// For people.
    name: Option<String>,
    /// One sentence for people.
    summary: Option<String>,
    /// Where it comes from.
    source: Source,
    /// Whether it serves.
    state: State,
    /// Why it does not serve, and what to do about it.
    reason: Option<String>,
    /// A version that is to take its place.
    next: Option<Candidate>,
    /// The interfaces that it has.
    exports: Vec<Export>,
    /// What it asks for.
    asks: Vec<Ask>,
    /// Names of the tools that it brings.
    tools: Vec<String>,
    /// Its routes, such as `GET /api/v1/expenses`; `* /api/v1/hello/*` for a service that is mounted as a whole.
    routes: Vec<String>,
    /// What it declared and the host did not take, each with the reason.
    problems: Vec<String>,
}

fn state(state: PluginState) -> (State, Option<String>) {
    match state {
        PluginState::Active => (State::Active, None),
        PluginState::Compiling { reason } => (State::Compiling, Some(reason)),
        PluginState::Pending { reason } => (State::Pending, Some(reason)),
        PluginState::Refused { reason } => (State::Refused, Some(reason)),
        PluginState::Failing { reason } => (State::Failing, Some(reason)),
        PluginState::Disabled { reason } => (State::Disabled, Some(reason)),
    }
}

/// A version that is to take the place of the one that serves.
#[derive(Serialize, JsonSchema)]
pub(super) struct Candidate {
    /// `compiling`, `pending` or `refused`.
    state: State,
    /// Why it does not serve yet, and what to do about it.
    reason: Option<String>,
    /// Its version; null while it is not known.
    version: Option<String>,
    /// What it asks for.
    asks: Vec<Ask>,
}

impl From<plugin::Candidate> for Candidate {
    fn from(candidate: plugin::Candidate) -> Self {
        let (state, reason) = state(candidate.state);
        let (version, asks) = match candidate.info {
            Some(info) => (Some(info.version.to_string()), info.asks.into_iter().map(Into::into).collect()),
            None => (None, Vec::new()),
        };
        Self { state, reason, version, asks }
    }
}

impl From<plugin::Ask> for Ask {
    fn from(plugin::Ask { capability, granted }: plugin::Ask) -> Self {
        Self { name: capability.name, targets: capability.targets, reason: capability.reason, granted }
    }
}

impl From<PluginStatus> for Plugin {
    fn from(status: PluginStatus) -> Self {
        let export = |export| match export {
            plugin::Export::Speech => Export::Speech,
            plugin::Export::Chat => Export::Chat,
            plugin::Export::Tools => Export::Tools,
            plugin::Export::Routes => Export::Routes,
            plugin::Export::Http => Export::Http,
        };
        let id = status.id().map(str::to_owned);
        let (mut version, mut name, mut summary, mut asks) = (None, None, None, Vec::new());
        if let Some(info) = status.info {
            version = Some(info.version.to_string());
            name = Some(info.name);
            summary = Some(info.summary);
            asks = info.asks.into_iter().map(Into::into).collect();
        }
        let (state, reason) = state(status.state);
        Self {
            id,
            version,
            name,
            summary,
            source: match status.source {
                PluginSource::Bundled { name } => Source::Bundled { name },
                PluginSource::File { name } => Source::File { name },
                PluginSource::Native => Source::Native,
            },
            state,
            reason,
            next: status.next.map(Into::into),
            exports: status.exports.into_iter().map(export).collect(),
            asks,
            tools: status.tools,
            routes: status.routes,
            problems: status.problems,
        }
    }
}

/// A plugin for the document.
pub(super) fn example() -> Value {
    json!({
        "id": "wins", "version": "0.1.0", "name": "Wins", "summary": "Expenses and budgets.",
        "source": {"kind": "bundled", "name": "wins"}, "state": "active", "reason": null, "next": null,
        "exports": ["tools", "routes"],
        "asks": [{"name": "documents", "targets": [], "reason": "Keeps expenses.", "granted": true}],
        "tools": ["create_expense"], "routes": ["GET /api/v1/expenses"], "problems": [],
    })
}
