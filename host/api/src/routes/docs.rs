//! The documentation: `/docs`, which loads nothing from outside, and the document that it shows.

use salvo::{
    Depot, Request, Response, Writer, handler,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION},
    },
};
use salvo_oapi::swagger_ui::{Config, serve};

use super::conditional::matches;
use crate::{
    call::Call,
    endpoint::{Access, Endpoint},
    problem::Problem,
};

const DOCUMENT: &str = "/api-doc/openapi.json";

/// The page's own script stands inside it; everything else comes from this host.
const POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

#[handler]
async fn show_document(call: Call, req: &mut Request, res: &mut Response) {
    let document = call.state.document.of(&call.state.catalog.current());
    // Plugins come and go, so it is asked for again each time, and mostly answered with 304.
    res.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    res.headers_mut().insert(ETAG, document.etag.clone());
    let known = req.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| matches(tags, &document.etag)) {
        res.status_code(StatusCode::NOT_MODIFIED);
        return;
    }
    res.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    res.body(document.bytes);
}

#[handler]
async fn show_page(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    let file = req.params().tail().unwrap_or_default().to_owned();
    if file.is_empty() && !req.uri().path().ends_with('/') {
        // The page's files are beside it.
        return redirect(res, "/docs/");
    }
    let config =
        Config::new([DOCUMENT]).validator_url("none").display_request_duration(true).doc_expansion("list");
    let Ok(Some(file)) = serve(&file, "Wheelhouse", "", "", &config) else {
        return Problem::no_such_path().render(req, depot, res);
    };
    if let Ok(content_type) = HeaderValue::from_str(&file.content_type) {
        res.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    res.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    res.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    res.body(file.bytes.into_owned());
}

#[handler]
async fn go_to_page(res: &mut Response) {
    redirect(res, "/docs/");
}

fn redirect(res: &mut Response, to: &'static str) {
    res.headers_mut().insert(LOCATION, HeaderValue::from_static(to));
    res.status_code(StatusCode::FOUND);
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/", go_to_page).access(Access::Public),
        Endpoint::get("/docs", show_page).access(Access::Public),
        Endpoint::get("/docs/{**file}", show_page).access(Access::Public),
        Endpoint::get(DOCUMENT, show_document).access(Access::Public),
    ]
}
