//! Bodies that are wrong, each in its way.

use serde_json::{Value, json};

use crate::host::Host;

#[tokio::test]
async fn text_that_is_no_json_is_malformed_with_its_position() {
    let host = Host::new();
    for (body, place) in [
        (r#"{"email": "mia@example.com",, }"#, "line 1, column 29"),
        ("{\n  \"email\": oops\n}", "line 2, column 12"),
        (r#"{"email": "mia"#, "too early"),
        ("", "empty"),
        ("   ", "empty"),
        (r#"{"email": "a", "password": "b"} {}"#, "line 1, column 33"),
    ] {
        let told = host.post("/api/v1/auth/login").raw(body).await;
        assert_eq!((told.status, &told.body["code"]), (400, &json!("malformed_json")), "{body}");
        let detail = told.body["detail"].as_str().unwrap();
        assert!(detail.contains(place), "{body}: {detail}");
    }
}

#[tokio::test]
async fn json_that_is_no_object_is_refused() {
    let host = Host::new();
    for body in ["[]", "null", "\"text\"", "5", r#"["mia@example.com", "password"]"#] {
        let told = host.post("/api/v1/auth/login").raw(body).await;
        assert_eq!(told.status, 422, "{body}");
        assert_eq!(told.body["detail"], "The body must be a JSON object.");
    }
}

#[tokio::test]
async fn wrong_field_is_named() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    for (path, body, field) in [
        ("/api/v1/auth/login", json!({"email": "mia@example.com"}), "password"),
        ("/api/v1/auth/login", json!({"email": 5, "password": "x"}), "email"),
        ("/api/v1/auth/login", json!({"email": "a", "password": "x", "remember": true}), "remember"),
        ("/api/v1/auth/register", json!({"email": "no address", "password": "long enough"}), "email"),
        ("/api/v1/auth/register", json!({"email": "a@example.com", "password": "short"}), "password"),
        ("/api/v1/pam/chat", json!({"message": ""}), "message"),
        ("/api/v1/pam/chat", json!({"message": " \n "}), "message"),
        ("/api/v1/pam/chat", json!({"message": ["a"]}), "message"),
        ("/api/v1/pam/chat", json!({"message": "a", "mesage": "b"}), "mesage"),
        ("/api/v1/pam/chat", json!({"message": "a", "conversation_id": "nonsense"}), "conversation_id"),
        ("/api/v1/pam/chat", json!({"message": "a", "context": "home"}), "context"),
        (
            "/api/v1/pam/chat",
            json!({"message": "a", "context": {"timezone": "Nowhere/Land"}}),
            "context.timezone",
        ),
        (
            "/api/v1/pam/chat",
            json!({"message": "a", "context": {"user_location": {"lat": 1}}}),
            "context.user_location",
        ),
        ("/api/v1/tts/synthesize", json!({"text": ""}), "text"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "format": "midi"}), "format"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "voice_id": "nobody"}), "voice_id"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "engine": "none"}), "engine"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "language": "not a language"}), "language"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "language": "zz"}), "language"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "speed": 9}), "speed"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "speed": "fast"}), "speed"),
        ("/api/v1/tts/synthesize", json!({"text": "a", "timbre": 1}), "timbre"),
    ] {
        let told = host.post(path).by(&mia).json(&body).await;
        assert_eq!(told.status, 422, "{path} {body}: {}", told.body);
        assert_eq!(told.fields(), [field], "{path} {body}: {}", told.body);
        assert!(!told.body["detail"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn all_fields_that_are_wrong_are_named_at_once() {
    let host = Host::new();
    let told = host.post("/api/v1/auth/register").json(&json!({"email": "x", "password": "y"})).await;
    assert_eq!((told.status, told.fields()), (422, vec!["email", "password"]));
}

#[tokio::test]
async fn more_than_fifty_context_keys_are_refused() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let context: serde_json::Map<String, Value> = (0..51).map(|n| (format!("key{n}"), json!(n))).collect();
    let told =
        host.post("/api/v1/pam/chat").by(&mia).json(&json!({"message": "a", "context": context})).await;
    assert_eq!((told.status, told.fields()), (422, vec!["context"]));
}

#[tokio::test]
async fn megabyte_of_text_is_too_large_wherever_it_is_sent() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let text = "x".repeat(1 << 20);
    for (path, field) in [
        ("/api/v1/auth/login", "email"),
        ("/api/v1/pam/chat", "message"),
        ("/api/v1/tts/synthesize", "text"),
        ("/api/v1/audio/speech", "input"),
        ("/api/v1/things", "name"),
    ] {
        let told = host.post(path).by(&mia).json(&json!({field: text})).await;
        assert_eq!(told.status, 413, "{path}");
    }
}

#[tokio::test]
async fn text_that_is_longer_than_its_field_may_be_is_too_large_and_not_cut() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&json!({"message": "x".repeat(2_001)})).await;
    assert_eq!((told.status, told.fields()), (413, vec!["message"]));
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&json!({"message": "x".repeat(2_000)})).await;
    assert_eq!(told.status, 200);
    let told = host.post("/api/v1/tts/synthesize").by(&mia).json(&json!({"text": "x".repeat(5_001)})).await;
    assert_eq!((told.status, told.fields()), (413, vec!["text"]));
}

#[tokio::test]
async fn body_of_another_media_type_is_refused() {
    let host = Host::new();
    let told = host.post("/api/v1/auth/login").form(&[("email", "a"), ("password", "b")]).await;
    assert_eq!((told.status, &told.body["code"]), (415, &json!("unsupported_media_type")));
    let told = host.post("/api/v1/auth/token").json(&json!({"grant_type": "password"})).await;
    assert_eq!(told.status, 415);
}
