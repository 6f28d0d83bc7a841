//! The call context of a request: made once, in one way, for every route.

use std::{borrow::Cow, sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use salvo::{
    Depot, Request,
    extract::Metadata,
    http::{HeaderMap, HeaderValue, header::AUTHORIZATION},
};
use wheelhouse_core::{CallContext, Caller, Failure, Result, language};

use crate::{
    endpoint::Access,
    problem::{ErrorShape, Problem},
    state::State,
};

/// What the outermost middleware knows of a request, kept for errors, the log and the metrics.
#[derive(Debug, Clone)]
pub(crate) struct RequestInfo {
    pub(crate) id: Arc<str>,
    pub(crate) received: Timestamp,
    pub(crate) shape: ErrorShape,
    /// The template of the address, once the router has found it.
    pub(crate) route: Option<Cow<'static, str>>,
}

impl RequestInfo {
    pub(crate) fn new(id: Arc<str>, received: Timestamp) -> Self {
        Self { id, received, shape: ErrorShape::default(), route: None }
    }

    /// The address as it came in may hold anything, so only its template is logged and counted.
    pub(crate) fn found(&mut self, route: impl Into<Cow<'static, str>>) {
        let route = route.into();
        tracing::Span::current().record("route", route.as_ref());
        self.route = Some(route);
    }
}

/// Who calls, by the request's `Authorization` header.
///
/// # Errors
/// `Unauthenticated` for a header that holds no valid bearer token, whatever the route, and for no header where a user is needed.
pub(crate) async fn caller(state: &State, headers: &HeaderMap, access: Access) -> Result<Caller> {
    if matches!(access, Access::Public | Access::Socket | Access::Operator) {
        // A client that is about to sign in again may still send the token that has expired.
        return Ok(Caller::Anonymous);
    }
    let Some(token) = token(headers)? else {
        return if access == Access::Optional {
            Ok(Caller::Anonymous)
        } else {
            Err(Failure::unauthenticated(
                "Sign in first: send the header `Authorization: Bearer <access token>`.",
            ))
        };
    };
    state.services.accounts.verify(token).await
}

/// The bearer token that a request brings, or `None` when it has no `Authorization` header.
///
/// # Errors
/// `Unauthenticated` for a header that holds anything else.
pub(crate) fn token(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = bearer(header).ok_or_else(|| {
        Failure::unauthenticated("The Authorization header must be `Bearer`, a space and a token.")
            .with_code("token_invalid")
    })?;
    Ok(Some(token))
}

fn bearer(header: &HeaderValue) -> Option<&str> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The context of one call. `X-Timezone` (IANA) and the first language of `Accept-Language` stand for the user's own, until a
/// route knows better.
///
/// # Errors
/// `Invalid` for an `X-Timezone` that is none.
pub(crate) fn context(
    info: &RequestInfo,
    caller: Caller,
    headers: &HeaderMap,
    limit: Duration,
) -> Result<CallContext> {
    let mut ctx = CallContext::new(info.id.clone(), caller, info.received, limit);
    if let Some(locale) =
        headers.get("accept-language").and_then(|value| value.to_str().ok()).and_then(locale)
    {
        ctx.locale = locale.into();
    }
    if let Some(zone) = headers.get("x-timezone") {
        ctx.time_zone = zone.to_str().ok().and_then(|name| TimeZone::get(name).ok()).ok_or_else(|| {
            Failure::invalid_field("X-Timezone", "must be an IANA time zone such as `Europe/Berlin`")
        })?;
    }
    Ok(ctx)
}

/// The first language tag of `Accept-Language`, if it is one.
fn locale(header: &str) -> Option<&str> {
    let first = header.split([',', ';']).next()?.trim();
    language::is_tag(first).then_some(first)
}

/// What a handler begins with: who calls, and what can be done for them.
pub(crate) struct Call {
    pub(crate) ctx: CallContext,
    pub(crate) state: Arc<State>,
}

impl<'ex> salvo::Extractible<'ex> for Call {
    fn metadata() -> &'static Metadata {
        static METADATA: Metadata = Metadata::new("");
        &METADATA
    }

    #[allow(refining_impl_trait)]
    async fn extract(_req: &'ex mut Request, depot: &'ex mut Depot) -> Result<Self, Problem> {
        let missing = |what| Problem::from(Failure::internal(format!("the route has no {what}")));
        let ctx = depot.remove_typed::<CallContext>().map_err(|_| missing("gate"))?;
        let state = depot.get_typed::<Arc<State>>().map_err(|_| missing("envelope"))?.clone();
        Ok(Self { ctx, state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_of_the_token_is_read_in_any_case() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("Bearer ", None),
        ] {
            assert_eq!(bearer(&HeaderValue::from_static(header)), token, "{header}");
        }
    }

    #[test]
    fn first_language_is_taken_when_it_is_one() {
        assert_eq!(locale("de-DE,de;q=0.9,en;q=0.8"), Some("de-DE"));
        assert_eq!(locale("fr;q=1"), Some("fr"));
        assert_eq!(locale("*"), None);
        assert_eq!(locale(""), None);
        assert_eq!(locale("<script>"), None);
    }
}
