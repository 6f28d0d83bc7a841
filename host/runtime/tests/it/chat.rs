//! AI providers.

use futures_util::StreamExt;
use serde_json::json;
use wheelhouse_core::{
    FailureClass, Result,
    chat::{ChatEvent, ChatMessage, ChatRequest, FinishReason, ToolSpec, Usage},
};

use crate::support::{Setup, TestHost, ann};

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

#[tokio::test]
async fn a_provider_that_traps_in_mid_answer_ends_it_in_failure() {
    let host = Setup::new(&["chats_then_traps"]).start().await;
    let events = events(&host, "chats-then-traps").await;
    assert_eq!(events[0], Ok(ChatEvent::Text("I think".to_owned())));
    assert_eq!(events.last().unwrap().as_ref().unwrap_err().class, FailureClass::Truncated);
}
