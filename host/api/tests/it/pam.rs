use serde_json::json;

use crate::host::Host;

#[tokio::test]
async fn pam_answers_with_everything_that_clients_read() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"message": "hello", "session_id": "phone-1", "request_id": "r-1", "context": null});
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&body).await;
    assert_eq!(told.status, 200);
    assert_eq!(told.body["response"], "you said: hello");
    assert_eq!(told.body["session_id"], "phone-1");
    assert_eq!(told.body["request_id"], "r-1");
    assert_eq!(told.body["provider"], "assist");
    assert_eq!(told.body["fallback_used"], false);
    assert_eq!(told.body["ui_actions"], json!([]));
}

#[tokio::test]
async fn tool_that_ran_stands_in_the_answer() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&json!({"message": "act"})).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.body["tools"], json!([{"tool": "act", "succeeded": true, "data": {"done": true}}]));
    assert_eq!(told.body["ui_actions"][0]["type"], "reload_expenses");
    assert_eq!(told.body["actions"], told.body["ui_actions"]);
}

#[tokio::test]
async fn context_reaches_the_provider() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let context = json!({
        "timezone": "Europe/Berlin", "language": "de", "user_location": {"lat": 52.5, "lng": 13.4}, "current_date": "2026-11-22",
    });
    let told =
        host.post("/api/v1/pam/chat").by(&mia).json(&json!({"message": "where", "context": context})).await;
    let response = told.body["response"].as_str().unwrap();
    assert!(response.starts_with("Europe/Berlin de Some(Location { latitude: 52.5"), "{response}");
}

#[tokio::test]
async fn headers_say_where_the_user_is_when_the_body_does_not() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let ask = || host.post("/api/v1/pam/chat").by(&mia).header("accept-language", "fr-CA,fr;q=0.8");
    let told = ask().header("x-timezone", "America/Toronto").json(&json!({"message": "where"})).await;
    assert_eq!(told.body["response"], "America/Toronto fr-CA None");
    let told = ask().header("x-timezone", "Mars").json(&json!({"message": "where"})).await;
    assert_eq!((told.status, told.fields()), (422, vec!["X-Timezone"]));
}

#[tokio::test]
async fn failure_of_the_provider_is_an_error_and_never_an_answer() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&json!({"message": "fail"})).await;
    assert_eq!(told.status, 503, "{}", told.body);
    assert!(!told.body.to_string().contains("secret of the log"), "{}", told.body);
}

#[tokio::test]
async fn conversation_of_another_user_is_not_found() {
    let host = Host::new();
    let (mia, tom) = (host.guest("mia").await, host.guest("tom").await);
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&json!({"message": "hello"})).await;
    let body = json!({"message": "hello", "conversation_id": told.body["conversation_id"]});
    assert_eq!(host.post("/api/v1/pam/chat").by(&tom).json(&body).await.status, 404);
    assert_eq!(host.post("/api/v1/pam/chat").by(&mia).json(&body).await.status, 200);
}

#[tokio::test]
async fn turn_that_takes_too_long_can_be_asked_for_again() {
    let host = Host::with(|config| config.deadlines.chat_seconds = 1);
    let mia = host.guest("mia").await;
    let body = json!({"message": "wait", "session_id": "s", "request_id": "slow"});
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&body).await;
    assert_eq!((told.status, &told.body["code"]), (504, &json!("turn_running")));
    assert_eq!(told.header("retry-after"), "5");
    host.provider.gate.add_permits(1);
    let told = host.post("/api/v1/pam/chat").by(&mia).json(&body).await;
    assert_eq!((told.status, &told.body["response"]), (200, &json!("waited")));
}
