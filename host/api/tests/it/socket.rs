//! PAM's WebSocket on a loopback listener.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Bytes, Message},
};

use crate::host::{Guest, Host, Listening};

/// Long enough for a busy machine; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub(crate) async fn open(listening: &Listening, user: &str, token: &str) -> Self {
        let url = format!("ws://{}/api/v1/pam/ws/{user}?token={token}", listening.address);
        Self(connect_async(url).await.unwrap().0)
    }

    /// Opens it and reads the greeting.
    pub(crate) async fn join(listening: &Listening, guest: &Guest) -> Self {
        let mut client = Self::open(listening, &guest.id, &guest.token).await;
        let greeting = client.frame().await;
        assert_eq!((&greeting["type"], &greeting["status"]), (&json!("connection"), &json!("connected")));
        client
    }

    pub(crate) async fn say(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn message(&mut self) -> Message {
        timeout(PATIENCE, self.0.next()).await.expect("the host says nothing").unwrap().unwrap()
    }

    /// The next frame of JSON.
    pub(crate) async fn frame(&mut self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("the host sent {other:?}"),
            }
        }
    }

    /// The close code, whatever comes before it.
    async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                return frame.unwrap().code.into();
            }
        }
    }
}

#[tokio::test]
async fn token_that_is_missing_wrong_or_another_users_closes_with_4001() {
    let host = Host::new();
    let (mia, tom) = (host.guest("mia").await, host.guest("tom").await);
    let listening = host.listen().await;
    for (user, token) in [
        (mia.id.as_str(), ""),
        (&mia.id, "nonsense"),
        (&mia.id, &mia.token[..mia.token.len() - 2]),
        (&mia.id, &tom.token),
        ("somebody", &mia.token),
    ] {
        let mut client = Client::open(&listening, user, token).await;
        assert_eq!(client.close_code().await, 4001, "{user} with {token}");
    }
    host.clock.advance(Duration::from_secs(3 * 3_600));
    let mut client = Client::open(&listening, &mia.id, &mia.token).await;
    assert_eq!(client.close_code().await, 4001);
}

#[tokio::test]
async fn chat_is_answered_with_the_text_twice_and_its_request_id() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "chat", "message": "hello", "session_id": "s", "request_id": "r-1"})).await;
    let answer = client.frame().await;
    assert_eq!(answer["type"], "chat_response");
    assert_eq!(
        (&answer["message"], &answer["content"]),
        (&json!("you said: hello"), &json!("you said: hello"))
    );
    assert_eq!((&answer["source"], &answer["error"]), (&json!("assist"), &json!(null)));
    assert_eq!((&answer["request_id"], &answer["session_id"]), (&json!("r-1"), &json!("s")));
    assert_eq!(answer["ui_actions"], json!([]));
}

#[tokio::test]
async fn pings_are_answered_while_a_chat_is_running() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "chat", "message": "wait"})).await;
    for _ in 0..3 {
        client.say(json!({"type": "ping"})).await;
        assert_eq!(client.frame().await["type"], "pong");
    }
    client.0.send(Message::Ping(Bytes::from_static(b"still there?"))).await.unwrap();
    assert_eq!(client.message().await, Message::Pong(Bytes::from_static(b"still there?")));
    client.say(json!({"type": "chat", "message": "quick", "request_id": "second"})).await;
    assert_eq!(client.frame().await["request_id"], "second");
    host.provider.gate.add_permits(1);
    assert_eq!(client.frame().await["message"], "waited");
}

#[tokio::test]
async fn frames_of_a_stream_come_only_when_asked_for_and_are_no_answer() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "chat", "message": "act", "stream": true, "request_id": "r"})).await;
    let mut kinds = Vec::new();
    let answer = loop {
        let frame = client.frame().await;
        assert_eq!(frame["request_id"], "r", "{frame}");
        if frame["type"] == "chat_response" {
            break frame;
        }
        for key in ["message", "content", "response"] {
            assert!(frame.get(key).is_none(), "{frame}");
        }
        kinds.push(frame["type"].as_str().unwrap().to_owned());
    };
    assert_eq!(kinds, ["tool_started", "tool_finished", "chat_delta"]);
    assert_eq!(answer["message"], "you said: acted");
    assert_eq!(answer["ui_actions"][0]["type"], "reload_expenses");
}

#[tokio::test]
async fn message_that_is_sent_again_acts_once_even_on_another_socket() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let chat = json!({"type": "chat", "message": "act", "session_id": "s", "request_id": "once"});
    let mut first = Client::join(&listening, &mia).await;
    first.say(chat.clone()).await;
    let answer = first.frame().await;
    let mut second = Client::join(&listening, &mia).await;
    second.say(chat).await;
    let again = second.frame().await;
    assert_eq!((&again["message_id"], &again["message"]), (&answer["message_id"], &answer["message"]));
}

