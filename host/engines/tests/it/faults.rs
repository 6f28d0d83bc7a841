//! Answers that never begin, or break off.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use wheelhouse_core::{CallContext, Caller, FailureClass, chat::ChatProvider, clock::Clock};
use wheelhouse_engines::OpenAiConfig;

use crate::{
    fixture::{
        FixedClock, PROMPT, config, context, events_of, hello, provider, refused, request, said, text,
        with_config,
    },
    server::{Answer, FakeServer},
};

#[tokio::test]
async fn server_that_says_nothing_times_out() {
    let mut server = FakeServer::start([Answer::silence()]).await;
    let failure = refused(&with_config(&OpenAiConfig { answer_timeout_ms: 100, ..config(&server) })).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "provider_silent"));
    server.abandoned().await;
    server.only_request();
}

#[tokio::test]
async fn server_that_opens_a_stream_and_says_nothing_times_out() {
    let server = FakeServer::start([Answer::open_stream(&[]).and_stalls()]).await;
    let failure = refused(&with_config(&OpenAiConfig { answer_timeout_ms: 100, ..config(&server) })).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "provider_silent"));
}

#[tokio::test]
async fn server_that_falls_silent_in_mid_answer_times_out_after_its_text() {
    let server = FakeServer::start([Answer::open_stream(&[text("Hel")]).and_stalls()]).await;
    let config = OpenAiConfig { idle_timeout_ms: 50, ..config(&server) };
    let (events, failure) = events_of(&with_config(&config), &context(), request()).await;
    assert_eq!(events, [said("Hel")]);
    let failure = failure.unwrap();
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "provider_silent"));
    server.only_request();
}

#[tokio::test]
async fn deadline_ends_an_answer_that_is_only_kept_alive() {
    let mut server = FakeServer::start([Answer::open_stream(&[]).and_keeps_alive()]).await;
    let ctx = CallContext::new("req-1", Caller::Host, FixedClock.now(), Duration::from_millis(150));
    let (events, failure) = events_of(&provider(&server), &ctx, request()).await;
    assert_eq!(events, []);
    let failure = failure.unwrap();
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "deadline_exceeded"));
    server.abandoned().await;
}

#[tokio::test]
async fn cancellation_ends_an_answer_and_closes_the_connection() {
    let mut server = FakeServer::start([Answer::open_stream(&[text("Hel")]).and_stalls()]).await;
    let ctx = context();
    let mut completion = provider(&server).complete(&ctx, request()).await.unwrap();
    assert_eq!(completion.next().await.unwrap().unwrap(), said("Hel"));
    ctx.cancellation.cancel();
    assert_eq!(completion.next().await.unwrap().unwrap_err().code(), "cancelled");
    assert!(completion.next().await.is_none());
    drop(completion);
    server.abandoned().await;
}

#[tokio::test]
async fn dropped_completion_closes_the_connection() {
    let mut server = FakeServer::start([Answer::open_stream(&[text("Hel")]).and_stalls()]).await;
    let provider = provider(&server);
    let completion = provider.complete(&context(), request()).await.unwrap();
    drop(completion);
    server.abandoned().await;
}

#[tokio::test]
async fn dropped_call_closes_the_connection() {
    let mut server = FakeServer::start([Answer::open_stream(&[]).and_keeps_alive()]).await;
    let provider = provider(&server);
    let ctx = context();
    let waited = tokio::time::timeout(Duration::from_millis(150), provider.complete(&ctx, request())).await;
    assert!(waited.is_err(), "there was no event");
    server.abandoned().await;
}

#[tokio::test]
async fn connection_that_breaks_in_mid_answer_is_a_truncation() {
    let answer = || Answer::open_stream(&[text("Hel")]);
    for answer in [answer().and_closes(), answer().and_resets()] {
        let server = FakeServer::start([answer.clone()]).await;
        let (_, failure) = events_of(&provider(&server), &context(), request()).await;
        let failure = failure.unwrap();
        assert_eq!(failure.class, FailureClass::Truncated, "{answer:?}: {failure:?}");
        server.only_request();
    }
}

#[tokio::test]
async fn answer_that_ends_in_good_order_but_unfinished_is_a_truncation() {
    let server = FakeServer::start([Answer::open_stream(&[text("Hel"), text("lo")])]).await;
    let (events, failure) = events_of(&provider(&server), &context(), request()).await;
    assert_eq!(events, [said("Hel"), said("lo")]);
    assert_eq!(failure.unwrap().class, FailureClass::Truncated);
}

