//! AI providers: a conversation in, the next message out.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CallContext, Result};

/// A model of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Unique in the provider.
    pub id: String,
    /// For people.
    pub name: String,
    /// Tokens that fit into a request and its answer together, if there is such a bound.
    pub context_window: Option<u32>,
}

/// The provider asks to have a tool called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Chosen by the provider; the result names it.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The tool's arguments.
    pub arguments: Map<String, Value>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum ChatMessage {
    /// Instructions of the host.
    System {
        /// The instructions.
        text: String,
    },
    /// What the user said.
    User {
        /// The words.
        text: String,
    },
    /// What the provider said.
    Assistant {
        /// May be empty when there are tool calls.
        text: String,
        /// Tools that it wants called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<ToolCall>,
    },
    /// What came of a tool call. Every call has one.
    Tool {
        /// Of the call.
        call_id: String,
        /// Of the tool.
        name: String,
        /// For the model to read.
        text: String,
        /// Whether the tool failed; the text then says why.
        failed: bool,
    },
}

/// A tool as a provider sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// snake_case.
    pub name: String,
    /// What it does and when to use it.
    pub summary: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// Sentence templates that mean this tool.
    pub sentences: Vec<String>,
}

/// What a provider is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// `None` leaves the choice to the provider.
    pub model: Option<String>,
    /// Oldest first.
    pub messages: Vec<ChatMessage>,
    /// Tools that it may ask for.
    pub tools: Vec<ToolSpec>,
    /// Longest answer in tokens.
    pub max_output_tokens: Option<u32>,
    /// 0.0 to 2.0.
    pub temperature: Option<f32>,
}

/// Tokens used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Of the request.
    pub input_tokens: u32,
    /// Of the answer.
    pub output_tokens: u32,
}

/// Why an answer is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The answer is complete.
    Stop,
    /// The provider waits for the results of its tool calls.
    ToolCalls,
    /// The answer was cut at the bound.
    Length,
    /// The provider refuses to go on.
    Refused,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatEvent {
    /// A piece of text.
    Text(String),
    /// A whole tool call.
    ToolCall(ToolCall),
    /// Tokens used.
    Usage(Usage),
    /// The last event of a whole answer.
    Finished(FinishReason),
}

/// An answer on its way. An error is the last item; a stream that ends without `Finished` or an error does not occur.
pub type Completion = BoxStream<'static, Result<ChatEvent>>;

/// Port: continues a conversation.
#[async_trait]
pub trait ChatProvider: Send + Sync + 'static {
    /// The name in `AI_PROVIDERS`, kebab-case.
    fn id(&self) -> &str;

    /// The provider's models, the one that it uses by itself first.
    async fn models(&self, ctx: &CallContext) -> Result<Vec<Model>>;

    /// Begins to answer.
    ///
    /// # Errors
    /// Before the first event in the result, after it in the stream.
    async fn complete(&self, ctx: &CallContext, request: ChatRequest) -> Result<Completion>;
}
