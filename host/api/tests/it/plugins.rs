//! `/api/v1/plugins`.

use salvo::http::Method;
use serde_json::json;

use crate::host::Host;

#[tokio::test]
async fn plugins_are_shown_with_their_state() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.get("/api/v1/plugins").by(&mia).send().await;
    assert_eq!(told.status, 200);
    let plugins = told.body["data"].as_array().unwrap();
    let find = |id: &str| plugins.iter().find(|plugin| plugin["id"] == id).unwrap();
    assert_eq!(find("things")["state"], "active");
    assert_eq!(find("things")["routes"][0], "GET /api/v1/things/{id}");
    assert_eq!(find("acting")["tools"], json!(["act"]));
    let refused = plugins.last().unwrap();
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("it is no component")));
    assert_eq!(refused["source"], json!({"kind": "file", "name": "broken.wasm"}));
}

#[tokio::test]
async fn plugin_is_shown_with_its_limits_and_how_it_is_doing() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.get("/api/v1/plugins/wins").by(&mia).send().await;
    assert_eq!(
        (told.status, &told.body["id"], &told.body["version"]),
        (200, &json!("wins"), &json!("1.2.3"))
    );
    assert_eq!(
        told.body["limits"],
        json!([
            {"name": "memory_bytes", "used": 65_536, "limit": 1_048_576, "peak": true},
            {"name": "concurrent_calls", "used": 1, "limit": 16, "peak": false},
        ])
    );
    assert_eq!((&told.body["calls"], &told.body["failures"]), (&json!(12), &json!(5)));
    assert_eq!(told.body["last_failure"], "it ran over its limit of time");
    assert_eq!((&told.body["state"], &told.body["resting_seconds"]), (&json!("failing"), &json!(5)));
    assert!(told.body["reason"].as_str().unwrap().contains("tried again at"), "{}", told.body);
    let well = host.get("/api/v1/plugins/things").by(&mia).send().await;
    assert_eq!((&well.body["limits"], &well.body["resting_seconds"]), (&json!([]), &json!(null)));
}

#[tokio::test]
async fn unknown_plugin_is_not_found_and_those_that_there_are_are_named() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.get("/api/v1/plugins/%3Cscript%3E").by(&mia).send().await;
    assert_eq!((told.status, &told.body["code"]), (404, &json!("not_found")));
    let detail = told.body["detail"].as_str().unwrap();
    assert!(detail.contains("sums, things, wins") && !detail.contains("script"), "{detail}");
}

#[tokio::test]
async fn administrator_switches_reloads_and_removes() {
    let host = Host::new();
    let mia = host.administrator("mia").await;
    for act in ["disable", "enable", "reload"] {
        let told = host
            .post(&format!("/api/v1/plugins/wins/{act}"))
            .by(&mia)
            .header("x-request-id", "find-me")
            .send()
            .await;
        assert_eq!((told.status, &told.body["id"]), (200, &json!("wins")), "{act}");
    }
    let told = host.ask(Method::DELETE, "/api/v1/plugins/sums").by(&mia).send().await;
    assert_eq!((told.status, told.bytes.len()), (204, 0));
    assert_eq!(host.control.acts(), [r#"off: {"wins"}"#, "off: {}", "reload wins in find-me", "remove sums"]);
}

#[tokio::test]
async fn administrator_of_before_is_refused_with_the_same_token() {
    let host = Host::new();
    let mia = host.administrator("mia").await;
    assert_eq!(host.post("/api/v1/plugins/wins/disable").by(&mia).send().await.status, 200);
    host.demote("mia").await;
    let told = host.post("/api/v1/plugins/wins/enable").by(&mia).send().await;
    assert_eq!((told.status, &told.body["code"]), (403, &json!("not_administrator")));
}

#[tokio::test]
async fn what_cannot_be_done_to_a_plugin_is_a_conflict_with_a_reason() {
    let host = Host::new();
    let mia = host.administrator("mia").await;
    for (method, path, code) in [
        (Method::DELETE, "/api/v1/plugins/wins", "bundled"),
        (Method::DELETE, "/api/v1/plugins/assist", "part_of_host"),
        (Method::POST, "/api/v1/plugins/assist/disable", "part_of_host"),
    ] {
        let told = host.ask(method, path).by(&mia).send().await;
        assert_eq!((told.status, &told.body["code"]), (409, &json!(code)), "{path}");
    }
}

#[tokio::test]
async fn file_that_cannot_be_removed_is_told_without_the_systems_words() {
    let host = Host::new();
    let mia = host.administrator("mia").await;
    let told = host.ask(Method::DELETE, "/api/v1/plugins/stuck").by(&mia).send().await;
    assert_eq!((told.status, &told.body["detail"]), (503, &json!("The file cannot be removed.")));
    assert!(!told.body.to_string().contains("permission"), "{}", told.body);
}
