//! Sends requests with the client of `wasi:http` 0.2, which it brings itself.

#![allow(missing_docs, unsafe_code, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::{Value, json};
use wheelhouse_sdk::prelude::*;

#[allow(clippy::all, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit/http-0.2.wit", world: "client", generate_all });
}

use bindings::wasi::{
    http::{
        outgoing_handler,
        types::{Fields, Method, OutgoingBody, OutgoingRequest, Scheme},
    },
    io::streams::StreamError,
};

/// Sends a request.
#[derive(Deserialize, JsonSchema)]
struct Fetch {
    authority: String,
    path: String,
    header: Option<(String, String)>,
    /// As many bytes for a body, in a `POST`.
    bytes: Option<usize>,
    /// Hands them over one by one, with a pause before each.
    pause_ms: Option<u64>,
}

/// Why there is no answer, as data: the point of these tests.
fn fetch(_: &Call, input: Fetch) -> Result<Outcome<Value>, Failure> {
    let data = send(input).unwrap_or_else(|error| json!({ "error": error }));
    Ok(Outcome::new(data, "Fetched."))
}

fn send(input: Fetch) -> Result<Value, String> {
    let headers = Fields::new();
    if let Some((name, value)) = input.header {
        headers.append(&name, value.as_bytes()).map_err(|error| format!("{error:?}"))?;
    }
    let request = OutgoingRequest::new(headers);
    if input.bytes.is_some() {
        request.set_method(&Method::Post).map_err(|()| "method")?;
    }
    request.set_scheme(Some(&Scheme::Http)).map_err(|()| "scheme")?;
    request.set_authority(Some(&input.authority)).map_err(|()| "authority")?;
    request.set_path_with_query(Some(&input.path)).map_err(|()| "path")?;
    let body = request.body().map_err(|()| "body")?;
    let future = outgoing_handler::handle(request, None).map_err(|error| format!("{error:?}"))?;
    if let Some(bytes) = input.bytes {
        let stream = body.write().map_err(|()| "write")?;
        for chunk in vec![b'x'; bytes].chunks(if input.pause_ms.is_some() { 1 } else { 4096 }) {
            std::thread::sleep(std::time::Duration::from_millis(input.pause_ms.unwrap_or_default()));
            if stream.blocking_write_and_flush(chunk).is_err() {
                break;
            }
        }
    }
    let finished = OutgoingBody::finish(body, None);
    future.subscribe().block();
    let response =
        future.get().ok_or("not ready")?.map_err(|()| "taken")?.map_err(|error| format!("{error:?}"))?;
    finished.map_err(|error| format!("{error:?}"))?;
    let body = response.consume().map_err(|()| "consume")?;
    let stream = body.stream().map_err(|()| "stream")?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(chunk) => bytes.extend(chunk),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(_)) => return Err("broken off".to_owned()),
        }
    }
    Ok(json!({
        "status": response.status(),
        "headers": response.headers().entries().len(),
        "body": String::from_utf8_lossy(&bytes[..bytes.len().min(10_000)]),
    }))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Fetches by WASI 0.2", "Sends requests.")
        .id("fetches-by-wasi-p2")
        .needs_http(["*.test"], "To send requests."),
    tools: [Tool::new(fetch)],
}
