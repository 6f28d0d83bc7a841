//! What the server receives: the same prompt, tools and results that the host has.

use serde_json::{Map, Value, json};
use wheelhouse_core::{
    Secret,
    chat::{ChatMessage, ChatProvider, ChatRequest, ToolCall, ToolSpec},
};
use wheelhouse_engines::OpenAiConfig;

use crate::{
    fixture::{KEY, config, context, hello, provider, request, with_config},
    server::{Answer, FakeServer},
};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn second_round_carries_prompt_tools_calls_and_results_word_for_word() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    let schema = json!({
        "type": "object",
        "properties": {"amount": {"type": "number", "exclusiveMinimum": 0}, "category": {"enum": ["fuel", "food"]}},
        "required": ["amount"],
        "additionalProperties": false,
    });
    let arguments = json!({"category": "fuel", "amount": 60});
    let call = |id: &str| ToolCall {
        id: id.to_owned(),
        name: "create_expense".to_owned(),
        arguments: object(arguments.clone()),
    };
    let result = |id: &str, text: &str, failed| ChatMessage::Tool {
        call_id: id.to_owned(),
        name: "create_expense".to_owned(),
        text: text.to_owned(),
        failed,
    };
    let asked = ChatRequest {
        model: None,
        messages: vec![
            ChatMessage::System { text: "You are PAM.\nToday is 2026-11-22.".to_owned() },
            ChatMessage::User { text: "I spent $60 on diesel 🚐".to_owned() },
            ChatMessage::Assistant { text: String::new(), tool_calls: vec![call("call_1"), call("call_2")] },
            result("call_1", "Recorded $60.00 for fuel.", false),
            result("call_2", "The database is away.", true),
            ChatMessage::Assistant { text: "One of two.".to_owned(), tool_calls: Vec::new() },
            ChatMessage::User { text: "and now?".to_owned() },
        ],
        tools: vec![ToolSpec {
            name: "create_expense".to_owned(),
            summary: "Records an expense.".to_owned(),
            input_schema: schema.clone(),
            sentences: vec!["(spent|paid) {amount:money}".to_owned()],
        }],
        max_output_tokens: Some(500),
        temperature: Some(0.2),
    };

    drop(provider(&server).complete(&context(), asked).await.unwrap());

    let wire_call = |id: &str| json!({"type": "function", "id": id, "function": {"name": "create_expense", "arguments": arguments.to_string()}});
    assert_eq!(
        server.only_request().body,
        json!({
            "model": "llama",
            "messages": [
                {"role": "system", "content": "You are PAM.\nToday is 2026-11-22."},
                {"role": "user", "content": "I spent $60 on diesel 🚐"},
                {"role": "assistant", "content": "", "tool_calls": [wire_call("call_1"), wire_call("call_2")]},
                {"role": "tool", "tool_call_id": "call_1", "content": "Recorded $60.00 for fuel."},
                {"role": "tool", "tool_call_id": "call_2", "content": "The database is away."},
                {"role": "assistant", "content": "One of two."},
                {"role": "user", "content": "and now?"},
            ],
            "tools": [{
                "type": "function",
                "function": {"name": "create_expense", "description": "Records an expense.", "parameters": schema},
            }],
            "stream": true,
            "stream_options": {"include_usage": true},
            "max_tokens": 500,
            "temperature": 0.2,
        })
    );
}

#[tokio::test]
async fn request_without_wishes_holds_nothing_but_the_messages() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    drop(provider(&server).complete(&context(), request()).await.unwrap());
    let body = server.only_request().body;
    let keys: Vec<_> = object(body).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["messages", "model", "stream", "stream_options"]);
}

#[tokio::test]
async fn headers_carry_the_key_and_where_it_belongs() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    let config = OpenAiConfig {
        api_key: Some(Secret::new(format!(" {KEY}\n"))),
        organization: Some("org-1".to_owned()),
        project: Some("proj-1".to_owned()),
        ..config(&server)
    };
    drop(with_config(&config).complete(&context(), request()).await.unwrap());
    let received = server.only_request();
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(received.header("authorization"), Some("Bearer sk-hunter2"));
    assert_eq!(received.header("openai-organization"), Some("org-1"));
    assert_eq!(received.header("openai-project"), Some("proj-1"));
    assert_eq!(received.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn server_that_needs_no_key_is_sent_none() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    let config = OpenAiConfig { api_key: None, ..config(&server) };
    drop(with_config(&config).complete(&context(), request()).await.unwrap());
    assert_eq!(server.only_request().header("authorization"), None);
}

#[tokio::test]
async fn model_of_the_request_goes_before_the_configured_one() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    let asked = ChatRequest { model: Some("qwen".to_owned()), ..request() };
    drop(provider(&server).complete(&context(), asked).await.unwrap());
    assert_eq!(server.only_request().body["model"], "qwen");
}

#[tokio::test]
async fn id_that_another_provider_has_made_too_long_still_joins_call_and_result() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    let id = "another-providers-call-".repeat(4);
    let call = ToolCall { id: id.clone(), name: "add".to_owned(), arguments: Map::new() };
    let result =
        ChatMessage::Tool { call_id: id, name: "add".to_owned(), text: "Done.".to_owned(), failed: false };
    let messages = vec![ChatMessage::Assistant { text: String::new(), tool_calls: vec![call] }, result];
    drop(provider(&server).complete(&context(), ChatRequest { messages, ..request() }).await.unwrap());
    let body = server.only_request().body;
    let (call, result) = (&body["messages"][0]["tool_calls"][0]["id"], &body["messages"][1]["tool_call_id"]);
    assert_eq!(call, result);
    assert!(call.as_str().unwrap().len() <= 40, "{call}");
}

#[tokio::test]
async fn rounds_of_a_turn_share_a_connection() {
    let rounds = 5;
    let server = FakeServer::start((0..rounds).map(|_| Answer::stream(&hello()))).await;
    let provider = provider(&server);
    for _ in 0..rounds {
        crate::fixture::complete(&provider).await;
    }
    assert_eq!(server.received().len(), rounds);
    assert_eq!(server.connections(), 1);
}
