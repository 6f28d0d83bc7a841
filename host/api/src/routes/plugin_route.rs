//! Everything below `/api/v1` that is not the host's own: plugins' routes.

use salvo::{
    Depot, Request, Response, Writer, handler,
    http::{HeaderName, HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
};
use wheelhouse_core::{
    Result,
    catalog::RouteMatch,
    route::{self, RouteResponse},
};
use wheelhouse_services::RouteFailure;

use super::{API, allow, options};
use crate::{
    body,
    call::{Call, RequestInfo},
    problem::Problem,
};

/// Hands the request to the plugin that has such a route, whichever the catalog knows at this moment.
#[handler]
pub(crate) async fn answer(call: Call, req: &mut Request, depot: &mut Depot, res: &mut Response) {
    let method = plugin_method(req.method());
    // As it came in: the router's own parameter is decoded as a whole, and would turn `%2F` into a part of the path.
    let path = req.uri().path().strip_prefix(API).unwrap_or_default().to_owned();
    if let (Some(template), Ok(info)) = (template(&call, method, &path), depot.get_typed_mut::<RequestInfo>())
    {
        info.found(template);
    }
    match dispatch(&call, method, &path, req).await {
        Ok(response) => write(response, res),
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

async fn dispatch(
    call: &Call,
    method: Option<route::Method>,
    path: &str,
    req: &mut Request,
) -> Result<RouteResponse, RouteProblem> {
    let query =
        form_urlencoded::parse(req.uri().query().unwrap_or_default().as_bytes()).into_owned().collect();
    let headers = headers(req);
    let limit = call.state.config.limits.plugin_body_bytes;
    let body = body::read(req, limit).await.map_err(RouteProblem::Other)?;
    let routes = &call.state.services.routes;
    Ok(routes.dispatch(&call.ctx, method, path, query, headers, body).await?)
}

fn plugin_method(method: &Method) -> Option<route::Method> {
    match *method {
        // The body is left out of the answer afterwards.
        Method::GET | Method::HEAD => Some(route::Method::Get),
        Method::POST => Some(route::Method::Post),
        Method::PUT => Some(route::Method::Put),
        Method::PATCH => Some(route::Method::Patch),
        Method::DELETE => Some(route::Method::Delete),
        _ => None,
    }
}

/// For log and metrics: what the plugin calls the address.
fn template(call: &Call, method: Option<route::Method>, path: &str) -> Option<String> {
    match call.state.catalog.current().find_route(method, path) {
        RouteMatch::Found { route, .. } => Some(format!("{API}{}", route.route.definition().path)),
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

fn write(response: RouteResponse, res: &mut Response) {
    // The service has checked the status.
    res.status_code(StatusCode::from_u16(response.status).unwrap_or(StatusCode::OK));
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            res.headers_mut().append(name, value);
        }
    }
    if !response.body.is_empty() {
        res.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/octet-stream"));
        res.body(response.body);
    }
}
