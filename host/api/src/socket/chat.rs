//! One chat of a socket, in a task of its own.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use tokio::{sync::mpsc, time::Instant};
use uuid::Uuid;
use wheelhouse_core::{
    CallContext, Failure, Result,
    assistant::{AssistantEvent, TurnAnswer},
};
use wheelhouse_services::TurnRequest;

use super::frames::{ChatResponse, ServerFrame};
use crate::state::State;

/// What a chat works with.
pub(super) struct Chat {
    pub(super) state: Arc<State>,
    pub(super) ctx: CallContext,
    pub(super) request: TurnRequest,
    pub(super) stream: bool,
    /// Where frames go. Bounded: a client that reads slowly slows the chat's frames down, not the turn.
    pub(super) frames: mpsc::Sender<ServerFrame>,
    pub(super) conversation: LastConversation,
}

/// The conversation that chats of this socket belong to when they name none.
#[derive(Clone, Default)]
pub(super) struct LastConversation(Arc<Mutex<Option<Uuid>>>);

impl LastConversation {
    pub(super) fn get(&self) -> Option<Uuid> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, conversation: Uuid) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(conversation);
    }
}

impl Chat {
    /// Ends with the answer or an error. The turn itself runs on when the socket is gone, and sending the message again brings its answer.
    pub(super) async fn run(self) {
        let began = Instant::now();
        let request_id = self.request.request_id.clone();
        let answered = if self.stream { self.streamed().await } else { self.whole().await };
        let timestamp = self.state.clock.now();
        let frame = match answered {
            Ok(answer) => {
                self.conversation.set(answer.conversation_id);
                let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                tracing::info!(ms, tools = answer.tools.len(), provider = %answer.provider, "chat answered");
                ServerFrame::ChatResponse(Box::new(ChatResponse {
                    content: answer.text.clone(),
                    message: answer.text,
                    ui_actions: answer.ui_actions.into_iter().map(Into::into).collect(),
                    source: answer.provider,
                    model: answer.model,
                    error: None,
                    session_id: answer.session_id,
                    conversation_id: answer.conversation_id,
                    message_id: answer.message_id,
                    fallback_used: answer.fallback_used,
                    processing_time_ms: ms,
                    request_id,
                    timestamp,
                }))
            }
            Err(failure) => {
                let detail = failure.detail.as_deref().unwrap_or_default();
                tracing::info!(class = failure.class.as_str(), code = failure.code(), detail, "chat failed");
                ServerFrame::error(failure, request_id, timestamp)
            }
        };
        self.send(frame).await;
    }

    async fn whole(&self) -> Result<TurnAnswer> {
        self.state.services.assistant.turn(&self.ctx, self.request.clone()).await
    }

    async fn streamed(&self) -> Result<TurnAnswer> {
        let mut events = self.state.services.assistant.stream(&self.ctx, self.request.clone()).await?;
        while let Some(event) = events.next().await {
            let request_id = self.request.request_id.clone();
            let frame = match event? {
                AssistantEvent::Text(delta) => ServerFrame::ChatDelta { delta, request_id },
                AssistantEvent::ToolStarted { tool } => ServerFrame::ToolStarted { tool, request_id },
                AssistantEvent::ToolFinished(run) => {
                    ServerFrame::ToolFinished { tool: run.tool, succeeded: run.succeeded, request_id }
                }
                AssistantEvent::Finished(answer) => return Ok(*answer),
            };
            self.send(frame).await;
        }
        Err(Failure::internal("a turn's events ended without an answer"))
    }

    async fn send(&self, frame: ServerFrame) {
        // Nobody reads any more when the socket is gone.
        let _ = self.frames.send(frame).await;
    }
}
