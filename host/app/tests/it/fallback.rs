//! Providers and engines that fail, and who steps in.

use reqwest::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;
use wheelhouse_guests::guest;

use crate::app::{TestApp, expect};

/// An address where nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/v1", listener.local_addr().unwrap())
}

#[tokio::test]
async fn assist_answers_when_the_provider_before_it_is_down() {
    let data = tempfile::tempdir().unwrap();
    let url = nobody().await;
    let app = TestApp::start(data.path(), &[("OPENAI_BASE_URL", &url)]).await;
    let ada = app.newcomer().await;
    let answer = ada.chat("I spent 30 dollars on groceries").await;
    assert_eq!((&answer["provider"], &answer["fallback_used"]), (&json!("assist"), &json!(true)), "{answer}");
    let expenses = ada.get("/api/v1/expenses").await;
    assert_eq!(
        expenses["data"].as_array().unwrap().len(),
        1,
        "tools work on the fallback as well: {expenses}"
    );
    app.stop().await;
}

#[tokio::test]
async fn failure_of_every_provider_is_a_failure() {
    let data = tempfile::tempdir().unwrap();
    let url = nobody().await;
    let app = TestApp::start(data.path(), &[("OPENAI_BASE_URL", &url), ("AI_PROVIDERS", "openai")]).await;
    let ada = app.newcomer().await;
    let answer = ada.post("/api/v1/pam/chat", &json!({"message": "hello"})).await;
    let problem = expect(answer, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(problem["detail"].is_string(), "{problem}");
    app.stop().await;
}

#[tokio::test]
async fn engine_that_fails_before_its_first_byte_is_passed_over_and_the_answer_says_so() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("plugins");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("speaks.wasm"), guest("speaks").bytes).unwrap();
    let variables = [
        ("TTS_FALLBACK_ENGINES", "speaks"),
        // Too little for the voice's model.
        ("WHEELHOUSE_PLUGINS__HIBARI__LIMITS__MEMORY_BYTES", "4194304"),
    ];
    let app = TestApp::start(data.path(), &variables).await;
    let ada = app.newcomer().await;
    for (path, body) in [
        ("/api/v1/tts/synthesize", json!({"text": "hi"})),
        (
            "/api/v1/audio/speech",
            json!({"model": "tts-1", "input": "hi", "voice": "alloy", "response_format": "wav"}),
        ),
    ] {
        let answer = ada.post(path, &body).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["x-engine"], "speaks", "{path}");
        assert_eq!(answer.headers()["x-fallback-used"], "true", "{path}");
        // This engine says each byte of the text a thousand times.
        assert_eq!(answer.bytes().await.unwrap()[44..], [[b'h'; 1_000], [b'i'; 1_000]].concat(), "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn message_that_is_sent_again_acts_once() {
    let data = tempfile::tempdir().unwrap();
    let app = TestApp::start(data.path(), &[]).await;
    let ada = app.newcomer().await;
    let body = json!({"message": "I spent 9 dollars on parking", "request_id": "r-1"});
    let first = expect(ada.post("/api/v1/pam/chat", &body).await, StatusCode::OK).await;
    let second = expect(ada.post("/api/v1/pam/chat", &body).await, StatusCode::OK).await;
    assert_eq!(first["message_id"], second["message_id"]);
    assert_eq!(ada.get("/api/v1/expenses").await["data"].as_array().unwrap().len(), 1);
    app.stop().await;
}
