//! A provider, a context and requests.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use wheelhouse_core::{
    CallContext, Caller, Failure, Secret,
    chat::{ChatEvent, ChatMessage, ChatProvider, ChatRequest, FinishReason},
    clock::{Clock, Entropy},
};
use wheelhouse_engines::{OpenAiConfig, OpenAiProvider};

use crate::server::FakeServer;

/// Found in no message, detail or log.
pub const KEY: &str = "sk-hunter2";
/// Neither is what a user says.
pub const PROMPT: &str = "I spent $60 on diesel, my secret";

pub struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }
}

pub struct FixedEntropy;

impl Entropy for FixedEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

pub fn config(server: &FakeServer) -> OpenAiConfig {
    OpenAiConfig {
        api_key: Some(Secret::new(KEY)),
        base_url: Some(server.base_url()),
        model: Some("llama".to_owned()),
        ..OpenAiConfig::default()
    }
}

pub fn with_config(config: &OpenAiConfig) -> OpenAiProvider {
    OpenAiProvider::new(config, Arc::new(FixedClock), Arc::new(FixedEntropy)).unwrap()
}

pub fn provider(server: &FakeServer) -> OpenAiProvider {
    with_config(&config(server))
}

pub fn context() -> CallContext {
    CallContext::new("req-1", Caller::Host, FixedClock.now(), Duration::from_secs(30))
}

pub fn request() -> ChatRequest {
    ChatRequest {
        model: None,
        messages: vec![ChatMessage::User { text: PROMPT.to_owned() }],
        tools: Vec::new(),
        max_output_tokens: None,
        temperature: None,
    }
}

/// A chunk that adds text.
pub fn text(text: &str) -> Value {
    json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
}

/// A chunk that ends the answer.
pub fn finish(reason: &str) -> Value {
    json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

/// A whole small answer.
pub fn hello() -> Vec<Value> {
    vec![text("Hel"), text("lo"), finish("stop")]
}

/// The events of [`hello`].
pub fn hello_events() -> Vec<ChatEvent> {
    vec![said("Hel"), said("lo"), ChatEvent::Finished(FinishReason::Stop)]
}

pub fn said(text: &str) -> ChatEvent {
    ChatEvent::Text(text.to_owned())
}

/// Everything up to the end or the failure. That nothing comes after either is checked.
pub async fn events_of(
    provider: &OpenAiProvider,
    ctx: &CallContext,
    request: ChatRequest,
) -> (Vec<ChatEvent>, Option<Failure>) {
    let mut completion = match provider.complete(ctx, request).await {
        Ok(completion) => completion,
        Err(failure) => return (Vec::new(), Some(harmless(failure))),
    };
    let (mut events, mut failure) = (Vec::new(), None);
    while let Some(item) = completion.next().await {
        assert!(failure.is_none(), "something came after the failure");
        match item {
            Ok(event) => events.push(event),
            Err(error) => failure = Some(harmless(error)),
        }
    }
    let finished = matches!(events.last(), Some(ChatEvent::Finished(_)));
    assert_ne!(finished, failure.is_some(), "an answer is whole or a failure: {events:?} {failure:?}");
    (events, failure)
}

/// The events of an answer that must be whole.
pub async fn complete(provider: &OpenAiProvider) -> Vec<ChatEvent> {
    let (events, failure) = events_of(provider, &context(), request()).await;
    assert_eq!(failure, None);
    events
}

/// The failure of an answer that must not begin.
pub async fn refused(provider: &OpenAiProvider) -> Failure {
    let (events, failure) = events_of(provider, &context(), request()).await;
    assert_eq!(events, []);
    failure.unwrap()
}

/// A failure that a chain can pass over, and that tells nobody what it must not.
fn harmless(failure: Failure) -> Failure {
    assert!(!failure.class.is_callers_fault(), "the user has not done it: {failure:?}");
    let all = format!("{failure:?}");
    assert!(!all.contains(KEY) && !all.contains(PROMPT) && !all.contains("http://"), "{all}");
    failure
}