#[tokio::test]
async fn message_without_session_that_is_sent_again_after_a_break_acts_once() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut first = Client::join(&listening, &mia).await;
    first.say(json!({"type": "chat", "message": "hello"})).await;
    let hello = first.frame().await;
    let chat = json!({"type": "chat", "message": "act", "request_id": "once"});
    first.say(chat.clone()).await;
    let answer = first.frame().await;
    assert_eq!(answer["conversation_id"], hello["conversation_id"]);
    drop(first);
    let mut second = Client::join(&listening, &mia).await;
    second.say(chat).await;
    assert_eq!(second.frame().await["message_id"], answer["message_id"]);
    // And the talk goes on where it was.
    second.say(json!({"type": "chat", "message": "thanks"})).await;
    assert_eq!(second.frame().await["conversation_id"], hello["conversation_id"]);
}

#[tokio::test]
async fn chats_of_one_socket_belong_to_one_conversation_unless_they_say_otherwise() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "chat", "message": "one"})).await;
    let first = client.frame().await;
    client.say(json!({"type": "chat", "message": "two"})).await;
    assert_eq!(client.frame().await["conversation_id"], first["conversation_id"]);
    client.say(json!({"type": "chat", "message": "three", "session_id": "other"})).await;
    assert_ne!(client.frame().await["conversation_id"], first["conversation_id"]);
}

#[tokio::test]
async fn context_is_kept_for_the_chats_that_follow() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "init", "context": {"timezone": "Europe/Berlin", "language": "de"}})).await;
    assert_eq!(client.frame().await["type"], "context_updated");
    client.say(json!({"type": "context_update", "context": {"language": "fr"}})).await;
    assert_eq!(client.frame().await["type"], "context_updated");
    client.say(json!({"type": "chat", "message": "where"})).await;
    assert_eq!(client.frame().await["message"], "Europe/Berlin fr None");
    client.say(json!({"type": "chat", "message": "where", "context": {"timezone": "Asia/Tokyo"}, "request_id": "2"})).await;
    assert_eq!(client.frame().await["message"], "Asia/Tokyo fr None");
    client.say(json!({"type": "context_update", "context": {"timezone": "Mars"}})).await;
    let refused = client.frame().await;
    assert_eq!(
        (&refused["type"], &refused["errors"][0]["field"]),
        (&json!("error"), &json!("context.timezone"))
    );
}

#[tokio::test]
async fn frame_that_is_wrong_gets_an_error_and_the_socket_goes_on() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    for (text, code) in [
        ("{", "malformed_json"),
        ("[]", "malformed_frame"),
        (r#"{"type": "dance"}"#, "unknown_type"),
        (r#"{"type": "chat", "message": 5, "request_id": "r"}"#, "invalid"),
        (r#"{"type": "chat", "message": " "}"#, "invalid"),
    ] {
        client.0.send(Message::text(text)).await.unwrap();
        let frame = client.frame().await;
        assert_eq!((&frame["type"], &frame["error_code"]), (&json!("error"), &json!(code)), "{text}");
        assert!(!frame["message"].as_str().unwrap().is_empty());
    }
    client.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(client.frame().await["error_code"], "malformed_frame");
    client.say(json!({"type": "chat", "message": "x".repeat(2_001), "request_id": "long"})).await;
    let frame = client.frame().await;
    assert_eq!((&frame["error_code"], &frame["request_id"]), (&json!("message_too_long"), &json!("long")));
    client.say(json!({"type": "chat", "message": "fail", "request_id": "r-2"})).await;
    let frame = client.frame().await;
    assert_eq!((&frame["type"], &frame["request_id"]), (&json!("error"), &json!("r-2")));
    assert!(!frame.to_string().contains("secret of the log"));
    client.say(json!({"type": "ping"})).await;
    assert_eq!(client.frame().await["type"], "pong");
}

#[tokio::test]
async fn message_that_is_too_large_closes_with_4009() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    for bytes in [64 * 1024 + 1, 1 << 20] {
        let mut client = Client::join(&listening, &mia).await;
        client.0.send(Message::text("x".repeat(bytes))).await.unwrap();
        assert_eq!(client.close_code().await, 4009, "{bytes}");
    }
}

#[tokio::test]
async fn too_many_frames_close_with_4008() {
    let host = Host::with(|config| {
        config.websocket.burst_frames = 3;
        config.websocket.frames_per_second = 1;
    });
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    for _ in 0..20 {
        client.0.feed(Message::text(r#"{"type": "ping"}"#)).await.unwrap();
    }
    client.0.flush().await.unwrap();
    assert_eq!(client.close_code().await, 4008);
}

#[tokio::test]
async fn more_chats_than_allowed_at_once_are_refused_and_the_others_go_on() {
    let host = Host::with(|config| config.websocket.max_running_chats = 2);
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    for id in ["a", "b", "c"] {
        client.say(json!({"type": "chat", "message": "wait", "request_id": id, "session_id": id})).await;
    }
    let refused = client.frame().await;
    assert_eq!((&refused["error_code"], &refused["request_id"]), (&json!("rate_limited"), &json!("c")));
    host.provider.gate.add_permits(2);
    assert_eq!(client.frame().await["message"], "waited");
    assert_eq!(client.frame().await["message"], "waited");
}

#[tokio::test]
async fn more_sockets_than_one_user_may_have_are_closed_with_4008() {
    let host = Host::with(|config| config.websocket.max_sockets_per_user = 1);
    let (mia, tom) = (host.guest("mia").await, host.guest("tom").await);
    let listening = host.listen().await;
    let mut first = Client::join(&listening, &mia).await;
    let mut second = Client::open(&listening, &mia.id, &mia.token).await;
    assert_eq!(second.close_code().await, 4008);
    Client::join(&listening, &tom).await;
    first.say(json!({"type": "ping"})).await;
    assert_eq!(first.frame().await["type"], "pong");
}

#[tokio::test]
async fn token_that_cannot_be_checked_is_not_called_wrong() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    host.cache.down.store(true, Ordering::Relaxed);
    let listening = host.listen().await;
    let mut client = Client::open(&listening, &mia.id, &mia.token).await;
    assert_eq!(client.close_code().await, 1013);
    assert_eq!(host.get("/api/v1/auth/me").by(&mia).send().await.status, 503);
}

#[tokio::test]
async fn socket_whose_token_has_expired_is_closed_with_4001() {
    let host = Host::with(|config| config.websocket.ping_seconds = 1);
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    host.clock.advance(Duration::from_secs(3 * 3_600));
    assert_eq!(client.close_code().await, 4001);
}

#[tokio::test]
async fn chat_after_signing_out_closes_with_4001() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "chat", "message": "hello"})).await;
    assert_eq!(client.frame().await["type"], "chat_response");
    assert_eq!(host.post("/api/v1/auth/logout").by(&mia).send().await.status, 204);
    client.say(json!({"type": "chat", "message": "still here"})).await;
    let Message::Close(Some(close)) = client.message().await else { panic!("the chat was let pass") };
    assert_eq!(u16::from(close.code), 4001);
}

