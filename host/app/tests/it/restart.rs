//! What outlives the process.

use reqwest::StatusCode;
use serde_json::json;

use crate::app::{TestApp, expect};

#[tokio::test]
async fn accounts_expenses_and_conversations_outlive_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let app = TestApp::start(data.path(), &[]).await;
    let ada = app.newcomer().await;
    let answer = ada.chat("I spent 20 dollars on tolls").await;
    let (email, token) = (ada.email.clone(), ada.token.clone());
    app.stop().await;

    let app = TestApp::start(data.path(), &[]).await;
    let credentials = json!({"email": email, "password": "correct horse battery"});
    let login =
        app.request(reqwest::Method::POST, "/api/v1/auth/login").json(&credentials).send().await.unwrap();
    expect(login, StatusCode::OK).await;
    let expenses =
        app.request(reqwest::Method::GET, "/api/v1/expenses").bearer_auth(&token).send().await.unwrap();
    let expenses = expect(expenses, StatusCode::OK).await;
    assert_eq!(expenses["data"][0]["category"], "tolls", "the token of before is good, as the key was kept");
    let again = json!({"message": "hello", "conversation_id": answer["conversation_id"]});
    let again = app.request(reqwest::Method::POST, "/api/v1/pam/chat").bearer_auth(&token).json(&again);
    let again = expect(again.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(again["conversation_id"], answer["conversation_id"]);
    app.stop().await;
}

#[tokio::test]
async fn second_start_compiles_nothing() {
    use wheelhouse::host::Host;
    let data = tempfile::tempdir().unwrap();
    TestApp::start(data.path(), &[]).await.stop().await;
    // Compiled code alone: what stands beside it is touched at each use.
    let files = |dir: &std::path::Path| {
        let entries = std::fs::read_dir(dir.join("compiled")).unwrap().map(|entry| entry.unwrap());
        let code =
            entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "cwasm"));
        code.map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap()))
            .collect::<Vec<_>>()
    };
    let before = files(data.path());
    let host = Host::start(crate::app::config(data.path(), &[])).await.unwrap();
    host.catalog.wait_until(|catalog| catalog.is_settled()).await;
    host.stop().await;
    let after = files(data.path());
    assert!(!before.is_empty());
    // Other tests may have added theirs meanwhile: the folder of compiled code is shared.
    let compiled_again: Vec<_> = before.iter().filter(|file| !after.contains(file)).collect();
    assert!(compiled_again.is_empty(), "{compiled_again:?}");
}
