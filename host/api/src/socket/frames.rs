//! What is said over the socket, as JSON texts with a `type`.
//!
//! The client that is in use today takes the first frame that has `message`, `content` or `response` for the answer to its question.
//! So only the greeting, an answer and an error carry such a key, and new kinds of frames must not; an error carries it because the
//! user has to read it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use wheelhouse_core::{Failure, FieldError, Result};

use crate::{body::field_error, routes::UiAction};

/// For the document.
pub(super) const DESCRIPTION: &str = "\
Frames are JSON texts with a `type`.

The client sends:

| type | members |
|---|---|
| `chat` | `message`; optional `context`, `session_id`, `conversation_id`, `request_id`, `stream` |
| `ping` | — answered with `pong`, also while a chat runs |
| `pong` | — a sign of life, not answered |
| `init`, `context_update` | `context`: kept for the chats that follow; answered with `context_updated` |

The host sends:

| type | members |
|---|---|
| `connection` | `status`, `message`, `user_id`; the first frame |
| `chat_response` | `message` and `content` (both the text), `ui_actions`, `source` (the provider), `model`, `error` (null), `session_id`, `conversation_id`, `message_id`, `fallback_used`, `request_id` when there was one |
| `chat_delta` | `delta`; only for chats with `stream: true`, before their `chat_response`, which has the text that counts |
| `tool_started`, `tool_finished` | `tool`, `succeeded`; only for chats with `stream: true` |
| `error` | `message`, `error_code`; `request_id` and `retry_after` (seconds) when known |
| `context_updated`, `pong` | |

Whether the client is still there the host asks with a ping of the WebSocket protocol, which every client answers by itself.

A `chat` that is sent again with the same `request_id` acts once and gets the same answer, on this or another socket. Without \
one that holds for the same text in the same session within a minute, or on the same socket when it names no session.

Close codes: `4001` token missing, not valid, expired or another user's · `4008` too many frames or sockets · `4009` a message is too \
large · `1001` the host is going away · `1013` try again later.";

/// What a client sends.
pub(super) enum ClientFrame {
    Ping,
    Pong,
    Chat(Box<ChatFrame>),
    /// `init` and `context_update`.
    Context(Map<String, Value>),
}

/// Members that are not known are let pass, as clients send some of their own.
#[derive(Deserialize)]
pub(super) struct ChatFrame {
    pub(super) message: String,
    pub(super) context: Option<Map<String, Value>>,
    pub(super) session_id: Option<String>,
    pub(super) conversation_id: Option<Uuid>,
    pub(super) request_id: Option<String>,
    pub(super) stream: Option<bool>,
}

#[derive(Deserialize)]
struct ContextFrame {
    context: Option<Map<String, Value>>,
}

/// A frame that cannot be read, and the chat that it may have been.
pub(super) struct Unreadable {
    pub(super) failure: Box<Failure>,
    pub(super) request_id: Option<String>,
}

impl ClientFrame {
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let refuse = |failure| Unreadable { failure: Box::new(failure), request_id: None };
        let frame: Value =
            serde_json::from_str(text).map_err(|error| refuse(Failure::malformed_json("frame", &error)))?;
        let Some(kind) = frame.get("type").and_then(Value::as_str) else {
            let message = "A frame is a JSON object with a `type`, such as `chat` or `ping`.";
            return Err(refuse(Failure::invalid(message).with_code("malformed_frame")));
        };
        match kind {
            "ping" => Ok(Self::Ping),
            "pong" => Ok(Self::Pong),
            "chat" => {
                let request_id = frame.get("request_id").and_then(Value::as_str).map(str::to_owned);
                read::<ChatFrame>(frame)
                    .map(|chat| Self::Chat(Box::new(chat)))
                    .map_err(|failure| Unreadable { failure: Box::new(failure), request_id })
            }
            "init" | "context_update" => {
                let frame = read::<ContextFrame>(frame).map_err(refuse)?;
                Ok(Self::Context(frame.context.unwrap_or_default()))
            }
            _ => {
                let message = "This type of frame is not known; there is `chat`, `ping`, `pong`, `init` and `context_update`.";
                Err(refuse(Failure::invalid(message).with_code("unknown_type")))
            }
        }
    }
}

fn read<'de, T: Deserialize<'de>>(frame: Value) -> Result<T> {
    serde_path_to_error::deserialize(frame)
        .map_err(|error| field_error(&error.path().to_string(), &error.inner().to_string()))
}

