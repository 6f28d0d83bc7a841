use std::sync::atomic::Ordering;

use serde_json::json;

use crate::host::Host;

#[tokio::test]
async fn host_is_ready_and_says_what_is_off() {
    let host = Host::new();
    let told = host.get("/health/ready").send().await;
    assert_eq!((told.status, &told.body["ready"]), (200, &json!(true)));
    assert_eq!(told.body["status"], "degraded");
    let problems = told.body["plugins"]["problems"].as_array().unwrap();
    let named: Vec<_> = problems.iter().map(|problem| problem["plugin"].as_str().unwrap()).collect();
    assert_eq!(named, ["wins", "broken.wasm"]);
    assert!(problems[0]["reason"].as_str().unwrap().contains("tried again at"), "{}", told.body);
    assert_eq!(problems[1]["reason"], "it is no component");
    assert_eq!(told.body["engines"][0]["id"], "hibari");
    assert_eq!(told.body["engines"][1]["position"], 1);
    assert_eq!(told.body["off"], json!([{"id": "openai", "reason": "no OPENAI_API_KEY"}]));
}

#[tokio::test]
async fn host_without_its_database_is_not_ready_and_lives() {
    let host = Host::new();
    host.dependency.down.store(true, Ordering::Relaxed);
    let told = host.get("/health/ready").send().await;
    assert_eq!((told.status, &told.body["status"]), (503, &json!("unavailable")));
    assert_eq!(told.body["dependencies"][0]["error"], "The database does not answer.");
    assert!(!told.body.to_string().contains("disk I/O"));
    assert_eq!(host.get("/health").send().await.status, 503);
    let live = host.get("/health/live").send().await;
    assert_eq!((live.status, &live.body["status"]), (200, &json!("ok")));
}
