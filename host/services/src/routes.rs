//! Routes that plugins bring, and services of theirs that are mounted.

mod body;
mod headers;
mod mount;

use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use percent_encoding::percent_decode_str;
use tokio::time::{Instant, timeout_at};
use wheelhouse_core::{
    CallContext, Failure, Result,
    catalog::{Catalog, CatalogReader, CatalogRoute, RouteMatch},
    mount::MountResponse,
    plugin::Export,
    route::{Method, RouteRequest, RouteResponse},
};

/// How long a request for a path that nobody knows waits for plugins that are being loaded, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A request for a path below `/api/v1` that is none of the host's own.
#[derive(Debug, Clone)]
pub struct PluginRequest<'r> {
    /// In capitals.
    pub method: &'r str,
    /// Below `/api/v1`, as it came in: `/expenses/a%20b`.
    pub path: &'r str,
    /// What stands after the question mark, as it came in.
    pub query: Option<&'r str>,
    /// Host and port that the client asked for.
    pub authority: &'r str,
    /// Those that are text.
    pub headers: Vec<(String, String)>,
    /// Bounded.
    pub body: Bytes,
}

/// What a plugin says to a request.
pub enum PluginAnswer {
    /// A route's answer.
    Whole(RouteResponse),
    /// A mounted service's answer.
    Streamed {
        /// Its body is handed on while it is made.
        response: MountResponse,
        /// Until when the body may take. Cancelling it stops the service.
        ctx: Box<CallContext>,
    },
}

/// Why a request did not reach a plugin's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteFailure {
    /// No plugin has such a path.
    NotFound,
    /// The path is known, the method is not.
    MethodNotAllowed {
        /// The methods that are, for the header `Allow`.
        allowed: Vec<Method>,
    },
    /// The body is no JSON, and the route takes nothing else.
    Malformed(Failure),
    /// The body is said to be something else than JSON, and the route takes nothing else.
    UnsupportedMediaType(Failure),
    /// Access was refused, or the plugin failed.
    Failed(Failure),
}

impl PluginAnswer {
    /// Waits for all of it.
    ///
    /// # Errors
    /// Why the body broke off.
    pub async fn whole(self) -> Result<RouteResponse> {
        match self {
            Self::Whole(response) => Ok(response),
            Self::Streamed { response: MountResponse { status, headers, body }, .. } => {
                let pieces: Vec<Bytes> = body.try_collect().await?;
                Ok(RouteResponse { status, headers, body: pieces.concat().into() })
            }
        }
    }
}

impl From<Failure> for RouteFailure {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Brings requests to plugins' routes and their answers back.
pub struct RouteService {
    catalog: CatalogReader,
}

impl RouteService {
    /// Serves the routes of what is published to this reader.
    pub fn new(catalog: CatalogReader) -> Self {
        Self { catalog }
    }

    /// Answers a request. An unknown path waits while plugins that may have it are being loaded, at most half of the context's time.
    /// `stream_limit` is how long an answer that is handed on while it is made may take.
    ///
    /// # Errors
    /// [`RouteFailure`]; all but a failure of the plugin's own before it sees anything, and `Unauthenticated` before the body is looked
    /// at when the route is not public and nobody is signed in.
    pub async fn dispatch(
        &self,
        ctx: &CallContext,
        request: PluginRequest<'_>,
        stream_limit: Duration,
    ) -> Result<PluginAnswer, RouteFailure> {
        let (method, path) = (Method::of_request(request.method), request.path);
        let mut catalog = self.catalog.current();
        if matches!(catalog.find_route(method, path), RouteMatch::NotFound) && is_loading(&catalog) {
            catalog = self.wait_for(ctx, method, path).await;
        }
        match catalog.find_route(method, path) {
            RouteMatch::Found { route, path } => {
                answer(ctx, route, path, request).await.map(PluginAnswer::Whole)
            }
            RouteMatch::Mounted { mount, rest } => {
                let ctx_of_body = ctx.for_stream(stream_limit);
                let response = mount::answer(ctx, &ctx_of_body, mount, rest, request).await?;
                Ok(PluginAnswer::Streamed { response, ctx: Box::new(ctx_of_body) })
            }
            RouteMatch::MethodNotAllowed { allowed } => Err(RouteFailure::MethodNotAllowed { allowed }),
            RouteMatch::NotFound if is_loading(&catalog) => {
                Err(Failure::unavailable("Plugins are still being loaded; try again in a moment.")
                    .with_code("loading")
                    .with_retry_after(Duration::from_secs(2))
                    .into())
            }
            RouteMatch::NotFound => Err(RouteFailure::NotFound),
        }
    }

