//! What the log says, and what it must not.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use serde_json::json;

use crate::{host::Host, socket::Client};

thread_local! {
    /// What was logged on this thread. The runtime of a test has no other.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Listens at the finest level from now on. One subscriber for all threads, as whether a place in the code logs at all is remembered
/// once for all of them.
fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(|| ThreadLog)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    LOG.with_borrow_mut(Vec::clear);
}

fn log() -> String {
    LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap())
}

#[tokio::test]
async fn neither_messages_nor_tokens_nor_passwords_are_logged() {
    listen();
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"message": "marker of the message", "context": {"current_page": "marker of the page"}});
    assert_eq!(host.post("/api/v1/pam/chat").by(&mia).json(&body).await.status, 200);
    let login = json!({"email": "mia@example.com", "password": "marker of the password"});
    assert_eq!(host.post("/api/v1/auth/login").json(&login).await.status, 401);
    let path = format!("/api/v1/pam/ws/{}?token={}", mia.id, mia.token);
    assert_eq!(host.get(&path).send().await.status, 426);
    assert_eq!(host.get("/api/v1/things/1?q=marker-of-the-query").by(&mia).send().await.status, 200);
    assert_eq!(
        host.post("/api/v1/tts/synthesize").by(&mia).json(&json!({"text": "marker of speech"})).await.status,
        200
    );
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "chat", "message": "marker of the socket"})).await;
    assert_eq!(client.frame().await["message"], "you said: marker of the socket");
    client.say(json!({"type": "marker of a frame"})).await;
    assert_eq!(client.frame().await["type"], "error");
    let text = log();
    assert!(text.contains("chat answered"), "{text}");
    assert!(text.contains("route=\"/api/v1/pam/chat\"}") && text.contains("answered status=200"), "{text}");
    assert!(text.contains("/api/v1/things/{id}"), "{text}");
    assert!(!text.contains("marker"), "{text}");
    let signature = mia.token.rsplit('.').next().unwrap();
    for secret in [mia.token.as_str(), signature, mia.refresh_token.as_str()] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn log_line_names_the_request_and_what_only_the_log_may_read() {
    listen();
    let host = Host::new();
    let told = host.get("/api/v1/taken").header("x-request-id", "find-me").send().await;
    assert_eq!(told.status, 409);
    let text = log();
    assert!(text.contains("find-me") && text.contains("only for the log"), "{text}");
}

#[tokio::test]
async fn who_did_what_to_a_plugin_is_logged() {
    listen();
    let host = Host::new();
    let mia = host.administrator("mia").await;
    let told =
        host.post("/api/v1/plugins/wins/disable").by(&mia).header("x-request-id", "find-me").send().await;
    assert_eq!(told.status, 200);
    let text = log();
    let line = text.lines().find(|line| line.contains("plugin administered")).unwrap();
    for said in ["find-me", &mia.id, r#"plugin="wins""#, r#"act="disable""#] {
        assert!(line.contains(said), "{said} is missing in: {line}");
    }
    assert!(!text.contains(&mia.token), "{text}");
}
