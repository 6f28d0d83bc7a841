//! What stands around every answer: ids, CORS, security, and errors that nobody has put into words.

use salvo::http::Method;
use serde_json::json;

use crate::host::Host;

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let host = Host::new();
    let (first, second) = (host.get("/health").send().await, host.get("/nowhere").send().await);
    assert_eq!(first.header("x-request-id").len(), 36);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(second.body["request_id"], second.header("x-request-id"));
}

#[tokio::test]
async fn request_id_that_is_sent_along_is_kept_when_it_is_sane() {
    let host = Host::new();
    let told = host.get("/nowhere").header("x-request-id", "trace-1.2_3").send().await;
    assert_eq!(
        (told.header("x-request-id"), &told.body["request_id"]),
        ("trace-1.2_3", &json!("trace-1.2_3"))
    );
    for wrong in ["a b", "<script>", &"x".repeat(65)] {
        let told = host.get("/nowhere").header("x-request-id", wrong).send().await;
        assert_eq!(told.header("x-request-id").len(), 36, "{wrong} was kept");
    }
}

#[tokio::test]
async fn errors_can_be_read_from_another_origin_too() {
    let host = Host::with(|config| config.cors_origins = vec!["https://app.example.com".to_owned()]);
    for (method, path) in [
        (Method::GET, "/nowhere"),
        (Method::GET, "/api/v1/nowhere"),
        (Method::GET, "/api/v1/auth/me"),
        (Method::PUT, "/health"),
        (Method::POST, "/api/v1/auth/login"),
        (Method::GET, "/api/v1/panics"),
    ] {
        let told = host.ask(method.clone(), path).header("origin", "https://app.example.com").send().await;
        assert!(told.status >= 400, "{method} {path}");
        assert_eq!(told.header("access-control-allow-origin"), "https://app.example.com", "{method} {path}");
        assert!(told.header("access-control-expose-headers").to_lowercase().contains("x-request-id"));
        assert!(!told.header("x-request-id").is_empty(), "{method} {path}");
        assert!(told.header("vary").to_lowercase().contains("origin"), "{method} {path}");
    }
}

#[tokio::test]
async fn origin_that_is_not_allowed_gets_no_leave() {
    let host = Host::with(|config| {
        config.cors_origins = vec!["https://app.example.com".to_owned()];
        config.cors_localhost = false;
    });
    for origin in ["https://evil.example.com", "http://localhost:3000", "null"] {
        let told = host.get("/health").header("origin", origin).send().await;
        assert_eq!(told.header("access-control-allow-origin"), "", "{origin}");
    }
}

#[tokio::test]
async fn page_on_localhost_may_call_unless_configured_otherwise() {
    let host = Host::new();
    let told = host.get("/health").header("origin", "http://localhost:5173").send().await;
    assert_eq!(told.header("access-control-allow-origin"), "http://localhost:5173");
}

#[tokio::test]
async fn preflight_is_answered_without_a_token() {
    let host = Host::new();
    for path in ["/api/v1/pam/chat", "/api/v1/things/1"] {
        let told = host
            .ask(Method::OPTIONS, path)
            .header("origin", "http://localhost:3000")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type")
            .send()
            .await;
        assert_eq!((told.status, told.bytes.len()), (204, 0), "{path}");
        assert_eq!(told.header("access-control-allow-origin"), "http://localhost:3000");
        assert!(told.header("access-control-allow-methods").contains("POST"));
        assert!(told.header("access-control-allow-headers").contains("authorization"));
    }
}

#[tokio::test]
async fn options_without_a_preflight_tells_the_methods() {
    let host = Host::new();
    for (path, allow) in [
        ("/health", "GET, HEAD, OPTIONS"),
        ("/api/v1/pam/chat", "POST, OPTIONS"),
        ("/api/v1/things/1", "GET, HEAD, DELETE, OPTIONS"),
    ] {
        let told = host.ask(Method::OPTIONS, path).send().await;
        assert_eq!((told.status, told.header("allow")), (204, allow), "{path}");
    }
}

#[tokio::test]
async fn method_that_an_address_does_not_have_is_a_problem_with_allow() {
    let host = Host::new();
    for (method, path, allow) in [
        (Method::DELETE, "/health", "GET, HEAD, OPTIONS"),
        (Method::GET, "/api/v1/pam/chat", "POST, OPTIONS"),
        (Method::PUT, "/api/v1/auth/login", "POST, OPTIONS"),
        (Method::PATCH, "/api/v1/things/1", "GET, HEAD, DELETE, OPTIONS"),
        (Method::TRACE, "/api/v1/things/1", "GET, HEAD, DELETE, OPTIONS"),
        (Method::POST, "/", "GET, HEAD, OPTIONS"),
    ] {
        let told = host.ask(method.clone(), path).send().await;
        assert_eq!((told.status, told.header("allow")), (405, allow), "{method} {path}");
        assert_eq!(told.header("content-type"), "application/problem+json");
        assert_eq!(told.body["code"], "method_not_allowed");
    }
    let told = host.get("/api/v1/audio/speech").send().await;
    assert_eq!((told.status, &told.body["error"]["code"]), (405, &json!("method_not_allowed")));
}

#[tokio::test]
async fn address_that_nobody_has_is_a_problem() {
    let host = Host::new();
    for path in ["/nowhere", "/api", "/api/v1", "/api/v1/nowhere", "/api/v2/pam/chat", "/health/nowhere"] {
        let told = host.get(path).send().await;
        assert_eq!((told.status, &told.body["code"]), (404, &json!("not_found")), "{path}");
        assert_eq!(told.body["instance"], path);
        assert_eq!(told.body["type"], "urn:wheelhouse:problem:not_found");
    }
}

#[tokio::test]
async fn panic_is_a_problem_and_the_host_goes_on() {
    let host = Host::new();
    let told = host.get("/api/v1/panics").send().await;
    assert_eq!((told.status, &told.body["code"]), (500, &json!("internal")));
    assert!(!told.body.to_string().contains("adapter"), "{}", told.body);
    assert_eq!(host.get("/health/live").send().await.status, 200);
}

#[tokio::test]
async fn answers_are_neither_kept_nor_framed_nor_guessed_at() {
    let host = Host::new();
    let told = host.get("/health").send().await;
    assert_eq!(told.header("x-content-type-options"), "nosniff");
    assert_eq!(told.header("x-frame-options"), "DENY");
    assert_eq!(told.header("cache-control"), "no-store");
    assert_eq!(told.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}