    async fn wait_for(
        &self,
        ctx: &CallContext,
        method: Option<Method>,
        path: &str,
    ) -> std::sync::Arc<Catalog> {
        let there = |catalog: &Catalog| {
            !matches!(catalog.find_route(method, path), RouteMatch::NotFound) || !is_loading(catalog)
        };
        let until = Instant::now() + (ctx.time_left() / 2).min(LONGEST_WAIT);
        tokio::select! {
            waited = timeout_at(until, self.catalog.wait_until(there)) => {
                waited.unwrap_or_else(|_| self.catalog.current())
            }
            () = ctx.cancellation.cancelled() => self.catalog.current(),
        }
    }
}

/// Whether a plugin that may have the path is still on its way.
fn is_loading(catalog: &Catalog) -> bool {
    [Export::Routes, Export::Tools, Export::Http].into_iter().any(|export| catalog.is_loading(export))
}

async fn answer(
    ctx: &CallContext,
    found: &CatalogRoute,
    path: Vec<(String, String)>,
    request: PluginRequest<'_>,
) -> Result<RouteResponse, RouteFailure> {
    let PluginRequest { query, headers, body, .. } = request;
    if !found.route.definition().public {
        ctx.require_user()?;
    }
    body::check(found.route.definition(), &headers, &body)?;
    let query = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let request = RouteRequest { path: decode(path)?, query, headers: headers::for_plugin(headers), body };
    let mut response = in_time(ctx, found.route.handle(ctx, request)).await?;
    let name = &found.route.definition().id;
    let keeps_body = check_status(response.status, || format!("the route {name} of `{}`", found.plugin))?;
    if !keeps_body {
        response.body = Bytes::new();
    }
    response.headers = clean(ctx, &found.plugin, response.headers);
    Ok(response)
}

/// Waits for a plugin as long as somebody waits for its answer.
async fn in_time<T>(ctx: &CallContext, answer: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        answered = timeout_at(ctx.deadline, answer) => {
            answered.unwrap_or_else(|_| Err(Failure::timeout("The plugin did not answer in time.")))
        }
        () = ctx.cancellation.cancelled() => {
            Err(Failure::timeout("The request was given up before there was an answer."))
        }
    }
}

fn decode(path: Vec<(String, String)>) -> Result<Vec<(String, String)>> {
    path.into_iter()
        .map(|(name, raw)| match percent_decode_str(&raw).decode_utf8() {
            Ok(value) if !value.contains('\0') => {
                let value = value.into_owned();
                Ok((name, value))
            }
            _ => {
                let message = "is not percent-encoded UTF-8 text";
                Err(Failure::invalid(format!("The path's `{name}` {message}.")).with_field(name, message))
            }
        })
        .collect()
}

/// Whether an answer of this status has a body.
///
/// # Errors
/// `Internal` when a plugin may not answer it.
fn check_status(status: u16, who: impl FnOnce() -> String) -> Result<bool> {
    if !(200..=599).contains(&status) {
        return Err(Failure::internal(format!("{} answered the status {status}", who())));
    }
    Ok(!matches!(status, 204 | 205 | 304))
}

/// The headers of an answer that go to the client.
fn clean(ctx: &CallContext, plugin: &str, headers: Vec<(String, String)>) -> Vec<(String, String)> {
    let (kept, left_out) = headers::from_plugin(headers);
    if !left_out.is_empty() {
        tracing::warn!(
            request_id = %ctx.request_id,
            plugin,
            headers = %left_out.join(", "),
            "left out response headers that a plugin may not set"
        );
    }
    kept
}
