//! On a real listener: what only shows on the wire.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::host::{Guest, Host, Listening};

pub(crate) async fn connect(listening: &Listening) -> TcpStream {
    TcpStream::connect(&listening.address).await.unwrap()
}

fn post(path: &str, guest: &Guest, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: wheelhouse\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        guest.token,
        body.len()
    )
}

async fn exchange(listening: &Listening, request: &str) -> (String, Vec<u8>) {
    let mut stream = connect(listening).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}

#[tokio::test]
async fn audio_is_sent_in_chunks_and_its_end_is_marked() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let body = json!({"text": "hello", "format": "pcm"}).to_string();
    let (head, body) = exchange(&listening, &post("/api/v1/tts/synthesize", &mia, &body)).await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("transfer-encoding: chunked"), "{head}");
    assert_eq!(body, b"4\r\n\x01\x02\x03\x04\r\n4\r\n\x05\x06\x07\x08\r\n0\r\n\r\n");
}

#[tokio::test]
async fn client_that_reads_trailers_learns_behind_the_audio_who_has_spoken() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let body = json!({"text": "hello", "format": "pcm"}).to_string();
    let request = post("/api/v1/tts/synthesize", &mia, &body).replace(
        "\r\nconnection: close\r\n",
        "\r\ncache-control: no-store\r\nte: trailers\r\nconnection: close, te\r\n",
    );
    let (head, body) = exchange(&listening, &request).await;
    assert!(head.contains("trailer: x-engines"), "{head}");
    assert!(body.ends_with(b"\r\n0\r\nx-engines: hibari\r\n\r\n"), "{}", body.escape_ascii());
}

#[tokio::test]
async fn audio_that_breaks_off_does_not_look_whole() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    for path in ["/api/v1/tts/synthesize", "/api/v1/audio/speech"] {
        let body = match path {
            "/api/v1/audio/speech" => {
                json!({"model": "tts-1", "input": "break off", "voice": "alloy", "response_format": "pcm"})
            }
            _ => json!({"text": "break off", "format": "pcm"}),
        };
        let mut stream = connect(&listening).await;
        stream.write_all(post(path, &mia, &body.to_string()).as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(b"4\r\n\x01\x02\x03\x04\r\n") {
            assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0, "{path} ended before its first bytes");
        }
        // One for each engine of the chain.
        host.provider.gate.add_permits(2);
        // The connection may end or be reset; what counts is that the end of the body never comes.
        let _ = stream.read_to_end(&mut heard).await;
        assert!(!heard.ends_with(b"0\r\n\r\n"), "{path} ended as if it were whole");
    }
}

#[tokio::test]
async fn audio_that_takes_too_long_is_broken_off() {
    let host = Host::with(|config| config.deadlines.stream_seconds = 1);
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let body = json!({"text": "break off", "format": "pcm"}).to_string();
    let mut stream = connect(&listening).await;
    stream.write_all(post("/api/v1/tts/synthesize", &mia, &body).as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    // The engine says nothing more, and nobody lets it.
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut heard)).await.unwrap();
    assert!(heard.ends_with(b"4\r\n\x01\x02\x03\x04\r\n"), "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test]
async fn client_that_sends_too_much_reads_why() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    // More than fits into the buffers between the two, so that the client is still sending when it is refused.
    let text = json!({"message": "x".repeat(7 << 20)}).to_string();
    let (head, body) = exchange(&listening, &post("/api/v1/pam/chat", &mia, &text)).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("too_large"));
    // The same without a length that tells in advance.
    let head = format!(
        "POST /api/v1/pam/chat HTTP/1.1\r\nhost: wheelhouse\r\nauthorization: Bearer {}\r\ntransfer-encoding: chunked\r\n\
         connection: close\r\n\r\n",
        mia.token
    );
    let chunked = format!("{head}{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
    let (head, _) = exchange(&listening, &chunked).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
}

#[tokio::test]
async fn running_request_is_answered_when_the_host_is_told_to_stop() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut stream = connect(&listening).await;
    stream.write_all(post("/api/v1/pam/chat", &mia, r#"{"message": "wait"}"#).as_bytes()).await.unwrap();
    host.provider.waits().await;
    host.shutdown.cancel();
    host.provider.gate.add_permits(1);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("waited"), "{answer}");
    tokio::time::timeout(Duration::from_secs(5), listening.task).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(&listening.address).await.is_err(), "the port is still open");
}

#[tokio::test]
async fn request_that_does_not_end_is_cut_off_after_the_drain() {
    let host = Host::with(|config| config.drain_seconds = 1);
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let mut stream = connect(&listening).await;
    stream.write_all(post("/api/v1/pam/chat", &mia, r#"{"message": "wait"}"#).as_bytes()).await.unwrap();
    host.provider.waits().await;
    host.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(10), listening.task).await.unwrap().unwrap().unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
}