/// What the host sends.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerFrame {
    Connection {
        status: &'static str,
        message: &'static str,
        user_id: String,
        timestamp: Timestamp,
    },
    Pong {
        timestamp: Timestamp,
    },
    ContextUpdated {
        timestamp: Timestamp,
    },
    ChatDelta {
        delta: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    ToolStarted {
        tool: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    ToolFinished {
        tool: String,
        succeeded: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    ChatResponse(Box<ChatResponse>),
    Error(ErrorFrame),
}

#[derive(Serialize)]
pub(super) struct ChatResponse {
    pub(super) message: String,
    /// The same text.
    pub(super) content: String,
    pub(super) ui_actions: Vec<UiAction>,
    pub(super) source: String,
    pub(super) model: Option<String>,
    /// Always null: what fails is told by an error frame.
    pub(super) error: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) conversation_id: Uuid,
    pub(super) message_id: Uuid,
    pub(super) fallback_used: bool,
    pub(super) processing_time_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
    pub(super) timestamp: Timestamp,
}

#[derive(Serialize)]
pub(super) struct ErrorFrame {
    message: String,
    error_code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    timestamp: Timestamp,
}

impl ServerFrame {
    /// What the caller may read of a failure.
    pub(super) fn error(failure: Failure, request_id: Option<String>, timestamp: Timestamp) -> Self {
        Self::Error(ErrorFrame {
            error_code: failure.code().to_owned(),
            retry_after: failure.retry_after.map(|wait| wait.as_secs().max(1)),
            message: if failure.message.is_empty() {
                "The request failed.".to_owned()
            } else {
                failure.message
            },
            errors: failure.fields,
            request_id,
            timestamp,
        })
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("frames hold texts, numbers and JSON values alone")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn json_of(frame: &ServerFrame) -> Value {
        serde_json::from_str(&frame.to_json()).expect("a frame is JSON")
    }

    /// One of each that is no answer, no error and not the greeting.
    fn quiet_frames() -> [ServerFrame; 5] {
        let timestamp = Timestamp::UNIX_EPOCH;
        let request_id = Some("r".to_owned());
        [
            ServerFrame::Pong { timestamp },
            ServerFrame::ContextUpdated { timestamp },
            ServerFrame::ChatDelta { delta: "a".to_owned(), request_id: request_id.clone() },
            ServerFrame::ToolStarted { tool: "a".to_owned(), request_id: request_id.clone() },
            ServerFrame::ToolFinished { tool: "a".to_owned(), succeeded: true, request_id },
        ]
    }

    /// Fails to compile when a kind of frame is added, which then has to be described.
    fn name(frame: &ServerFrame) -> &'static str {
        match frame {
            ServerFrame::Connection { .. } => "connection",
            ServerFrame::Pong { .. } => "pong",
            ServerFrame::ContextUpdated { .. } => "context_updated",
            ServerFrame::ChatDelta { .. } => "chat_delta",
            ServerFrame::ToolStarted { .. } => "tool_started",
            ServerFrame::ToolFinished { .. } => "tool_finished",
            ServerFrame::ChatResponse(_) => "chat_response",
            ServerFrame::Error(_) => "error",
        }
    }

    #[test]
    fn described_frames_of_the_host_are_the_ones_that_it_sends() {
        let (_, host) = DESCRIPTION.split_once("The host sends:").expect("the description has its part");
        let rows = host.lines().filter(|line| line.starts_with("| `"));
        let described: BTreeSet<&str> = rows
            .flat_map(|row| row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2))
            .collect();
        let quiet = quiet_frames();
        for frame in &quiet {
            assert_eq!(json_of(frame)["type"], name(frame));
        }
        let mut sent: BTreeSet<&str> = quiet.iter().map(name).collect();
        sent.extend(["connection", "chat_response", "error"]);
        assert_eq!(described, sent);
    }

    #[test]
    fn frames_that_are_no_answer_carry_no_key_of_one() {
        for frame in quiet_frames() {
            let frame = json_of(&frame);
            for key in ["message", "content", "response"] {
                assert_eq!(frame.get(key), None, "{frame}");
            }
        }
    }

    #[test]
    fn frame_that_cannot_be_read_says_why() {
        for (text, code) in [
            ("{", "malformed_json"),
            ("[]", "malformed_frame"),
            (r#"{"message": "hello"}"#, "malformed_frame"),
            (r#"{"type": "subscribe"}"#, "unknown_type"),
            (r#"{"type": "chat"}"#, "invalid"),
            (r#"{"type": "chat", "message": 5}"#, "invalid"),
            (r#"{"type": "init", "context": []}"#, "invalid"),
        ] {
            let refused =
                ClientFrame::parse(text).err().map(|unreadable| unreadable.failure.code().to_owned());
            assert_eq!(refused.as_deref(), Some(code), "{text}");
        }
    }

    #[test]
    fn chat_that_cannot_be_read_keeps_its_request_id() {
        let refused = ClientFrame::parse(r#"{"type": "chat", "message": 5, "request_id": "r-1"}"#).err();
        assert_eq!(refused.and_then(|unreadable| unreadable.request_id).as_deref(), Some("r-1"));
    }

    #[test]
    fn members_of_a_clients_own_are_let_pass() {
        let frame =
            json!({"type": "chat", "message": "hi", "timestamp": 1, "user_id": "u", "session_id": null});
        assert!(matches!(ClientFrame::parse(&frame.to_string()), Ok(ClientFrame::Chat(_))));
    }

    #[test]
    fn failure_shows_what_the_caller_may_read() {
        let frame = ServerFrame::error(Failure::internal("secret"), None, Timestamp::UNIX_EPOCH).to_json();
        assert!(!frame.contains("secret"));
        assert!(frame.contains(r#""error_code":"internal""#));
    }
}