#[tokio::test]
async fn client_that_gives_no_sign_of_life_is_let_go() {
    let host = Host::with(|config| {
        config.websocket.ping_seconds = 1;
        config.websocket.idle_seconds = 2;
    });
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut stream = TcpStream::connect(&listening.address).await.unwrap();
    let handshake = format!(
        "GET /api/v1/pam/ws/{}?token={} HTTP/1.1\r\nhost: wheelhouse\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        mia.id, mia.token
    );
    stream.write_all(handshake.as_bytes()).await.unwrap();
    // Reads and never writes, so it answers no ping.
    let mut heard = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut heard)).await.unwrap().unwrap();
    let ping = [0x89, 0];
    assert!(heard.windows(2).any(|bytes| bytes == ping), "the host did not ping");
    let close = [0x88, 17, 0x03, 0xe9];
    assert!(heard.windows(4).any(|bytes| bytes == close), "the host did not close with 1001");
}

#[tokio::test]
async fn host_that_stops_closes_with_1001_after_the_running_chat() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut idle = Client::join(&listening, &mia).await;
    let mut busy = Client::join(&listening, &mia).await;
    busy.say(json!({"type": "chat", "message": "wait"})).await;
    busy.say(json!({"type": "ping"})).await;
    assert_eq!(busy.frame().await["type"], "pong");
    host.shutdown.cancel();
    assert_eq!(idle.close_code().await, 1001);
    busy.say(json!({"type": "chat", "message": "late", "request_id": "late"})).await;
    let refused = busy.frame().await;
    assert_eq!((&refused["error_code"], &refused["request_id"]), (&json!("going_away"), &json!("late")));
    host.provider.gate.add_permits(1);
    assert_eq!(busy.frame().await["message"], "waited");
    assert_eq!(busy.close_code().await, 1001);
    timeout(PATIENCE, listening.task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn host_does_not_wait_for_a_chat_for_ever() {
    let host = Host::with(|config| config.drain_seconds = 1);
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut client = Client::join(&listening, &mia).await;
    client.say(json!({"type": "chat", "message": "wait"})).await;
    client.say(json!({"type": "ping"})).await;
    assert_eq!(client.frame().await["type"], "pong");
    host.shutdown.cancel();
    assert_eq!(client.close_code().await, 1001);
    timeout(PATIENCE, listening.task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn address_of_the_socket_asks_plain_requests_to_upgrade() {
    let host = Host::new();
    let told = host.get("/api/v1/pam/ws/somebody").send().await;
    assert_eq!((told.status, told.header("upgrade")), (426, "websocket"));
    assert_eq!(told.body["code"], "upgrade_required");
}