#[tokio::test]
async fn tool_call_of_a_truncated_answer_is_never_given_out() {
    let call = json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "delete_all", "arguments": "{}"}}]}}]});
    let server = FakeServer::start([Answer::open_stream(&[call])]).await;
    assert_eq!(refused(&provider(&server)).await.class, FailureClass::Truncated);
}

#[tokio::test]
async fn done_without_any_answer_is_a_truncation() {
    let server = FakeServer::start([Answer::stream(&[])]).await;
    assert_eq!(refused(&provider(&server)).await.class, FailureClass::Truncated);
}

#[tokio::test]
async fn half_a_chunk_at_the_end_is_a_truncation() {
    let whole = format!("data: {}", text("Hello"));
    let server = FakeServer::start([Answer::raw(&[&whole.as_bytes()[..whole.len() / 2]])]).await;
    assert_eq!(refused(&provider(&server)).await.class, FailureClass::Truncated);
}

#[tokio::test]
async fn chunk_that_is_no_json_is_told_apart_from_an_answer() {
    let chunk = format!("data: {{\"choices\": oops {PROMPT}}}\n\n");
    let server = FakeServer::start([Answer::raw(&[chunk.as_bytes()])]).await;
    assert_eq!(refused(&provider(&server)).await.code(), "provider_unreadable");

    let answer = Answer::open_stream(&[text("Hel")]).then(&chunk);
    let server = FakeServer::start([answer]).await;
    let (_, failure) = events_of(&provider(&server), &context(), request()).await;
    assert_eq!(failure.unwrap().class, FailureClass::Truncated);
}

#[tokio::test]
async fn invalid_utf8_is_told_apart_from_an_answer() {
    let server = FakeServer::start([Answer::raw(&[
        b"data: {\"choices\": [{\"delta\": {\"content\": \"\xff\"}}]}\n\n",
    ])])
    .await;
    assert_eq!(refused(&provider(&server)).await.code(), "provider_unreadable");
}

#[tokio::test]
async fn endless_line_is_cut_off() {
    let piece = [b'x'; 256 * 1024];
    let mut server = FakeServer::start([Answer::raw(&[piece.as_slice(); 8]).and_stalls()]).await;
    assert_eq!(refused(&provider(&server)).await.code(), "provider_oversized");
    // The rest was not waited for.
    server.abandoned().await;
}

#[tokio::test]
async fn endless_answer_is_cut_off() {
    let piece = format!(": {}\n\n", "x".repeat(512 * 1024));
    let server = FakeServer::start([Answer::raw(&[piece.as_bytes(); 40])]).await;
    assert_eq!(refused(&provider(&server)).await.code(), "provider_oversized");
}

#[tokio::test]
async fn slow_reader_holds_the_server_back() {
    // More than the sockets between the two can hold.
    let count = 200;
    let chunks = vec![text(&"x".repeat(75 * 1024)); count];
    let server = FakeServer::start([Answer::open_stream(&chunks).and_stalls()]).await;
    let mut completion = provider(&server).complete(&context(), request()).await.unwrap();
    // Whoever wants to read ahead has every opportunity.
    for _ in 0..20_000 {
        tokio::task::yield_now().await;
    }
    assert!(server.written() < count, "everything was read ahead");
    for _ in 0..count {
        completion.next().await.unwrap().unwrap();
    }
    assert_eq!(server.written(), count);
}

#[tokio::test]
async fn page_of_html_is_no_answer() {
    let server =
        FakeServer::start([Answer::status(200, "text/html; charset=utf-8", "<html>Welcome</html>")]).await;
    let failure = refused(&provider(&server)).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_unreadable"));
}

#[tokio::test]
async fn nobody_at_the_address_is_unavailable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = OpenAiConfig { base_url: Some(format!("http://{free}/v1")), ..OpenAiConfig::default() };
    let config = OpenAiConfig { model: Some("llama".to_owned()), ..config };
    let failure = refused(&with_config(&config)).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_unreachable"));
    assert!(failure.detail.unwrap().contains("refused"));
}

#[tokio::test]
async fn server_that_hangs_up_before_its_head_is_unavailable() {
    let server = FakeServer::start([Answer::silence().and_closes()]).await;
    let failure = refused(&provider(&server)).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_unreachable"));
    server.only_request();
}

#[tokio::test]
async fn provider_works_again_after_a_fault() {
    let server = FakeServer::start([Answer::open_stream(&[]).and_resets(), Answer::stream(&hello())]).await;
    let provider = provider(&server);
    refused(&provider).await;
    assert_eq!(crate::fixture::complete(&provider).await, crate::fixture::hello_events());
}
