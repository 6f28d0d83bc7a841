//! Answers that are whole, however they come.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;
use wheelhouse_core::chat::{ChatEvent, ChatProvider, FinishReason, ToolCall, Usage};
use wheelhouse_engines::OpenAiConfig;

use crate::{
    fixture::{
        complete, config, context, finish, hello, hello_events, provider, request, said, text, with_config,
    },
    server::{Answer, FakeServer},
};

#[tokio::test]
async fn text_arrives_before_the_answer_is_whole() {
    let server = FakeServer::start([Answer::open_stream(&[text("Hel")]).and_stalls()]).await;
    let mut completion = provider(&server).complete(&context(), request()).await.unwrap();
    assert_eq!(completion.next().await.unwrap().unwrap(), said("Hel"));
}

#[tokio::test]
async fn text_usage_and_end_come_in_this_order() {
    let usage =
        json!({"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 3, "total_tokens": 23}});
    let mut chunks = hello();
    chunks.push(usage);
    let server = FakeServer::start([Answer::stream(&chunks)]).await;
    let expected = [
        said("Hel"),
        said("lo"),
        ChatEvent::Usage(Usage { input_tokens: 20, output_tokens: 3 }),
        ChatEvent::Finished(FinishReason::Stop),
    ];
    assert_eq!(complete(&provider(&server)).await, expected);
}

#[tokio::test]
async fn two_parallel_tool_calls_in_pieces_arrive_whole() {
    let delta = |delta| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
    let chunks = [
        delta(json!({"role": "assistant", "content": null, "tool_calls": [
            {"index": 0, "id": "call_a", "type": "function", "function": {"name": "create_expense", "arguments": ""}}]})),
        delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"amount\":"}}]})),
        delta(json!({"tool_calls": [
            {"index": 1, "id": "call_b", "type": "function", "function": {"name": "get_spending_summary", "arguments": ""}}]})),
        delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "60}"}}]})),
        finish("tool_calls"),
    ];
    let server = FakeServer::start([Answer::stream(&chunks)]).await;
    let call = |id: &str, name: &str, arguments: serde_json::Value| {
        ChatEvent::ToolCall(ToolCall {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.as_object().unwrap().clone(),
        })
    };
    let expected = [
        call("call_a", "create_expense", json!({"amount": 60})),
        call("call_b", "get_spending_summary", json!({})),
        ChatEvent::Finished(FinishReason::ToolCalls),
    ];
    assert_eq!(complete(&provider(&server)).await, expected);
}

#[tokio::test]
async fn tool_call_without_id_gets_one() {
    let chunk = json!({"choices": [{"delta": {"tool_calls": [{"function": {"name": "add", "arguments": {"x": 1}}}]}, "finish_reason": "stop"}]});
    let server = FakeServer::start([Answer::stream(&[chunk])]).await;
    let events = complete(&provider(&server)).await;
    let [ChatEvent::ToolCall(call), ChatEvent::Finished(FinishReason::ToolCalls)] = &events[..] else {
        panic!("{events:?}")
    };
    assert!(call.id.starts_with("call_") && call.id.len() <= 40, "{}", call.id);
}

#[tokio::test]
async fn stream_may_be_cut_anywhere_and_end_its_lines_as_it_likes() {
    let chunks = [text("Grüße 🚐"), finish("stop")];
    let expected = [said("Grüße 🚐"), ChatEvent::Finished(FinishReason::Stop)];
    for line_end in ["\n", "\r\n", "\r"] {
        let mut stream = format!(": OPENROUTER PROCESSING{line_end}{line_end}");
        for chunk in &chunks {
            stream.push_str(&format!("event: message{line_end}data: {chunk}{line_end}{line_end}"));
        }
        stream.push_str(&format!("data: [DONE]{line_end}{line_end}"));
        let pieces: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        let server = FakeServer::start([Answer::raw(&pieces)]).await;
        assert_eq!(complete(&provider(&server)).await, expected, "{line_end:?}");
    }
}

#[tokio::test]
async fn done_without_finish_reason_is_an_end() {
    let server = FakeServer::start([Answer::stream(&[text("Hi")])]).await;
    assert_eq!(complete(&provider(&server)).await, [said("Hi"), ChatEvent::Finished(FinishReason::Stop)]);
}

#[tokio::test]
async fn finish_reason_without_done_is_an_end_however_the_connection_ends() {
    let stream: String = hello().iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let answer = || Answer::raw(&[stream.as_bytes()]);
    for answer in [answer(), answer().and_closes(), answer().and_resets(), answer().and_stalls()] {
        let server = FakeServer::start([answer]).await;
        let provider = with_config(&OpenAiConfig { idle_timeout_ms: 50, ..config(&server) });
        // Long before anything but the wait for the end mark would have ended it.
        let events = timeout(Duration::from_secs(10), complete(&provider)).await.unwrap();
        assert_eq!(events, hello_events());
    }
}

#[tokio::test]
async fn error_after_the_end_does_not_take_the_answer_back() {
    let answer = Answer::open_stream(&hello()).then("data: {\"error\": \"no figures\"}\n\n");
    let server = FakeServer::start([answer]).await;
    assert_eq!(complete(&provider(&server)).await, hello_events());
}

#[tokio::test]
async fn server_that_does_not_stream_is_understood() {
    let whole = json!({
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": "Hm.", "tool_calls": [
            {"id": "call_a", "type": "function", "function": {"name": "add", "arguments": "{}"}}]}}],
        "usage": {"prompt_tokens": 2, "completion_tokens": 1},
    });
    let server = FakeServer::start([Answer::json(200, &whole)]).await;
    let expected = [
        said("Hm."),
        ChatEvent::ToolCall(ToolCall {
            id: "call_a".to_owned(),
            name: "add".to_owned(),
            arguments: Default::default(),
        }),
        ChatEvent::Usage(Usage { input_tokens: 2, output_tokens: 1 }),
        ChatEvent::Finished(FinishReason::ToolCalls),
    ];
    assert_eq!(complete(&provider(&server)).await, expected);
}

#[tokio::test]
async fn server_that_only_keeps_alive_before_it_answers_is_waited_for() {
    let pings = [b": ping\n\n".as_slice(); 20];
    let answer = Answer::raw(&pings)
        .then(&format!("data: {}\n\n", text("Hi")))
        .then(&format!("data: {}\n\n", finish("stop")));
    let server = FakeServer::start([answer]).await;
    assert_eq!(complete(&provider(&server)).await, [said("Hi"), ChatEvent::Finished(FinishReason::Stop)]);
}
