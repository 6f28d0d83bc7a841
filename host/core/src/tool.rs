//! What the assistant can have done.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CallContext, Result};

/// Hints in the sense of MCP's tool annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Annotations {
    /// Changes nothing.
    pub read_only: bool,
    /// May destroy or overwrite something.
    pub destructive: bool,
    /// Called twice with the same arguments, it does no more than once.
    pub idempotent: bool,
    /// Reaches things outside the host.
    pub open_world: bool,
}

/// A tool as its plugin declares it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolDefinition {
    /// snake_case, unique in a host.
    pub name: String,
    /// What it does and when to use it.
    pub summary: String,
    /// JSON Schema of the arguments, an object.
    pub input_schema: Value,
    /// JSON Schema of the result's data.
    pub output_schema: Option<Value>,
    /// Hints for clients.
    pub annotations: Annotations,
    /// Runs only after the user has confirmed exactly this call.
    pub needs_confirmation: bool,
    /// Sentence templates that mean this tool.
    pub sentences: Vec<String>,
}

/// Something for the client's screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UiAction {
    /// `reload_expenses`, `open_map`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about.
    pub entity_id: Option<String>,
    /// The kind of thing that it is about.
    pub entity_type: Option<String>,
    /// The thing's name for people.
    pub entity_title: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// What came of a tool call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutcome {
    /// Fits the output schema.
    pub data: Option<Value>,
    /// A sentence for the model, and in the end for the user.
    pub text: String,
    /// For the client's screen.
    pub actions: Vec<UiAction>,
}

/// Port: does one thing.
#[async_trait]
pub trait Tool: Send + Sync + 'static {
    /// What the tool is.
    fn definition(&self) -> &ToolDefinition;

    /// Does it, for the context's user. Cancelled by dropping the future.
    async fn call(&self, ctx: &CallContext, arguments: Map<String, Value>) -> Result<ToolOutcome>;
}
