//! A web service for WASI 0.3, built with the bindings that Rust users have for it and without the kit.

#![allow(missing_docs, unsafe_code, reason = "a guest for tests")]
#![cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "it is not exported"))]

use wasip3::{
    exports::http::handler::Guest,
    http::types::{ErrorCode, Fields, Request, Response},
    wit_bindgen::{self, StreamWriter},
    wit_future, wit_stream,
};

struct Service;

// Elsewhere linkers do not take the names of exports.
#[cfg(target_family = "wasm")]
wasip3::http::service::export!(Service);

impl Guest for Service {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let target = request.get_path_with_query().unwrap_or_default();
        match target.as_str() {
            "/error" => Err(ErrorCode::InternalError(Some("no".to_owned()))),
            "/loops" => loop {
                std::hint::spin_loop();
            },
            "/traps" => panic!("it was asked to"),
            "/created" => {
                let response = answer(&[("location", "/elsewhere"), ("set-cookie", "a=b")], async |_| {});
                response.set_status_code(201).expect("a status");
                Ok(response)
            }
            "/endless" => {
                Ok(answer(&[], async |mut body| while body.write_all(vec![b'x'; 4096]).await.is_empty() {}))
            }
            "/half" => Ok(answer(&[], async |mut body| {
                body.write_all(b"half of it".to_vec()).await;
                panic!("in the middle of its answer");
            })),
            _ => {
                let text = format!("{:?} {target}\n{}", request.get_method(), seen(&request.get_headers()));
                let (_, received) = wit_future::new(|| Ok(()));
                let (sent, _) = Request::consume_body(request, received);
                let sent = sent.collect().await;
                Ok(answer(&[("content-type", "text/plain")], async move |mut body| {
                    body.write_all(text.into_bytes()).await;
                    body.write_all(sent).await;
                }))
            }
        }
    }
}

/// What the host says of the caller, a line each.
fn seen(headers: &Fields) -> String {
    let mut seen = String::new();
    for name in ["x-forwarded-user", "x-forwarded-prefix", "authorization", "x-own"] {
        for value in headers.get(name) {
            seen.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(&value)));
        }
    }
    seen
}

/// The answer, whose body is written after it has been given.
fn answer<W>(headers: &[(&str, &str)], write: W) -> Response
where
    W: AsyncFnOnce(StreamWriter<u8>) + 'static,
{
    let fields = Fields::new();
    for (name, value) in headers {
        fields.append(name, value.as_bytes()).expect("a header");
    }
    let (writer, body) = wit_stream::new();
    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    drop(trailers);
    let (response, _) = Response::new(fields, Some(body), no_trailers);
    wit_bindgen::spawn_local(async move { write(writer).await });
    response
}
