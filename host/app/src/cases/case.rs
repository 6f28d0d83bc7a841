use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use wheelhouse_core::FailureClass;
use wheelhouse_runtime::Grant;

/// One call of a plugin and what must come of it. Exactly one of `tool`, `route` and `say` is there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// For people.
    pub(super) name: Option<String>,
    /// A tool to be called, with `arguments`.
    pub(super) tool: Option<String>,
    /// A request for a route: `GET /expenses?limit=5`, with `headers` and `body`.
    pub(super) route: Option<String>,
    /// A sentence that is said to PAM, with the built-in assistant and no model.
    pub(super) say: Option<String>,
    #[serde(default)]
    pub(super) arguments: Map<String, Value>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// JSON, or a text as it is.
    pub(super) body: Option<Value>,
    /// Who calls: nobody in particular by default, nobody at all when it is empty.
    pub(super) user: Option<String>,
    /// Where they are: `America/Denver`. UTC by default.
    pub(super) time_zone: Option<String>,
    #[serde(flatten)]
    pub(super) terms: CaseTerms,
    /// Requests to other servers, and what these answer.
    #[serde(default, rename = "exchange")]
    pub(super) exchanges: Vec<Exchange>,
    /// What the answer has, and maybe more.
    pub(super) expect: Option<Value>,
    /// The class of the failure that must come.
    pub(super) fails: Option<FailureClass>,
    /// The field that it must name.
    pub(super) field: Option<String>,
}

/// On what terms the plugin is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct CaseTerms {
    /// When it is: `2026-11-22T18:00:00Z`. Goes on from there; the machine's time by default.
    pub(super) now: Option<String>,
    /// As in `[plugins.<id>.settings]`.
    #[serde(default)]
    pub(super) settings: Map<String, Value>,
    /// Settings that stand in no file: for each the environment variable that has it. Where that is not set, some text.
    #[serde(default)]
    pub(super) secrets: BTreeMap<String, String>,
    /// All that the plugin asks for by default.
    pub(super) grants: Option<Vec<Grant>>,
}

/// A request to another server and its answer. Each answers one request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    /// Method and URL; `*` stands for anything: `GET https://api.example.com/forecast?*`.
    pub(super) request: String,
    #[serde(default = "ok")]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// The body as JSON,
    pub(super) json: Option<Value>,
    /// or as text,
    pub(super) body: Option<String>,
    /// or, where it is none, in Base64.
    pub(super) body_base64: Option<String>,
    /// There is no answer: the server takes no connection.
    #[serde(default)]
    pub(super) refused: bool,
}

fn ok() -> u16 {
    200
}
