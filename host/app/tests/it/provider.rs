//! PAM with a model, played by a server that speaks OpenAI's protocol, and what happens when it refuses, stalls or breaks off.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, Visitor, expect},
    clock::StillClock,
    openai_server::{Answer, FakeServer, Received},
};

/// A host whose first provider is this server.
async fn app_with(data: &Path, server: &FakeServer) -> TestApp {
    let url = server.base_url();
    let variables = [
        ("OPENAI_BASE_URL", url.as_str()),
        ("OPENAI_API_KEY", "sk-test"),
        ("OPENAI_MODEL", "llama"),
        // Whoever stalls has done so after this.
        ("WHEELHOUSE_ASSISTANT__FIRST_EVENT_SECONDS", "1"),
        ("WHEELHOUSE_ASSISTANT__STALL_SECONDS", "1"),
        // Each failure is to be met, not the breaker that the first ones open.
        ("WHEELHOUSE_ASSISTANT__BREAKER__FAILURES", "1000"),
    ];
    TestApp::start(data, &variables).await
}

fn delta(delta: &Value, finish: Option<&str>) -> Value {
    json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

fn says(text: &str) -> Value {
    delta(&json!({"content": text}), None)
}

/// A whole answer that is a text.
fn text(text: &str) -> Answer {
    Answer::stream(&[says(text), delta(&json!({}), Some("stop"))])
}

/// A whole answer that calls a tool.
fn tool_call(id: &str, name: &str, arguments: &Value) -> Answer {
    let function = json!({"name": name, "arguments": arguments.to_string()});
    let call = json!({"tool_calls": [{"index": 0, "id": id, "type": "function", "function": function}]});
    Answer::stream(&[delta(&call, None), delta(&json!({}), Some("tool_calls"))])
}

fn messages(request: &Received) -> &[Value] {
    request.body["messages"].as_array().unwrap()
}

async fn expenses(visitor: &Visitor<'_>) -> Vec<Value> {
    visitor.get("/api/v1/expenses").await["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_round_has_the_same_prompt_and_tools_and_all_results_so_far() {
    let server = FakeServer::start([
        tool_call("call_1", "create_expense", &json!({"amount": 60, "category": "diesel"})),
        tool_call("call_2", "get_spending_summary", &json!({"category": "fuel", "days": 7})),
        text("I noted the diesel. Fuel has cost you 60 dollars this week."),
    ])
    .await;
    let data = tempfile::tempdir().unwrap();
    let app = app_with(data.path(), &server).await;
    let ada = app.newcomer().await;
    let answer = ada.chat("I spent $60 on diesel today. How much is that for fuel this week?").await;

    assert_eq!(answer["response"], "I noted the diesel. Fuel has cost you 60 dollars this week.");
    assert_eq!((&answer["provider"], &answer["fallback_used"]), (&json!("openai"), &json!(false)));
    let ran: Vec<_> = answer["tools"].as_array().unwrap().iter().map(|run| &run["tool"]).collect();
    assert_eq!(ran, ["create_expense", "get_spending_summary"], "{answer}");
    let rows = expenses(&ada).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0]["amount"].as_f64(), &rows[0]["category"]), (Some(60.0), &json!("fuel")));

    let requests = server.received();
    assert_eq!(requests.len(), 3);
    let first = messages(&requests[0]);
    assert_eq!((&first[0]["role"], &first[1]["role"]), (&json!("system"), &json!("user")));
    assert!(first[0]["content"].as_str().unwrap().starts_with("You are PAM"), "{}", first[0]);
    for request in &requests {
        assert_eq!(
            (request.path.as_str(), request.header("authorization")),
            ("/v1/chat/completions", Some("Bearer sk-test"))
        );
        assert_eq!(request.body["tools"], requests[0].body["tools"], "every round offers the same tools");
    }
    let offered: Vec<_> =
        requests[0].body["tools"].as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(offered, ["compare_vs_budget", "create_expense", "get_spending_summary", "update_budget"]);

    for (round, (call, said)) in [("call_1", "noted $60"), ("call_2", "spent $60")].into_iter().enumerate() {
        let (before, after) = (messages(&requests[round]), messages(&requests[round + 1]));
        let (kept, added) = after.split_at(before.len());
        assert_eq!(kept, before, "nothing of the conversation is lost or changed");
        assert_eq!(added.len(), 2, "the call and its result: {added:?}");
        assert_eq!(
            (&added[0]["role"], &added[0]["tool_calls"][0]["id"]),
            (&json!("assistant"), &json!(call))
        );
        assert_eq!((&added[1]["role"], &added[1]["tool_call_id"]), (&json!("tool"), &json!(call)));
        assert!(added[1]["content"].as_str().unwrap().contains(said), "{}", added[1]);
    }
    app.stop().await;
}

