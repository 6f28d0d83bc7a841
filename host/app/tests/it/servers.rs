//! The same host on PostgreSQL and Redis, and two of them side by side.

use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::app::{TestApp, expect};

/// The servers' URLs, or `None` (said loudly) where a machine has none. `TEST_REQUIRE_SERVERS` makes that a failure.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn servers() -> Option<(String, String)> {
    let set = |name| std::env::var(name).ok().filter(|url| !url.is_empty());
    let found = set("TEST_DATABASE_URL").zip(set("TEST_REDIS_URL"));
    if found.is_none() {
        assert!(set("TEST_REQUIRE_SERVERS").is_none(), "TEST_DATABASE_URL and TEST_REDIS_URL must be set");
        eprintln!("SKIPPED: TEST_DATABASE_URL and TEST_REDIS_URL are not set");
    }
    found
}

/// A database of its own on the server, and its URL.
async fn database(server: &str) -> (String, String) {
    let name = format!("wheelhouse_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    (format!("{base}/{name}"), name)
}

async fn drop_database(server: &str, name: &str) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
}

#[tokio::test]
async fn two_replicas_on_one_database_and_cache_are_one_service() {
    let Some((server, redis)) = servers() else { return };
    let (url, name) = database(&server).await;
    let variables = [
        ("DATABASE_URL", url.as_str()),
        ("REDIS_URL", redis.as_str()),
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
    ];
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, second) =
        tokio::join!(TestApp::start(one.path(), &variables), TestApp::start(two.path(), &variables));

    let ada = first.newcomer().await;
    let said = ada.chat("I spent 42 dollars on propane").await;
    let there = |path: &str| second.request(reqwest::Method::GET, path).bearer_auth(&ada.token);
    let expenses = expect(there("/api/v1/expenses").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(expenses["data"][0]["category"], "propane", "{expenses}");

    let again = json!({"message": "hello", "conversation_id": said["conversation_id"]});
    let again =
        second.request(reqwest::Method::POST, "/api/v1/pam/chat").bearer_auth(&ada.token).json(&again);
    expect(again.send().await.unwrap(), StatusCode::OK).await;

    let logout = ada.post("/api/v1/auth/logout", &json!({})).await;
    assert!(logout.status().is_success(), "{}", logout.status());
    let after = there("/api/v1/auth/me").send().await.unwrap();
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED, "signed out on one replica is signed out on all");

    first.stop().await;
    second.stop().await;
    drop_database(&server, &name).await;
}
