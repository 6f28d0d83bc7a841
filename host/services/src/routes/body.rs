//! Whether a body is one that the route can read.

use serde_json::Value;
use wheelhouse_core::{Failure, route::RouteDefinition};

use super::RouteFailure;

/// Holds a body against what the route takes. What fits the schema is the plugin's to say; an empty body is
/// passed on, as every member may be optional.
///
/// # Errors
/// [`RouteFailure::UnsupportedMediaType`] and [`RouteFailure::Malformed`].
pub(super) fn check(
    route: &RouteDefinition,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<(), RouteFailure> {
    if body.trim_ascii().is_empty() || !route.takes_json() {
        return Ok(());
    }
    let content_type = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    // As on the host's own routes, a body without a type is taken for what the route expects.
    if content_type.is_some_and(|(_, value)| !is_json(value)) {
        return Err(RouteFailure::UnsupportedMediaType(Failure::unsupported_media_type("application/json")));
    }
    // Into a value and not past it: only then are escapes, numbers and depth looked at as whoever reads it next does.
    match serde_json::from_slice::<Value>(body) {
        Ok(_) => Ok(()),
        Err(error) => Err(RouteFailure::Malformed(Failure::malformed_json("body", &error))),
    }
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}