#[tokio::test]
async fn assist_answers_when_the_provider_refuses_stalls_or_breaks_off() {
    let refusal = |status| Answer::json(status, &json!({"error": {"message": "no", "type": "test"}}));
    let broken = [
        refusal(429),
        refusal(500),
        Answer::silence(),
        Answer::open_stream(&[says("I have")]).and_closes(),
        Answer::open_stream(&[says("I have")]).and_resets(),
        Answer::open_stream(&[says("I have")]).and_stalls(),
        // Last, as a key that was refused is not tried again.
        refusal(401),
    ];
    let cases = broken.len();
    let server = FakeServer::start(broken).await;
    let data = tempfile::tempdir().unwrap();
    let app = app_with(data.path(), &server).await;
    let ada = app.newcomer().await;
    for case in 1..=cases {
        let answer = ada.chat(&format!("I spent {case}7 dollars on tolls")).await;
        assert_eq!(server.received().len(), case, "the provider is asked first, and once");
        assert_eq!(
            (&answer["provider"], &answer["fallback_used"]),
            (&json!("assist"), &json!(true)),
            "case {case}: {answer}"
        );
        let response = answer["response"].as_str().unwrap();
        assert!(
            response.contains(&format!("${case}7")) && !response.contains("I have"),
            "case {case}: {response}"
        );
    }
    assert_eq!(expenses(&ada).await.len(), cases, "each was noted once");
    app.stop().await;
}

#[tokio::test]
async fn assist_ends_a_turn_that_breaks_off_after_a_tool_and_the_tool_is_not_run_again() {
    let server = FakeServer::start([
        tool_call("call_1", "create_expense", &json!({"amount": 60, "category": "diesel"})),
        Answer::open_stream(&[says("I have noted")]).and_closes(),
    ])
    .await;
    let data = tempfile::tempdir().unwrap();
    let app = app_with(data.path(), &server).await;
    let ada = app.newcomer().await;
    let answer = ada.chat("I spent $60 on diesel today").await;
    assert_eq!((&answer["provider"], &answer["fallback_used"]), (&json!("assist"), &json!(true)), "{answer}");
    assert!(answer["response"].as_str().unwrap().contains("$60"), "{answer}");
    assert_eq!(expenses(&ada).await.len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn provider_that_keeps_failing_is_left_alone_and_health_says_so() {
    let server = FakeServer::start([]).await;
    let data = tempfile::tempdir().unwrap();
    let url = server.base_url();
    let variables = [("OPENAI_BASE_URL", url.as_str()), ("OPENAI_MODEL", "llama")];
    let clock = StillClock::at("2026-11-25T18:00:00Z");
    let app = TestApp::start_in(data.path(), &variables, clock.surroundings()).await;
    let ada = app.newcomer().await;
    for _ in 0..5 {
        assert_eq!(ada.chat("hello").await["provider"], "assist");
    }
    assert_eq!(server.received().len(), 3, "its breaker is open");
    let ready = app.request(Method::GET, "/health/ready").send().await.unwrap();
    let provider = &expect(ready, StatusCode::OK).await["providers"][0];
    assert_eq!((&provider["id"], &provider["breaker"]), (&json!("openai"), &json!("open")), "{provider}");

    clock.set("2026-11-25T18:10:00Z");
    ada.chat("hello").await;
    assert_eq!(server.received().len(), 4, "it is tried again once its time is over");
    app.stop().await;
}
