//! One turn of the assistant as it happens. SSE, WebSocket and JSON answers are encodings of these events.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{chat::Usage, tool::UiAction};

/// A tool that ran in a turn, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolRun {
    /// The tool's name.
    pub tool: String,
    /// Whether it did what it was asked.
    pub succeeded: bool,
    /// What it gave.
    pub data: Option<Value>,
}

/// A whole turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnAnswer {
    /// Never empty.
    pub text: String,
    /// For the client's screen, in order.
    pub ui_actions: Vec<UiAction>,
    /// Tools that ran, in order.
    pub tools: Vec<ToolRun>,
    /// The conversation that the turn belongs to.
    pub conversation_id: Uuid,
    /// The client's own name for it.
    pub session_id: Option<String>,
    /// Of the assistant's message.
    pub message_id: Uuid,
    /// The provider that wrote the answer.
    pub provider: String,
    /// Its model, when it said which.
    pub model: Option<String>,
    /// Whether a provider before it in the chain was passed over.
    pub fallback_used: bool,
    /// Tokens of all rounds.
    pub usage: Usage,
}

/// What happens in a turn, in order. The last is `Finished`; a failure ends the stream instead.
#[derive(Debug, Clone, PartialEq)]
pub enum AssistantEvent {
    /// A piece of the answer's text.
    Text(String),
    /// A tool begins.
    ToolStarted {
        /// The tool's name.
        tool: String,
    },
    /// A tool is done.
    ToolFinished(ToolRun),
    /// The turn is over.
    Finished(Box<TurnAnswer>),
}
