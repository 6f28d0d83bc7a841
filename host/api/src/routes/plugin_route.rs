//! Everything below `/api/v1` that is not the host's own: plugins' routes, and their services that are mounted.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use salvo::{
    Depot, Request, Response, Writer, handler,
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{CONTENT_TYPE, HOST},
    },
};
use wheelhouse_core::{Result, catalog::RouteMatch, route};
use wheelhouse_services::{PluginAnswer, PluginRequest, RouteFailure};

use super::{
    API, allow, options,
    sending::{Outgoing, sending},
};
use crate::{
    body,
    call::{Call, RequestInfo},
    problem::Problem,
};

/// Hands the request to the plugin that has such a route, whichever the catalog knows at this moment.
#[handler]
pub(crate) async fn answer(call: Call, req: &mut Request, depot: &mut Depot, res: &mut Response) {
    // As it came in: the router's own parameter is decoded as a whole, and would turn `%2F` into a part of the path.
    let path = req.uri().path().strip_prefix(API).unwrap_or_default().to_owned();
    if let (Some(template), Ok(info)) =
        (template(&call, req.method(), &path), depot.get_typed_mut::<RequestInfo>())
    {
        info.found(template);
    }
    match dispatch(&call, &path, req).await {
        Ok(told) => write(told, res),
        Err(RouteProblem::MethodNotAllowed(allow)) if req.method() == Method::OPTIONS => options(res, &allow),
        Err(RouteProblem::MethodNotAllowed(allow)) => {
            Problem::method_not_allowed(req.method().as_str(), allow).render(req, depot, res);
        }
        Err(RouteProblem::Other(problem)) => problem.render(req, depot, res),
    }
}

enum RouteProblem {
    MethodNotAllowed(String),
    Other(Problem),
}

impl From<RouteFailure> for RouteProblem {
    fn from(failure: RouteFailure) -> Self {
        match failure {
            RouteFailure::NotFound => Self::Other(Problem::no_such_path()),
            RouteFailure::MethodNotAllowed { allowed } => {
                let methods: Vec<Method> =
                    allowed.iter().filter_map(|method| method.as_str().parse().ok()).collect();
                Self::MethodNotAllowed(allow(methods.iter()))
            }
            RouteFailure::Malformed(failure) => Self::Other(Problem::malformed(failure)),
            RouteFailure::UnsupportedMediaType(failure) => {
                Self::Other(Problem::unsupported_media_type(failure))
            }
            RouteFailure::Failed(failure) => Self::Other(failure.into()),
        }
    }
}

async fn dispatch(call: &Call, path: &str, req: &mut Request) -> Result<PluginAnswer, RouteProblem> {
    let config = &call.state.config;
    let body = body::read(req, config.limits.plugin_body_bytes).await.map_err(RouteProblem::Other)?;
    let request = PluginRequest {
        method: req.method().as_str(),
        path,
        query: req.uri().query(),
        authority: authority(req),
        headers: headers(req),
        body,
    };
    let stream_limit = Duration::from_secs(config.deadlines.stream_seconds);
    Ok(call.state.services.routes.dispatch(&call.ctx, request, stream_limit).await?)
}

/// In HTTP/2 it is a part of the URI.
fn authority(req: &Request) -> &str {
    let host = || req.headers().get(HOST).and_then(|host| host.to_str().ok());
    req.uri().authority().map(|authority| authority.as_str()).or_else(host).unwrap_or("localhost")
}

/// For log and metrics: what the plugin calls the address.
fn template(call: &Call, method: &Method, path: &str) -> Option<String> {
    let method = route::Method::of_request(method.as_str());
    match call.state.catalog.current().find_route(method, path) {
        RouteMatch::Found { route, .. } => Some(format!("{API}{}", route.route.definition().path)),
        RouteMatch::Mounted { mount, .. } => Some(format!("{API}/{}/*", mount.plugin)),
        RouteMatch::MethodNotAllowed { .. } | RouteMatch::NotFound => None,
    }
}

/// Headers that are text.
fn headers(req: &Request) -> Vec<(String, String)> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    req.headers().iter().filter_map(pair).collect()
}

fn write(told: PluginAnswer, res: &mut Response) {
    match told {
        PluginAnswer::Whole(response) => {
            write_head(response.status, response.headers, res);
            if !response.body.is_empty() {
                let unknown = HeaderValue::from_static("application/octet-stream");
                res.headers_mut().entry(CONTENT_TYPE).or_insert(unknown);
                res.body(response.body);
            }
        }
        PluginAnswer::Streamed { response, ctx } => {
            write_head(response.status, response.headers, res);
            res.body(sending(response.body.map_ok(Outgoing::Bytes).boxed(), &ctx));
        }
    }
}

fn write_head(status: u16, headers: Vec<(String, String)>, res: &mut Response) {
    // The service has checked the status.
    res.status_code(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            res.headers_mut().append(name, value);
        }
    }
}
