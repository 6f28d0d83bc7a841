//! Servers that say no. Each is asked once: another try is the chain's to decide.

use std::time::Duration;

use serde_json::{Value, json};
use wheelhouse_core::{Failure, FailureClass, failure::CREDENTIAL_REFUSED};
use wheelhouse_engines::OpenAiConfig;

use crate::{
    fixture::{KEY, config, context, events_of, finish, provider, refused, request, said, text, with_config},
    server::{Answer, FakeServer},
};

async fn refused_with(answer: Answer) -> Failure {
    let server = FakeServer::start([answer]).await;
    let failure = refused(&provider(&server)).await;
    server.only_request();
    failure
}

fn error(message: &str, kind: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

#[tokio::test]
async fn rate_limit_says_how_long_to_wait() {
    let body = error("Rate limit reached", "requests", "rate_limit_exceeded");
    let failure = refused_with(Answer::json(429, &body).header("retry-after", "7")).await;
    assert_eq!(
        (failure.class, failure.retry_after),
        (FailureClass::RateLimited, Some(Duration::from_secs(7)))
    );
    let failure =
        refused_with(Answer::json(429, &body).header("retry-after", "Sun, 22 Nov 2026 12:01:00 GMT")).await;
    assert_eq!(failure.retry_after, Some(Duration::from_secs(60)));
    assert_eq!(refused_with(Answer::json(429, &body)).await.retry_after, None);
}

#[tokio::test]
async fn used_up_account_is_not_a_rate_limit() {
    let body = error("You exceeded your current quota", "insufficient_quota", "insufficient_quota");
    let failure = refused_with(Answer::json(429, &body).header("retry-after", "1")).await;
    assert_eq!((failure.class, failure.retry_after), (FailureClass::Quota, None));
    assert_eq!(refused_with(Answer::json(402, &json!({"error": "pay"}))).await.class, FailureClass::Quota);
}

#[tokio::test]
async fn key_that_is_not_accepted_is_the_operators_matter_and_not_repeated() {
    let body =
        error(&format!("Incorrect API key provided: {KEY}"), "invalid_request_error", "invalid_api_key");
    for (status, code) in [(401, CREDENTIAL_REFUSED), (403, "provider_denied")] {
        let failure = refused_with(Answer::json(status, &body)).await;
        assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, code));
    }
}

#[tokio::test]
async fn missing_model_names_the_setting() {
    let body = error("The model `llama` does not exist", "invalid_request_error", "model_not_found");
    let failure = refused_with(Answer::json(404, &body)).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_model_missing"));
    assert!(failure.message.contains("OPENAI_MODEL"));
}

#[tokio::test]
async fn request_that_is_not_understood_is_the_hosts_fault() {
    let failure = refused_with(Answer::json(
        400,
        &error("Invalid schema for function 'add'", "invalid_request_error", ""),
    ))
    .await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "provider_rejected"));
    assert!(failure.detail.unwrap().contains("Invalid schema"));
}

#[tokio::test]
async fn conversation_that_is_too_long_is_told_as_such() {
    let body =
        error("maximum context length is 8192 tokens", "invalid_request_error", "context_length_exceeded");
    assert_eq!(refused_with(Answer::json(400, &body)).await.code(), "provider_too_long");
}

#[tokio::test]
async fn broken_server_is_unavailable_whatever_its_body() {
    for body in ["<html>502 Bad Gateway</html>", "", "{\"error\":"] {
        for status in [500, 502, 503] {
            let answer = Answer::status(status, "text/html", body).header("retry-after", "3");
            let failure = refused_with(answer).await;
            assert_eq!(
                (failure.class, failure.retry_after),
                (FailureClass::Unavailable, Some(Duration::from_secs(3)))
            );
            assert_eq!(failure.detail, Some(format!("HTTP {status}")));
        }
    }
    assert_eq!(refused_with(Answer::status(504, "text/html", "")).await.class, FailureClass::Timeout);
}

#[tokio::test]
async fn status_counts_even_where_the_body_is_endless_or_never_comes() {
    let page = vec![b'x'; 1024 * 1024];
    let failure = refused_with(Answer::status(503, "text/html", page).and_stalls()).await;
    assert_eq!(failure.class, FailureClass::Unavailable);
    let server = FakeServer::start([Answer::status(429, "text/html", "x").and_stalls()]).await;
    let failure = refused(&with_config(&OpenAiConfig { idle_timeout_ms: 50, ..config(&server) })).await;
    assert_eq!(failure.class, FailureClass::RateLimited);
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let elsewhere = FakeServer::start([]).await;
    let answer = Answer::status(307, "text/html", "").header("location", &elsewhere.base_url());
    assert_eq!(refused_with(answer).await.code(), "provider_moved");
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn error_in_the_stream_is_mapped_like_one_before_it() {
    for (body, expected) in [
        (error("Rate limit reached", "requests", "rate_limit_exceeded"), FailureClass::RateLimited),
        (error("no credit", "insufficient_quota", "insufficient_quota"), FailureClass::Quota),
        (error("overloaded", "server_error", ""), FailureClass::Unavailable),
        (
            json!({"error": {"message": "upstream", "code": 504}, "choices": [{"delta": {"content": ""}, "finish_reason": "error"}]}),
            FailureClass::Timeout,
        ),
        (json!({"object": "error", "message": "engine died", "code": 500}), FailureClass::Unavailable),
    ] {
        let server = FakeServer::start([Answer::stream(std::slice::from_ref(&body))]).await;
        assert_eq!(refused(&provider(&server)).await.class, expected, "{body}");

        let server = FakeServer::start([Answer::stream(&[text("Hel"), body.clone(), finish("stop")])]).await;
        let (events, failure) = events_of(&provider(&server), &context(), request()).await;
        assert_eq!((events, failure.unwrap().class), (vec![said("Hel")], expected), "{body}");
    }
    assert_eq!(
        refused_with(Answer::json(200, &error("busy", "server_error", ""))).await.class,
        FailureClass::Unavailable
    );
}
