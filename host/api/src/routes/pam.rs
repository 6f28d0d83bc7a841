//! `/api/v1/pam`.

use jiff::Timestamp;
use salvo::{Writer, handler};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;
use wheelhouse_core::{assistant::ToolRun, tool};
use wheelhouse_services::TurnRequest;

use crate::{
    body::Json,
    call::Call,
    client_context::ClientContext,
    endpoint::{Deadline, Docs, Endpoint, Tag},
    reply::{Answer, Reply},
};

/// What the user says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChatMessage")]
struct Chat {
    /// The user's words, not blank, up to 2,000 characters unless configured otherwise.
    #[schemars(length(min = 1))]
    message: String,
    /// The client's own name for the conversation, made when it is new.
    session_id: Option<String>,
    /// A conversation of the user.
    conversation_id: Option<Uuid>,
    /// The client's id of this message: sent again with the same, it acts once and gets the same answer.
    request_id: Option<String>,
    /// Where the user is: `user_location {lat, lng}`, `timezone` (IANA), `language` (BCP 47), `current_page`, `current_date`. Up to 50 keys;
    /// others have no effect.
    context: Option<Map<String, Value>>,
}

/// Something for the client's screen.
#[derive(Serialize, JsonSchema, Clone)]
pub(crate) struct UiAction {
    /// `reload_expenses`, `open_map`.
    #[serde(rename = "type")]
    kind: String,
    /// What it is about.
    entity_id: Option<String>,
    /// The kind of thing that it is about.
    entity_type: Option<String>,
    /// The thing's name for people.
    entity_title: Option<String>,
    /// Anything else.
    metadata: Map<String, Value>,
}

impl From<tool::UiAction> for UiAction {
    fn from(action: tool::UiAction) -> Self {
        let tool::UiAction { kind, entity_id, entity_type, entity_title, metadata } = action;
        Self { kind, entity_id, entity_type, entity_title, metadata }
    }
}

/// A tool that ran, and what came of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ToolRun")]
struct Tool {
    /// Its name.
    tool: String,
    /// Whether it did what it was asked.
    succeeded: bool,
    /// What it gave.
    data: Option<Value>,
}

impl From<ToolRun> for Tool {
    fn from(run: ToolRun) -> Self {
        Self { tool: run.tool, succeeded: run.succeeded, data: run.data }
    }
}

/// Tokens of all rounds.
#[derive(Serialize, JsonSchema)]
struct Usage {
    /// Of the requests.
    input_tokens: u32,
    /// Of the answers.
    output_tokens: u32,
}

/// What PAM says, and what was done.
#[derive(Serialize, JsonSchema)]
struct ChatReply {
    /// PAM's words, never empty.
    response: String,
    /// For the client's screen, in order.
    ui_actions: Vec<UiAction>,
    /// The same as `ui_actions`, under the name that older clients read.
    actions: Vec<UiAction>,
    /// Tools that ran, in order.
    tools: Vec<Tool>,
    /// The conversation that the turn belongs to.
    conversation_id: Uuid,
    /// The client's own name for it.
    session_id: Option<String>,
    /// Of PAM's message.
    message_id: Uuid,
    /// The client's id of the user's message, when it had one.
    request_id: Option<String>,
    /// From the request to the answer.
    processing_time_ms: u64,
    /// When the answer was ready.
    timestamp: Timestamp,
    /// The provider that wrote the answer.
    provider: String,
    /// Its model, when it said which.
    model: Option<String>,
    /// Whether a provider before it in the chain was passed over.
    fallback_used: bool,
    /// Tokens of all rounds.
    usage: Usage,
}

#[handler]
async fn chat(call: Call, body: Json<Chat>) -> Answer<ChatReply> {
    let (Json(body), Call { mut ctx, state }) = (body, call);
    let began = Instant::now();
    let context = ClientContext::parse(&body.context.unwrap_or_default())?;
    context.apply(&mut ctx);
    let request = TurnRequest {
        message: body.message,
        conversation_id: body.conversation_id,
        session_id: body.session_id,
        request_id: body.request_id.clone(),
        page: context.page,
        connection: None,
    };
    let answer = state.services.assistant.turn(&ctx, request).await?;
    let ui_actions: Vec<UiAction> = answer.ui_actions.into_iter().map(Into::into).collect();
    Ok(Reply::ok(ChatReply {
        response: answer.text,
        actions: ui_actions.clone(),
        ui_actions,
        tools: answer.tools.into_iter().map(Into::into).collect(),
        conversation_id: answer.conversation_id,
        session_id: answer.session_id,
        message_id: answer.message_id,
        request_id: body.request_id,
        processing_time_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        timestamp: state.clock.now(),
        provider: answer.provider,
        model: answer.model,
        fallback_used: answer.fallback_used,
        usage: Usage { input_tokens: answer.usage.input_tokens, output_tokens: answer.usage.output_tokens },
    }))
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let action = json!({
        "type": "reload_expenses", "entity_id": null, "entity_type": "expense", "entity_title": "Diesel", "metadata": {},
    });
    vec![
        Endpoint::post("/api/v1/pam/chat", chat).deadline(Deadline::Chat).docs(
            Docs::new(
                Tag::Pam,
                "chat",
                "Say something to PAM",
                "Tools run for the user of the token. Days that the user names are days in `context.timezone`, UTC without one. A message that \
                 is sent again with the same `request_id` acts once.",
            )
            .body::<Chat>(json!({
                "message": "I spent $60 on diesel today",
                "session_id": "phone-1",
                "context": {"timezone": "America/Denver", "user_location": {"lat": 39.7, "lng": -105.0}},
            }))
            .answer::<ChatReply>(
                200,
                "PAM's answer.",
                json!({
                    "response": "Noted: $60.00 for diesel.",
                    "ui_actions": [action],
                    "actions": [action],
                    "tools": [{"tool": "create_expense", "succeeded": true, "data": {"amount": 60}}],
                    "conversation_id": "0198a1f0-8c3e-7b5a-9d2e-4f6a8b0c1d2e",
                    "session_id": "phone-1",
                    "message_id": "0198a1f0-8c3e-7b5a-9d2e-4f6a8b0c1d2f",
                    "request_id": null,
                    "processing_time_ms": 12,
                    "timestamp": "2026-11-22T09:00:00Z",
                    "provider": "assist",
                    "model": null,
                    "fallback_used": false,
                    "usage": {"input_tokens": 0, "output_tokens": 0},
                }),
            )
            .fails(&[404, 409, 413, 429, 503, 504]),
        ),
    ]
}
