//! One plugin, with what it uses of its limits.

use salvo::{Request, Writer, handler};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use wheelhouse_core::plugin::Usage;
use wheelhouse_services as services;

use super::shape::{Plugin, example};
use crate::{
    call::Call,
    endpoint::{Docs, Endpoint, Tag},
    reply::{Answer, Reply},
};

/// A limit of a plugin, and what it uses of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PluginLimit")]
struct Limit {
    /// The limit as the configuration names it: `memory_bytes`.
    name: &'static str,
    /// Used now, or the most that one call has used; null where the limit holds and what enforces it does not say.
    used: Option<u64>,
    /// How much may be used.
    limit: u64,
    /// What `used` is: false for the present, true for the highest since this version was loaded.
    peak: bool,
}

impl From<Usage> for Limit {
    fn from(Usage { name, used, limit, peak }: Usage) -> Self {
        Self { name, used, limit, peak }
    }
}

/// A plugin and how it is doing.
#[derive(Serialize, JsonSchema)]
pub(super) struct PluginDetail {
    #[serde(flatten)]
    plugin: Plugin,
    /// Every limit with what is used of it; none where the plugin does not serve.
    limits: Vec<Limit>,
    /// Calls since this version was loaded.
    calls: u64,
    /// Those that ended in a trap, at a limit or out of time.
    failures: u64,
    /// What went wrong last, while it is left alone or has failed since its last answer.
    last_failure: Option<String>,
    /// How long it is left alone from now on, in whole seconds; null while it is not.
    resting_seconds: Option<u64>,
}

impl From<services::PluginDetail> for PluginDetail {
    fn from(services::PluginDetail { status, vitals }: services::PluginDetail) -> Self {
        Self {
            plugin: status.into(),
            limits: vitals.usage.into_iter().map(Into::into).collect(),
            calls: vitals.calls,
            failures: vitals.failures,
            last_failure: vitals.last_failure,
            // Never too early.
            resting_seconds: vitals.resting.map(|rest| rest.as_millis().div_ceil(1_000) as u64),
        }
    }
}

/// The `id` of the address. What is no text is no id.
pub(super) fn id(req: &Request) -> String {
    req.param::<String>("id").unwrap_or_default()
}

/// A plugin and how it is doing, for the document.
pub(super) fn detail_example() -> Value {
    let mut detail = example();
    detail["limits"] = json!([
        {"name": "memory_bytes", "used": 1_310_720, "limit": 268_435_456, "peak": true},
        {"name": "concurrent_calls", "used": 1, "limit": 16, "peak": false},
    ]);
    detail["calls"] = 4_711.into();
    detail["failures"] = 0.into();
    detail["last_failure"] = Value::Null;
    detail["resting_seconds"] = Value::Null;
    detail
}

#[handler]
async fn show_plugin(call: Call, req: &mut Request) -> Answer<PluginDetail> {
    Ok(Reply::ok(call.state.services.plugins.get(&call.ctx, &id(req))?.into()))
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/plugins/{id}", show_plugin).docs(
            Docs::new(Tag::Plugins, "plugin", "How a plugin is doing, and what it uses of its limits", "")
                .path("id", "The plugin's id.", "wins")
                .answer::<PluginDetail>(200, "The plugin.", detail_example())
                .fails(&[404]),
        ),
    ]
}
