//! What is written into the log, by the host and by the crates that it sends requests with.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::json;
use tracing::Level;

use crate::{
    fixture::{KEY, PROMPT, context, events_of, finish, provider, request, text},
    server::{Answer, FakeServer},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn log_holds_neither_the_key_nor_what_was_said_even_at_its_most_talkative() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let quoting = json!({"error": {"message": format!("Unsupported stream_options; got {KEY}")}});
    let cut =
        json!({"choices": [{"delta": {"tool_calls": [{"function": {"name": "add", "arguments": PROMPT}}]}}]});
    let garbage = format!("data: {{\"choices\": {PROMPT}\n\n");
    let server = FakeServer::start([
        Answer::json(400, &quoting),
        Answer::stream(&[text(PROMPT), cut, finish("length")]),
        Answer::open_stream(&[text(PROMPT)]).then(&garbage),
        Answer::status(500, "text/plain", PROMPT),
        Answer::status(401, "text/plain", KEY),
    ])
    .await;
    let provider = provider(&server);
    for _ in 0..4 {
        events_of(&provider, &context(), request()).await;
    }
    assert_eq!(server.received().len(), 5);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in ["stream_options", "its tool calls are left out", "hyper"] {
        assert!(log.contains(expected), "{expected} is missing: {log}");
    }
    assert!(!log.contains(KEY) && !log.contains(PROMPT), "{log}");
}
