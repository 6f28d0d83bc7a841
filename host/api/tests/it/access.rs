//! Who may call what. A new address fails the first test until it stands in this table.

use serde_json::json;
use wheelhouse_api::{Access, addresses};

use crate::host::Host;

const TABLE: &[(&str, &str, Access)] = &[
    ("POST", "/api/v1/auth/register", Access::Public),
    ("POST", "/api/v1/auth/login", Access::Public),
    ("POST", "/api/v1/auth/token", Access::Public),
    ("POST", "/api/v1/auth/refresh", Access::Public),
    ("POST", "/api/v1/auth/logout", Access::User),
    ("GET", "/api/v1/auth/me", Access::User),
    ("POST", "/api/v1/pam/chat", Access::User),
    ("GET", "/api/v1/pam/ws/{user_id}", Access::Socket),
    ("POST", "/api/v1/tts/synthesize", Access::User),
    ("GET", "/api/v1/tts/audio/{id}", Access::User),
    ("GET", "/api/v1/tts/audio/{id}/captions", Access::User),
    ("GET", "/api/v1/tts/voices", Access::User),
    ("GET", "/api/v1/tts/engines", Access::User),
    ("POST", "/api/v1/audio/speech", Access::User),
    ("GET", "/api/v1/audio/voices", Access::User),
    ("GET", "/api/v1/plugins", Access::User),
    ("GET", "/api/v1/plugins/{id}", Access::User),
    ("POST", "/api/v1/plugins/{id}/enable", Access::Administrator),
    ("POST", "/api/v1/plugins/{id}/disable", Access::Administrator),
    ("POST", "/api/v1/plugins/{id}/reload", Access::Administrator),
    ("DELETE", "/api/v1/plugins/{id}", Access::Administrator),
    ("GET", "/health", Access::Public),
    ("GET", "/health/live", Access::Public),
    ("GET", "/health/ready", Access::Public),
    ("GET", "/metrics", Access::Operator),
    ("GET", "/", Access::Public),
    ("GET", "/docs", Access::Public),
    ("GET", "/docs/{**file}", Access::Public),
    ("GET", "/api-doc/openapi.json", Access::Public),
];

#[test]
fn every_address_stands_in_the_table() {
    let served = addresses();
    let served: Vec<_> = served.iter().map(|it| (it.method.as_str(), it.path, it.access)).collect();
    assert_eq!(served, TABLE);
}

#[tokio::test]
async fn address_that_needs_a_token_refuses_none_and_a_wrong_one() {
    let host = Host::new();
    for (method, path, _) in TABLE
        .iter()
        .filter(|(.., access)| matches!(access, Access::User | Access::Administrator | Access::Operator))
    {
        for (header, challenge) in [
            (None, r#"Bearer realm="wheelhouse""#),
            (Some("Bearer nonsense"), r#"Bearer realm="wheelhouse", error="invalid_token""#),
            (Some("Basic bWlhOnNlY3JldA=="), r#"Bearer realm="wheelhouse", error="invalid_token""#),
        ] {
            let mut ask = host.ask(method.parse().unwrap(), path);
            if let Some(header) = header {
                ask = ask.header("authorization", header);
            }
            let told = ask.json(&json!({})).await;
            assert_eq!(told.status, 401, "{method} {path} with {header:?}");
            assert_eq!(told.header("www-authenticate"), challenge, "{method} {path} with {header:?}");
        }
    }
}

#[tokio::test]
async fn address_for_administrators_refuses_users_and_says_how_one_becomes_one() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    for (method, path, _) in TABLE.iter().filter(|(.., access)| *access == Access::Administrator) {
        let told = host.ask(method.parse().unwrap(), &path.replace("{id}", "sums")).by(&mia).send().await;
        assert_eq!((told.status, &told.body["code"]), (403, &json!("not_administrator")), "{method} {path}");
        assert!(told.body["detail"].as_str().unwrap().contains("wheelhouse account promote"));
    }
    assert_eq!(host.control.acts(), Vec::<String>::new());
}

#[tokio::test]
async fn address_that_is_public_does_not_look_at_tokens() {
    let host = Host::new();
    for (method, path, _) in TABLE.iter().filter(|(.., access)| *access == Access::Public) {
        let told = host
            .ask(method.parse().unwrap(), &path.replace("{**file}", ""))
            .header("authorization", "Bearer nonsense")
            .json(&json!({}))
            .await;
        assert_ne!(told.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn token_that_has_expired_is_refused_and_says_so() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    assert_eq!(host.get("/api/v1/auth/me").by(&mia).send().await.status, 200);
    host.clock.advance(std::time::Duration::from_secs(3 * 3_600));
    let told = host.get("/api/v1/auth/me").by(&mia).send().await;
    assert_eq!((told.status, &told.body["code"]), (401, &json!("token_expired")));
    assert!(told.header("www-authenticate").contains("expired"));
}

#[tokio::test]
async fn head_is_answered_like_get_and_without_a_body() {
    let host = Host::new();
    let told = host.ask(salvo::http::Method::HEAD, "/health/live").send().await;
    assert_eq!((told.status, told.bytes.len()), (200, 0));
    let told = host.ask(salvo::http::Method::HEAD, "/api/v1/auth/me").send().await;
    assert_eq!(told.status, 401);
}
