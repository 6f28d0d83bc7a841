use std::{
    pin::Pin,
    task::{Context, Poll},
};

use wasmtime::{
    StoreContextMut,
    component::{Source, StreamConsumer, StreamResult},
};
use wheelhouse_core::chat::{
    ChatEvent, ChatMessage, ChatRequest, FinishReason, Model, ToolCall, ToolSpec, Usage,
};

use super::{Answer, CallRecord, Guest, exports::chat as wit, failure};
use crate::{
    session::{Ending, Opening, Outlet, Verdict},
    state::State,
};

impl Guest<'_> {
    /// The provider's models.
    ///
    /// # Errors
    /// When the guest does not answer.
    pub(crate) async fn models(&self, call: CallRecord) -> Answer<Vec<Model>> {
        let answer = self.chat()?.call_models(self.accessor, call).await?;
        let model = |model: wit::Model| Model {
            id: model.id,
            name: model.name,
            context_window: model.context_window,
        };
        Ok(answer.map(|models| models.into_iter().map(model).collect()).map_err(failure::from_guest))
    }
}

/// Has the provider answer, and waits for the end of it.
///
/// # Errors
/// When the guest does not answer.
pub(crate) async fn open_chat(
    guest: Guest<'_>,
    call: CallRecord,
    request: ChatRequest,
    opening: Opening<(), ChatEvent>,
) -> Verdict {
    let completion = match guest.chat()?.call_complete(guest.accessor, call, to_request(request)).await? {
        Ok(completion) => completion,
        Err(failure) => return Ok(Some(Err(failure::from_guest(failure)))),
    };
    let (ending, end, closed) = Ending::new();
    let outlet = opening.open(());
    guest.accessor.with(|mut access| {
        completion.events.pipe(&mut access, ChatItems { outlet, _closed: closed })?;
        completion.ended.pipe(&mut access, failure::EndItem::new(end))
    })?;
    ending.verdict().await
}

/// Takes the events of a guest's stream as fast as somebody listens.
struct ChatItems {
    outlet: Outlet<ChatEvent>,
    /// Dropped with the stream.
    _closed: tokio::sync::oneshot::Sender<()>,
}

impl StreamConsumer<State> for ChatItems {
    type Item = wit::Event;

    fn poll_consume(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'_, State>,
        mut source: Source<'_, wit::Event>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let this = self.get_mut();
        match this.outlet.poll_ready(cx) {
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(false) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Ready(true) => {}
        }
        if source.remaining(&mut store) > 0 {
            let mut event = Vec::with_capacity(1);
            source.read(&mut store, &mut event)?;
            if let Some(event) = event.pop() {
                let length = length(&event);
                this.outlet.send(from_event(event)?, length)?;
            }
        }
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

/// What an event weighs: its text and a little for itself, so that empty ones count too.
fn length(event: &wit::Event) -> usize {
    16 + match event {
        wit::Event::Text(text) => text.len(),
        wit::Event::ToolCall(call) => call.id.len() + call.name.len() + call.arguments.len(),
        wit::Event::Usage(_) | wit::Event::Finished(_) => 0,
    }
}

fn from_event(event: wit::Event) -> wasmtime::Result<ChatEvent> {
    Ok(match event {
        wit::Event::Text(text) => ChatEvent::Text(text),
        wit::Event::ToolCall(call) => ChatEvent::ToolCall(ToolCall {
            id: call.id,
            arguments: serde_json::from_str(&call.arguments).map_err(|error| {
                wasmtime::Error::msg(format!("the arguments of a tool call are no JSON object: {error}"))
            })?,
            name: call.name,
        }),
        wit::Event::Usage(usage) => {
            ChatEvent::Usage(Usage { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens })
        }
        wit::Event::Finished(reason) => ChatEvent::Finished(match reason {
            wit::FinishReason::Stop => FinishReason::Stop,
            wit::FinishReason::ToolCalls => FinishReason::ToolCalls,
            wit::FinishReason::Length => FinishReason::Length,
            wit::FinishReason::Refused => FinishReason::Refused,
        }),
    })
}

fn to_request(request: ChatRequest) -> wit::Request {
    wit::Request {
        model: request.model,
        messages: request.messages.into_iter().map(to_message).collect(),
        tools: request.tools.into_iter().map(to_tool).collect(),
        max_output_tokens: request.max_output_tokens,
        temperature: request.temperature,
    }
}

fn to_tool(tool: ToolSpec) -> wit::ToolDefinition {
    wit::ToolDefinition {
        name: tool.name,
        summary: tool.summary,
        input_schema: tool.input_schema.to_string(),
        sentences: tool.sentences,
    }
}

fn to_message(message: ChatMessage) -> wit::Message {
    match message {
        ChatMessage::System { text } => wit::Message::System(text),
        ChatMessage::User { text } => wit::Message::User(text),
        ChatMessage::Assistant { text, tool_calls } => wit::Message::Assistant(wit::AssistantMessage {
            text,
            tool_calls: tool_calls
                .into_iter()
                .map(|call| wit::ToolCall {
                    id: call.id,
                    name: call.name,
                    arguments: serde_json::Value::Object(call.arguments).to_string(),
                })
                .collect(),
        }),
        ChatMessage::Tool { call_id, name, text, failed } => {
            wit::Message::Tool(wit::ToolMessage { call_id, name, text, failed })
        }
    }
}
