//! Administrators, from the command line to a plugin that is switched off.

use std::{path::Path, process::Command};

use reqwest::{Method, StatusCode};
use tokio::runtime::Runtime;

use crate::app::{TestApp, Visitor, data_with_copies_of_compiled_plugins, expect, on_shared_app};

/// `wheelhouse account …` beside a host that runs: its exit code, and what it prints.
fn account(data: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_wheelhouse"))
        .arg("account")
        .args(arguments)
        .env_clear()
        .env("WHEELHOUSE_DATA_DIR", data)
        .current_dir(data)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

async fn act(visitor: &Visitor<'_>, act: &str) -> StatusCode {
    visitor.request(Method::POST, &format!("/api/v1/plugins/wins/{act}")).send().await.unwrap().status()
}

async fn expenses(visitor: &Visitor<'_>) -> StatusCode {
    visitor.request(Method::GET, "/api/v1/expenses").send().await.unwrap().status()
}

#[tokio::test]
async fn administrator_switches_a_plugin_off_until_they_switch_it_on() {
    let data = tempfile::tempdir().unwrap();
    let app = TestApp::start(data.path(), &[]).await;
    app.settled().await;
    let ada = app.newcomer().await;
    assert_eq!(act(&ada, "disable").await, StatusCode::FORBIDDEN);
    let (code, printed) = account(data.path(), &["promote", &ada.email]);
    assert_eq!((code, printed), (Some(0), format!("{} is an administrator now.\n", ada.email)));
    assert_eq!(ada.get("/api/v1/auth/me").await["role"], "administrator");

    assert_eq!(act(&ada, "disable").await, StatusCode::OK, "with the token of before");
    assert_eq!(expenses(&ada).await, StatusCode::NOT_FOUND);
    assert_eq!(ada.get("/api/v1/plugins/wins").await["state"], "disabled");
    let token = ada.token.clone();
    app.stop().await;

    let app = TestApp::start(data.path(), &[]).await;
    app.settled().await;
    let ada = app.returning(token);
    assert_eq!(expenses(&ada).await, StatusCode::NOT_FOUND, "it stays off over a restart");
    assert_eq!(act(&ada, "enable").await, StatusCode::OK);
    app.settled().await;
    assert_eq!(expenses(&ada).await, StatusCode::OK);
    let me = ada.get("/api/v1/auth/me").await;
    let (code, _) = account(data.path(), &["demote", me["email"].as_str().unwrap()]);
    assert_eq!(code, Some(0));
    assert_eq!(act(&ada, "disable").await, StatusCode::FORBIDDEN);
    app.stop().await;
}

#[test]
fn plugin_is_reloaded_and_what_is_inside_the_binary_is_not_removed() {
    // Compiled code of its own, as reloading compiles anew and another test sees that nothing is.
    let data = data_with_copies_of_compiled_plugins();
    Runtime::new().unwrap().block_on(async {
        let app = TestApp::start(data.path(), &[]).await;
        app.settled().await;
        let ada = app.newcomer().await;
        account(data.path(), &["promote", &ada.email]);
        let answer = ada.request(Method::POST, "/api/v1/plugins/wins/reload").send().await.unwrap();
        let reloaded = expect(answer, StatusCode::OK).await;
        assert_eq!(
            reloaded["state"], "active",
            "the present version serves until the new one does: {reloaded}"
        );
        assert_eq!(expenses(&ada).await, StatusCode::OK);
        let answer = ada.request(Method::DELETE, "/api/v1/plugins/wins").send().await.unwrap();
        assert_eq!(expect(answer, StatusCode::CONFLICT).await["code"], "bundled");
        app.stop().await;
    });
}

#[test]
fn what_a_plugin_uses_is_shown_and_measured() {
    on_shared_app(|app| async move {
        app.settled().await;
        let ada = app.newcomer().await;
        ada.chat("I spent 20 dollars on tolls").await;
        let wins = ada.get("/api/v1/plugins/wins").await;
        let memory =
            wins["limits"].as_array().unwrap().iter().find(|limit| limit["name"] == "memory_bytes").unwrap();
        let (used, limit) = (memory["used"].as_u64().unwrap(), memory["limit"].as_u64().unwrap());
        assert!(0 < used && used < limit && wins["calls"].as_u64() > Some(0), "{wins}");
        let answer = app.request(Method::GET, "/metrics").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "the test runs on the same machine");
        let text = answer.text().await.unwrap();
        let series = format!("wheelhouse_plugin_limit{{plugin=\"wins\",limit=\"memory_bytes\"}} {limit}\n");
        assert!(text.contains(&series), "{text}");
    });
}

#[test]
fn roles_are_given_to_those_who_have_registered() {
    let data = tempfile::tempdir().unwrap();
    let (code, printed) = account(data.path(), &["promote", "nobody@example.com"]);
    assert_eq!(code, Some(1));
    assert!(printed.contains("nobody@example.com") && printed.contains("wheelhouse.db"), "{printed}");
    let (code, printed) = account(data.path(), &["list"]);
    assert_eq!(code, Some(0));
    assert!(printed.contains("no administrator") && printed.contains("promote"), "{printed}");
}
