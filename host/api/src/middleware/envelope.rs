//! The request's id, span, log line, figures, security headers; panics and errors that nobody has put into words.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use salvo::{
    Depot, FlowCtrl, Handler, Request, Response, async_trait,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, ResBody, StatusCode,
        header::{ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ORIGIN},
    },
};
use tokio::time::Instant;
use tracing::{Instrument, field};
use wheelhouse_core::Failure;

use crate::{call::RequestInfo, problem::Problem, state::State};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Stands around all routes, and around addresses that are none.
pub(crate) struct Envelope {
    state: Arc<State>,
}

impl Envelope {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self { state }
    }
}

#[async_trait]
impl Handler for Envelope {
    async fn handle(&self, req: &mut Request, depot: &mut Depot, res: &mut Response, ctrl: &mut FlowCtrl) {
        let received = self.state.clock.now();
        let id: Arc<str> = match req.headers().get(&REQUEST_ID).and_then(sane_id) {
            Some(id) => id.into(),
            None => self.state.entropy.uuid(received).to_string().into(),
        };
        let span = tracing::info_span!(
            "request",
            request_id = %id,
            method = %req.method(),
            route = field::Empty,
        );
        depot.insert_typed(RequestInfo::new(id.clone(), received));
        depot.insert_typed(self.state.clone());
        let began = Instant::now();
        async {
            if is_preflight(req) {
                res.status_code(StatusCode::NO_CONTENT);
                ctrl.skip_rest();
            } else if AssertUnwindSafe(ctrl.call_next(req, depot, res)).catch_unwind().await.is_err() {
                let panicked = Failure::internal("a handler panicked; the panic itself is on standard error");
                Problem::from(panicked).render(req, depot, res);
            }
            complete(req, depot, res);
            let (status, took) = (res.status_code.unwrap_or(StatusCode::OK), began.elapsed());
            let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(status = status.as_u16(), ms, "answered");
            let route = depot.get_typed_mut::<RequestInfo>().ok().and_then(|info| info.route.take());
            self.state.metrics.count(route, req.method(), status, took);
        }
        .instrument(span)
        .await;
        add_headers(res.headers_mut(), &id);
    }
}

/// An error without a body comes from the router or the framework.
fn complete(req: &Request, depot: &Depot, res: &mut Response) {
    let status = res.status_code.unwrap_or(StatusCode::OK);
    let is_error = status.is_client_error() || status.is_server_error();
    if is_error && matches!(res.body_mut(), ResBody::None | ResBody::Error(_)) {
        Problem::of_status(status).render(req, depot, res);
    }
}

/// What a browser asks before it sends a request to another origin. The headers of the answer are put on by CORS.
fn is_preflight(req: &Request) -> bool {
    req.method() == Method::OPTIONS
        && req.headers().contains_key(ORIGIN)
        && req.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn sane_id(value: &HeaderValue) -> Option<&str> {
    let id = value.to_str().ok()?;
    let sane = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    ((1..=64).contains(&id.len()) && id.bytes().all(sane)).then_some(id)
}

fn add_headers(headers: &mut HeaderMap, id: &str) {
    // A sane id or a UUID is always a header value.
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("x-frame-options", HeaderValue::from_static("DENY"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    // Answers are the caller's own, unless a route says otherwise; and none but the documentation is a page.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_id_is_kept_when_it_is_short_and_plain() {
        for sane in ["a", "trace-1.2_3", &"x".repeat(64)] {
            assert_eq!(sane_id(&HeaderValue::from_str(sane).expect("plain text")), Some(sane));
        }
        for wrong in ["", "a b", "a/b", "{}", "é", &"x".repeat(65)] {
            assert_eq!(
                sane_id(&HeaderValue::from_bytes(wrong.as_bytes()).expect("bytes")),
                None,
                "{wrong:?}"
            );
        }
    }
}
