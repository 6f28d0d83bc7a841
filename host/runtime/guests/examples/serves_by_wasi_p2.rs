//! A web service for WASI 0.2, built with the bindings that Rust users have for it and without the kit.

#![allow(missing_docs, unsafe_code, reason = "a guest for tests")]
#![cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "it is not exported"))]

use wasip2::{
    exports::http::incoming_handler::Guest,
    http::types::{ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam},
    io::streams::StreamError,
};

struct Service;

// Elsewhere linkers do not take the names of exports.
#[cfg(target_family = "wasm")]
wasip2::http::proxy::export!(Service);

impl Guest for Service {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let target = request.path_with_query().unwrap_or_default();
        match target.as_str() {
            "/error" => ResponseOutparam::set(out, Err(ErrorCode::InternalError(Some("no".to_owned())))),
            "/silent" => {}
            "/loops" => loop {
                std::hint::spin_loop();
            },
            "/traps" => panic!("it was asked to"),
            "/created" => answer(out, 201, &[("location", "/elsewhere"), ("set-cookie", "a=b")], |_| {}),
            "/headers/129" | "/headers/50000" => {
                let wanted: usize =
                    target.rsplit('/').next().and_then(|count| count.parse().ok()).expect("a count");
                let headers = Fields::new();
                let mut taken = 0;
                while taken < wanted && headers.append(&format!("x-{taken}"), b"a header's value").is_ok() {
                    taken += 1;
                }
                // The host has said no, and this service does not take it for an answer.
                assert_eq!(taken, wanted, "no room for more headers");
                ResponseOutparam::set(out, Ok(OutgoingResponse::new(headers)));
            }
            "/endless" => answer(out, 200, &[], |write| while write(&[b'x'; 4096]) {}),
            "/half" => {
                let body = begin(out, 200, Fields::new());
                let stream = body.write().expect("a stream");
                let _ = stream.blocking_write_and_flush(b"half of it");
                panic!("in the middle of its answer");
            }
            "/unfinished" => {
                let body = begin(out, 200, Fields::new());
                let stream = body.write().expect("a stream");
                let _ = stream.blocking_write_and_flush(b"half of it");
                std::mem::forget((stream, body));
            }
            _ => {
                let text = format!("{:?} {target}\n", request.method());
                let seen = seen(&request.headers());
                let sent = read(&request);
                answer(out, 200, &[("content-type", "text/plain")], |write| {
                    write(text.as_bytes());
                    write(seen.as_bytes());
                    for chunk in sent.chunks(4096) {
                        write(chunk);
                    }
                });
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

fn read(request: &IncomingRequest) -> Vec<u8> {
    let body = request.consume().expect("a body");
    let stream = body.stream().expect("a stream");
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(chunk) => bytes.extend(chunk),
            Err(StreamError::Closed) => return bytes,
            Err(StreamError::LastOperationFailed(_)) => panic!("the body broke off"),
        }
    }
}

fn begin(out: ResponseOutparam, status: u16, headers: Fields) -> OutgoingBody {
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).expect("a status");
    let body = response.body().expect("a body");
    ResponseOutparam::set(out, Ok(response));
    body
}

fn answer(
    out: ResponseOutparam,
    status: u16,
    headers: &[(&str, &str)],
    write: impl FnOnce(&mut dyn FnMut(&[u8]) -> bool),
) {
    let fields = Fields::new();
    for (name, value) in headers {
        fields.append(name, value.as_bytes()).expect("a header");
    }
    let body = begin(out, status, fields);
    let stream = body.write().expect("a stream");
    write(&mut |bytes| stream.blocking_write_and_flush(bytes).is_ok());
    drop(stream);
    let _ = OutgoingBody::finish(body, None);
}
