use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value};
use wheelhouse_core::{
    CallContext, Failure, Result,
    chat::{ChatEvent, ChatProvider, ChatRequest, Completion, FinishReason, Model, ToolCall, Usage},
};

/// What a provider does when it is asked.
pub(crate) enum Step {
    /// It fails at once.
    Fail(Failure),
    /// It never begins to answer.
    Hang,
    /// It gives these, and the stream ends.
    Give(Vec<Result<ChatEvent>>),
    /// It gives these and then nothing more.
    Stall(Vec<ChatEvent>),
}

/// A provider that follows a script and remembers what it was asked.
pub(crate) struct FakeProvider {
    id: &'static str,
    script: Mutex<VecDeque<Step>>,
    asked: Mutex<Vec<ChatRequest>>,
}

impl FakeProvider {
    pub(crate) fn new(id: &'static str, script: Vec<Step>) -> Arc<Self> {
        Arc::new(Self { id, script: Mutex::new(script.into()), asked: Mutex::default() })
    }

    pub(crate) fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }
}

/// A whole answer in two pieces.
pub(crate) fn answer(text: &str) -> Step {
    let (first, second) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let pieces = [first, second].map(|piece| Ok(ChatEvent::Text(piece.to_owned())));
    let usage = Ok(ChatEvent::Usage(Usage { input_tokens: 10, output_tokens: 2 }));
    Step::Give(pieces.into_iter().chain([usage, Ok(ChatEvent::Finished(FinishReason::Stop))]).collect())
}

pub(crate) fn call(id: &str, name: &str, arguments: Value) -> ToolCall {
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        _ => Map::new(),
    };
    ToolCall { id: id.to_owned(), name: name.to_owned(), arguments }
}

/// Asks for tools.
pub(crate) fn calls(calls: Vec<ToolCall>) -> Step {
    let calls = calls.into_iter().map(|call| Ok(ChatEvent::ToolCall(call)));
    let usage = Ok(ChatEvent::Usage(Usage { input_tokens: 10, output_tokens: 2 }));
    Step::Give(calls.chain([usage, Ok(ChatEvent::Finished(FinishReason::ToolCalls))]).collect())
}

#[async_trait]
impl ChatProvider for FakeProvider {
    fn id(&self) -> &str {
        self.id
    }

    async fn models(&self, _ctx: &CallContext) -> Result<Vec<Model>> {
        Ok(Vec::new())
    }

    async fn complete(&self, _ctx: &CallContext, request: ChatRequest) -> Result<Completion> {
        self.asked.lock().unwrap().push(request);
        let step = self.script.lock().unwrap().pop_front();
        match step {
            None => Err(Failure::internal(format!("`{}` was asked once more than its script says", self.id))),
            Some(Step::Fail(failure)) => Err(failure),
            Some(Step::Hang) => std::future::pending().await,
            Some(Step::Give(events)) => Ok(stream::iter(events).boxed()),
            Some(Step::Stall(events)) => {
                Ok(stream::iter(events.into_iter().map(Ok)).chain(stream::pending()).boxed())
            }
        }
    }
}
