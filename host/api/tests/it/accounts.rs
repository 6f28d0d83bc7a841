use serde_json::json;

use crate::host::{Host, PASSWORD};

#[tokio::test]
async fn registration_is_created_and_signs_in() {
    let host = Host::new();
    let told = host
        .post("/api/v1/auth/register")
        .json(&json!({"email": "Mia@Example.com", "password": PASSWORD, "full_name": "Mia"}))
        .await;
    assert_eq!(told.status, 201);
    assert_eq!(told.body["token_type"], "bearer");
    assert_eq!(told.body["user"]["email"], "mia@example.com");
    assert_eq!(told.body["user"]["role"], "user");
    assert_eq!(told.header("cache-control"), "no-store");
    let token = format!("Bearer {}", told.body["access_token"].as_str().unwrap());
    let me = host.get("/api/v1/auth/me").header("authorization", &token).send().await;
    assert_eq!((me.status, &me.body["full_name"]), (200, &json!("Mia")));
}

#[tokio::test]
async fn administrator_is_told_their_role() {
    let host = Host::new();
    let mia = host.administrator("mia").await;
    let me = host.get("/api/v1/auth/me").by(&mia).send().await;
    assert_eq!((me.status, &me.body["role"]), (200, &json!("administrator")));
    let login = json!({"email": "mia@example.com", "password": PASSWORD});
    let login = host.post("/api/v1/auth/login").json(&login).await;
    assert_eq!(login.body["user"]["role"], "administrator");
}

#[tokio::test]
async fn role_cannot_be_asked_for() {
    let registration = json!({"email": "mia@example.com", "password": PASSWORD, "role": "administrator"});
    let told = Host::new().post("/api/v1/auth/register").json(&registration).await;
    assert_eq!((told.status, told.fields()), (422, vec!["role"]));
}

#[tokio::test]
async fn address_that_is_taken_is_a_conflict() {
    let host = Host::new();
    host.guest("mia").await;
    let told = host
        .post("/api/v1/auth/register")
        .json(&json!({"email": "mia@example.com", "password": PASSWORD}))
        .await;
    assert_eq!((told.status, &told.body["code"]), (409, &json!("email_taken")));
}

#[tokio::test]
async fn wrong_password_and_unknown_address_get_one_answer() {
    let host = Host::new();
    host.guest("mia").await;
    let wrong = host
        .post("/api/v1/auth/login")
        .json(&json!({"email": "mia@example.com", "password": "not this one"}))
        .await;
    let unknown = host
        .post("/api/v1/auth/login")
        .json(&json!({"email": "tom@example.com", "password": PASSWORD}))
        .await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.body["detail"], unknown.body["detail"]);
    assert_eq!(wrong.body["code"], "wrong_credentials");
}

#[tokio::test]
async fn login_refresh_and_logout_follow_each_other() {
    let host = Host::new();
    host.guest("mia").await;
    let login = host
        .post("/api/v1/auth/login")
        .json(&json!({"email": "mia@example.com", "password": PASSWORD}))
        .await;
    assert_eq!(login.status, 200);
    let used = json!({"refresh_token": login.body["refresh_token"]});
    let refreshed = host.post("/api/v1/auth/refresh").json(&used).await;
    assert_eq!(refreshed.status, 200);
    let token = format!("Bearer {}", refreshed.body["access_token"].as_str().unwrap());
    let logout = host.post("/api/v1/auth/logout").header("authorization", &token).send().await;
    assert_eq!((logout.status, logout.bytes.len()), (204, 0));
    let me = host.get("/api/v1/auth/me").header("authorization", &token).send().await;
    assert_eq!((me.status, &me.body["code"]), (401, &json!("token_revoked")));
    assert_eq!(host.post("/api/v1/auth/refresh").json(&used).await.status, 401);
}

#[tokio::test]
async fn refresh_token_that_was_used_closes_the_session() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"refresh_token": mia.refresh_token});
    assert_eq!(host.post("/api/v1/auth/refresh").json(&body).await.status, 200);
    let told = host.post("/api/v1/auth/refresh").json(&body).await;
    assert_eq!((told.status, &told.body["code"]), (401, &json!("refresh_reused")));
    assert_eq!(host.get("/api/v1/auth/me").by(&mia).send().await.status, 401);
}

#[tokio::test]
async fn oauth_form_signs_in() {
    let host = Host::new();
    host.guest("mia").await;
    let told = host
        .post("/api/v1/auth/token")
        // The documentation's button sends an empty client id and secret along.
        .header("authorization", "Basic Og==")
        .form(&[("grant_type", "password"), ("username", "mia@example.com"), ("password", PASSWORD)])
        .await;
    assert_eq!((told.status, &told.body["token_type"]), (200, &json!("bearer")));
    let refresh_token = told.body["refresh_token"].as_str().unwrap();
    let told = host
        .post("/api/v1/auth/token")
        .form(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
        .await;
    assert_eq!(told.status, 200);
}

#[tokio::test]
async fn oauth_errors_are_oauths_and_problems_at_once() {
    let host = Host::new();
    host.guest("mia").await;
    for (fields, error) in [
        (
            vec![("grant_type", "password"), ("username", "mia@example.com"), ("password", "wrong one")],
            "invalid_grant",
        ),
        (vec![("grant_type", "password"), ("username", "mia@example.com")], "invalid_request"),
        (vec![("username", "mia@example.com")], "invalid_request"),
        (vec![("grant_type", "client_credentials")], "unsupported_grant_type"),
    ] {
        let told = host.post("/api/v1/auth/token").form(&fields).await;
        assert_eq!((told.status, &told.body["error"]), (400, &json!(error)), "{fields:?}");
        assert_eq!(told.body["error_description"], told.body["detail"]);
        assert_eq!(told.header("content-type"), "application/problem+json");
    }
}
