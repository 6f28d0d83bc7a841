//! Routes that plugins bring.

mod body;
mod headers;

use std::time::Duration;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use tokio::time::{Instant, timeout_at};
use wheelhouse_core::{
    CallContext, Failure, Result,
    catalog::{Catalog, CatalogReader, CatalogRoute, RouteMatch},
    plugin::Export,
    route::{Method, RouteRequest, RouteResponse},
};

/// How long a request for a path that nobody knows waits for plugins that are being loaded, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

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

    /// Answers a request for a path below `/api/v1`, given as it came in: `/expenses/a%20b`. `method` is `None` for one that no
    /// route can have. Query names and values are decoded. An unknown path waits while plugins that bring tools or routes are
    /// being loaded, at most half of the context's time.
    ///
    /// # Errors
    /// [`RouteFailure`]; all but a failure of the plugin's own before it sees anything, and `Unauthenticated` before the body is looked
    /// at when the route is not public and nobody is signed in.
    pub async fn dispatch(
        &self,
        ctx: &CallContext,
        method: Option<Method>,
        raw_path: &str,
        query: Vec<(String, String)>,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Result<RouteResponse, RouteFailure> {
        let mut catalog = self.catalog.current();
        if matches!(catalog.find_route(method, raw_path), RouteMatch::NotFound) && is_loading(&catalog) {
            catalog = self.wait_for(ctx, method, raw_path).await;
        }
        let (found, path) = match catalog.find_route(method, raw_path) {
            RouteMatch::Found { route, path } => (route, path),
            RouteMatch::MethodNotAllowed { allowed } => {
                return Err(RouteFailure::MethodNotAllowed { allowed });
            }
            RouteMatch::NotFound if is_loading(&catalog) => {
                return Err(Failure::unavailable("Plugins are still being loaded; try again in a moment.")
                    .with_code("loading")
                    .with_retry_after(Duration::from_secs(2))
                    .into());
            }
            RouteMatch::NotFound => return Err(RouteFailure::NotFound),
        };
        if !found.route.definition().public {
            ctx.require_user()?;
        }
        body::check(found.route.definition(), &headers, &body)?;
        let request =
            RouteRequest { path: decode(path)?, query, headers: headers::for_plugin(headers), body };
        let response = tokio::select! {
            answered = timeout_at(ctx.deadline, found.route.handle(ctx, request)) => answered
                .unwrap_or_else(|_| Err(Failure::timeout("The plugin did not answer in time.")))?,
            () = ctx.cancellation.cancelled() => {
                return Err(Failure::timeout("The request was given up before there was an answer.").into());
            }
        };
        Ok(check(ctx, found, response)?)
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

/// Whether a plugin that may bring routes is still on its way.
fn is_loading(catalog: &Catalog) -> bool {
    catalog.is_loading(Export::Routes) || catalog.is_loading(Export::Tools)
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

fn check(ctx: &CallContext, found: &CatalogRoute, mut response: RouteResponse) -> Result<RouteResponse> {
    if !(200..=599).contains(&response.status) {
        return Err(Failure::internal(format!(
            "the route {} of `{}` answered the status {}",
            found.route.definition().id,
            found.plugin,
            response.status
        )));
    }
    if matches!(response.status, 204 | 205 | 304) {
        response.body = Bytes::new();
    }
    let (kept, left_out) = headers::from_plugin(response.headers);
    if !left_out.is_empty() {
        tracing::warn!(
            request_id = %ctx.request_id,
            plugin = %found.plugin,
            headers = %left_out.join(", "),
            "left out response headers that a plugin may not set"
        );
    }
    response.headers = kept;
    Ok(response)
}
