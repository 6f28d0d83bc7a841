use std::sync::atomic::Ordering;

use serde_json::json;

use crate::host::Host;

#[tokio::test]
async fn host_is_ready_and_says_what_is_off() {
    let host = Host::new();
    let told = host.get("/health/ready").send().await;
    assert_eq!((told.status, &told.body["ready"]), (200, &json!(true)));
    assert_eq!(told.body["status"], "degraded");
    assert_eq!(
        told.body["plugins"]["problems"][0],
        json!({"plugin": "broken.wasm", "reason": "it is no component"})
    );
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

#[tokio::test]
async fn plugins_are_shown_with_their_state() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.get("/api/v1/plugins").by(&mia).send().await;
    assert_eq!(told.status, 200);
    let plugins = told.body["data"].as_array().unwrap();
    let find = |id: &str| plugins.iter().find(|plugin| plugin["id"] == id).unwrap();
    assert_eq!(find("things")["state"], "ready");
    assert_eq!(find("things")["routes"][0], "GET /api/v1/things/{id}");
    assert_eq!(find("acting")["tools"], json!(["act"]));
    let refused = plugins.last().unwrap();
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("it is no component")));
    assert_eq!(refused["source"], json!({"kind": "file", "name": "broken.wasm"}));
}
