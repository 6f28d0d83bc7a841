use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use serde_json::Map;
use tokio::sync::Semaphore;
use wheelhouse_core::{
    CallContext, Failure, Result,
    chat::{ChatEvent, ChatMessage, ChatProvider, ChatRequest, Completion, FinishReason, Model, ToolCall},
};

/// Answers `you said: …`, but for these words: `wait` holds the answer until the test lets it go, `fail` refuses, `where` tells what the
/// host says of the user, `act` calls the tool `act` first.
pub(crate) struct FakeProvider {
    /// A permit lets one waiting answer go.
    pub(crate) gate: Arc<Semaphore>,
    /// Gets a permit for each answer that has begun to wait.
    begun: Semaphore,
}

impl FakeProvider {
    /// Comes back when an answer waits.
    pub(crate) async fn waits(&self) {
        self.begun.acquire().await.unwrap().forget();
    }
}

impl Default for FakeProvider {
    fn default() -> Self {
        Self { gate: Arc::new(Semaphore::new(0)), begun: Semaphore::new(0) }
    }
}

#[async_trait]
impl ChatProvider for FakeProvider {
    fn id(&self) -> &str {
        "assist"
    }

    async fn models(&self, _ctx: &CallContext) -> Result<Vec<Model>> {
        Ok(Vec::new())
    }

    async fn complete(&self, ctx: &CallContext, request: ChatRequest) -> Result<Completion> {
        let said = match request.messages.last() {
            Some(ChatMessage::User { text }) => text.clone(),
            Some(ChatMessage::Tool { text, .. }) => text.clone(),
            other => return Err(Failure::internal(format!("the last message is {other:?}"))),
        };
        let answer = match said.as_str() {
            "wait" => {
                self.begun.add_permits(1);
                self.gate.acquire().await.unwrap().forget();
                "waited".to_owned()
            }
            "fail" => {
                return Err(Failure::unavailable("The provider is down.").with_detail("secret of the log"));
            }
            "where" => {
                let zone = ctx.time_zone.iana_name().unwrap_or("?");
                format!("{zone} {} {:?}", ctx.locale, ctx.location)
            }
            "act" => {
                let call =
                    ToolCall { id: "call-1".to_owned(), name: "act".to_owned(), arguments: Map::new() };
                let events = [ChatEvent::ToolCall(call), ChatEvent::Finished(FinishReason::ToolCalls)];
                return Ok(stream::iter(events.map(Ok)).boxed());
            }
            said => format!("you said: {said}"),
        };
        let events = [ChatEvent::Text(answer), ChatEvent::Finished(FinishReason::Stop)];
        Ok(stream::iter(events.map(Ok)).boxed())
    }
}
