//! AI providers.

use futures_util::StreamExt;
use serde_json::json;
use wheelhouse_core::{
    Failure, FailureClass, Result,
    chat::{ChatEvent, ChatMessage, ChatRequest, FinishReason, ToolSpec, Usage},
};

use crate::support::{Setup, TestHost, ann, failed};

fn request() -> ChatRequest {
    ChatRequest {
        model: None,
        messages: vec![
            ChatMessage::System { text: "Be brief.".to_owned() },
            ChatMessage::User { text: "hello".to_owned() },
        ],
        tools: vec![ToolSpec {
            name: "add".to_owned(),
            summary: "Adds.".to_owned(),
            input_schema: json!({"type": "object"}),
            sentences: Vec::new(),
        }],
        max_output_tokens: None,
        temperature: None,
    }
}

async fn events(host: &TestHost, id: &str) -> Vec<Result<ChatEvent>> {
    host.provider(id).complete(&ann(), request()).await.unwrap().collect().await
}

#[tokio::test]
async fn a_provider_answers_in_events() {
    let host = Setup::new(&["chats"]).start().await;
    let events: Vec<ChatEvent> = events(&host, "chats").await.into_iter().map(Result::unwrap).collect();
    assert_eq!(events[0], ChatEvent::Text("You said: hello".to_owned()));
    let ChatEvent::ToolCall(call) = &events[1] else { panic!("{events:?}") };
    assert_eq!((call.id.as_str(), call.name.as_str()), ("call-0", "add"));
    assert_eq!(events[2], ChatEvent::Usage(Usage { input_tokens: 3, output_tokens: 4 }));
    assert_eq!(events[3..], [ChatEvent::Finished(FinishReason::ToolCalls)]);
}

#[tokio::test]
async fn a_provider_lists_its_models() {
    let host = Setup::new(&["chats"]).start().await;
    let models = host.provider("chats").models(&ann()).await.unwrap();
    assert_eq!((models[0].id.as_str(), models[0].context_window), ("only", Some(1_000)));
}

/// How the answer of a guest ends that begins well.
async fn end_of(setup: Setup, id: &str) -> Failure {
    let host = setup.start().await;
    let mut events = events(&host, id).await;
    assert!(matches!(events[0], Ok(ChatEvent::Text(_))), "{events:?}");
    let end = failed(events.pop().unwrap());
    assert!(events.iter().all(Result::is_ok), "an error is the last event");
    host.assert_unharmed().await;
    end
}

#[tokio::test]
async fn a_provider_that_traps_in_mid_answer_ends_it_in_failure() {
    let end = end_of(Setup::new(&["echo", "chats_then_traps"]), "chats-then-traps").await;
    assert_eq!((end.class, end.code()), (FailureClass::Truncated, "plugin_trap"));
}

#[tokio::test]
async fn an_answer_that_stops_without_a_word_is_truncated() {
    let setup = Setup::new(&["echo", "chats_truncated"]);
    let end = end_of(setup.config(|config| config.limits.stream_idle_ms = 200), "chats-truncated").await;
    assert_eq!(end.class, FailureClass::Truncated);
    assert!(end.message.contains("without saying why"), "{end}");
}

#[tokio::test]
async fn a_provider_that_falls_silent_runs_into_the_time_limit() {
    let setup = Setup::new(&["echo", "chats_then_stalls"]);
    let end = end_of(setup.config(|config| config.limits.stream_idle_ms = 200), "chats-then-stalls").await;
    assert_eq!(end.class, FailureClass::Timeout);
    assert!(end.message.contains("silent for 200 ms"), "{end}");
}

#[tokio::test]
async fn an_endless_answer_ends_at_the_limit() {
    let setup = Setup::new(&["echo", "chats_endlessly"]);
    let end = end_of(setup.config(|config| config.limits.stream_bytes = 100_000), "chats-endlessly").await;
    assert_eq!((end.class, end.code()), (FailureClass::Truncated, "plugin_output"));
    assert!(end.message.contains("a stream of more than 100000 bytes"), "{end}");
}
