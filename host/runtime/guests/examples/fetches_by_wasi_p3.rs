//! Sends requests with the client of `wasi:http` 0.3, which it brings itself.

#![allow(missing_docs, unsafe_code, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::{Value, json};
use wheelhouse_sdk::prelude::*;

#[allow(clippy::all, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit/http-0.3.wit", world: "client", generate_all });
}

use bindings::{
    wasi::http::{
        client,
        types::{Fields, Request, Response, Scheme},
    },
    wit_future,
};

/// Sends a request.
#[derive(Deserialize, JsonSchema)]
struct Fetch {
    authority: String,
    path: String,
    header: Option<(String, String)>,
}

/// Why there is no answer, as data: the point of these tests.
fn fetch(_: &Call, input: Fetch) -> Result<Outcome<Value>, Failure> {
    let data = wit_bindgen::block_on(send(input)).unwrap_or_else(|error| json!({ "error": error }));
    Ok(Outcome::new(data, "Fetched."))
}

async fn send(input: Fetch) -> Result<Value, String> {
    let headers = Fields::new();
    if let Some((name, value)) = input.header {
        headers.append(&name, value.as_bytes()).map_err(|error| format!("{error:?}"))?;
    }
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(headers, None, trailers, None);
    request.set_scheme(Some(&Scheme::Http)).map_err(|()| "scheme")?;
    request.set_authority(Some(&input.authority)).map_err(|()| "authority")?;
    request.set_path_with_query(Some(&input.path)).map_err(|()| "path")?;
    let response = client::send(request).await.map_err(|error| format!("{error:?}"))?;
    let (status, headers) = (response.get_status_code(), response.get_headers().copy_all().len());
    let (_, received) = wit_future::new(|| Ok(()));
    let (body, ended) = Response::consume_body(response, received);
    let bytes = body.collect().await;
    ended.await.map_err(|error| format!("{error:?}"))?;
    Ok(json!({
        "status": status,
        "headers": headers,
        "body": String::from_utf8_lossy(&bytes[..bytes.len().min(10_000)]),
    }))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Fetches by WASI 0.3", "Sends requests.")
        .id("fetches-by-wasi-p3")
        .needs_http(["*.test"], "To send requests."),
    tools: [Tool::new(fetch)],
}
