//! AI providers: a conversation in, the next message out.

use std::future::Future;

use serde_json::{Map, Value};

use crate::{
    Call, Failure,
    bindings::chat::{exports::wheelhouse::plugin::chat as wit, wit_future, wit_stream},
    sink::{self, Sink},
};

pub use wit::{
    AssistantMessage, Event, FinishReason, Message, Model, Request, ToolCall, ToolDefinition, ToolMessage,
    Usage,
};

/// An AI provider. It is made once in an instance, at the first call, and kept as long as the instance.
pub trait ChatProvider: 'static {
    /// Its models, the one that it uses by itself first.
    ///
    /// # Errors
    /// Whatever stands in the way.
    fn models(&self, call: &Call) -> Result<Vec<Model>, Failure>;

    /// Continues the conversation: writes the answer as it comes, and returns why it is over.
    ///
    /// # Errors
    /// At any time. Before the first piece another provider can take over; after it the answer counts as broken off.
    fn complete(
        &self,
        call: &Call,
        request: Request,
        answer: &mut Answer,
    ) -> impl Future<Output = Result<FinishReason, Failure>>;
}

/// Where a provider puts its answer.
pub struct Answer(Sink<Event>);

impl Answer {
    /// A piece of the text.
    ///
    /// # Errors
    /// When nobody is listening any more: pass it on with `?`.
    pub async fn text(&mut self, text: impl Into<String>) -> Result<(), Failure> {
        self.0.write(vec![Event::Text(text.into())]).await
    }

    /// Asks for a tool to be called. The result comes with the next request, under this id.
    ///
    /// # Errors
    /// As for [`Answer::text`].
    pub async fn tool_call(
        &mut self,
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: Map<String, Value>,
    ) -> Result<(), Failure> {
        let arguments = Value::Object(arguments).to_string();
        let call = ToolCall { id: id.into(), name: name.into(), arguments };
        self.0.write(vec![Event::ToolCall(call)]).await
    }

    /// Says how many tokens were used.
    ///
    /// # Errors
    /// As for [`Answer::text`].
    pub async fn usage(&mut self, usage: Usage) -> Result<(), Failure> {
        self.0.write(vec![Event::Usage(usage)]).await
    }
}

async fn run<P: ChatProvider>(
    provider: &P,
    call: Call,
    request: Request,
    sink: Sink<Event>,
) -> (Sink<Event>, Result<(), Failure>) {
    let mut answer = Answer(sink);
    let result = match provider.complete(&call, request, &mut answer).await {
        Ok(reason) => answer.0.write(vec![Event::Finished(reason)]).await,
        Err(failure) => Err(failure),
    };
    (answer.0, result)
}

pub(crate) async fn complete<P: ChatProvider>(
    provider: &'static P,
    call: Call,
    request: Request,
) -> Result<wit::Completion, Failure> {
    let end = wit_future::new(|| Err(sink::stopped()));
    let (events, ended) =
        sink::begin(wit_stream::new(), end, |sink| run(provider, call, request, sink)).await?;
    Ok(wit::Completion { events, ended })
}

/// Answers on the build machine: the events that were written, and how it ended. For a provider's tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn collect<P: ChatProvider>(
    provider: &P,
    call: &Call,
    request: Request,
) -> (Vec<Event>, Result<(), Failure>) {
    sink::collect(|sink| run(provider, call.clone(), request, sink))
}
