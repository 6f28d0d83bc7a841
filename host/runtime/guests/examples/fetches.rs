//! Sends the requests that it is told to send.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use std::time::Duration;

use serde_json::{Value, json};
use wheelhouse_sdk::{http, prelude::*};

/// Sends a request.
#[derive(Deserialize, JsonSchema)]
struct Fetch {
    url: String,
    method: Option<String>,
    headers: Option<Vec<(String, String)>>,
    body: Option<String>,
    /// As many bytes for a body.
    bytes: Option<usize>,
    timeout_ms: Option<u64>,
}

fn fetch(_: &Call, input: Fetch) -> Result<Outcome<Value>, Failure> {
    let mut request = http::Request::new(input.method.as_deref().unwrap_or("GET"), input.url);
    for (name, value) in input.headers.unwrap_or_default() {
        request = request.header(name, value);
    }
    if let Some(body) = input.body {
        request = request.body("text/plain", body);
    }
    if let Some(bytes) = input.bytes {
        request = request.body("text/plain", vec![b'x'; bytes]);
    }
    if let Some(timeout) = input.timeout_ms {
        request = request.timeout(Duration::from_millis(timeout));
    }
    let response = request.send()?;
    let headers: Vec<_> = response.headers().map(|(name, value)| json!([name, value])).collect();
    let data = json!({
        "status": response.status(),
        "headers": headers,
        "body": String::from_utf8_lossy(&response.bytes()[..response.bytes().len().min(10_000)]),
        "bytes": response.bytes().len(),
    });
    Ok(Outcome::new(data, "Fetched."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Fetches", "Sends requests.")
        .id("fetches")
        .needs_http(["*.test", "localhost", "127.0.0.1", "169.254.169.254"], "To send requests."),
    tools: [Tool::new(fetch)],
}
