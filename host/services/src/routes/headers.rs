//! Which headers pass between clients and plugins.

use wheelhouse_core::CallContext;

/// Who calls is in the call; how bytes travel is the host's business.
const NOT_FOR_PLUGINS: &[&str] = &[
    "authorization",
    "connection",
    "cookie",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    FORWARDED_PREFIX,
    FORWARDED_USER,
];

/// Where a service is mounted. As reverse proxies say it.
const FORWARDED_PREFIX: &str = "x-forwarded-prefix";
/// The id of the user who calls, which the host has verified.
const FORWARDED_USER: &str = "x-forwarded-user";
const REQUEST_ID: &str = "x-request-id";

/// What a plugin may say beside its body. Everything else is the host's to say: how the bytes travel, who may read them from
/// where, and what a browser keeps of it.
const FROM_PLUGINS: &[&str] = &[
    "accept-ranges",
    "age",
    "allow",
    "cache-control",
    "content-disposition",
    "content-language",
    "content-location",
    "content-range",
    "content-type",
    "deprecation",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "preference-applied",
    "retry-after",
    "sunset",
    "vary",
    "warning",
];

/// Names beginning with `x-` are free, but for these.
const RESERVED: &[&str] = &[
    "x-accel-",
    "x-content-type-options",
    "x-dns-prefetch-control",
    "x-forwarded-",
    "x-frame-options",
    "x-permitted-cross-domain-policies",
    "x-powered-by",
    "x-request-id",
    "x-sendfile",
    "x-xss-protection",
];

/// The headers that a plugin gets to see.
pub(super) fn for_plugin(mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    headers.retain(|(name, _)| !NOT_FOR_PLUGINS.iter().any(|hidden| name.eq_ignore_ascii_case(hidden)));
    headers
}

/// The headers that a mounted service gets to see, with what a component's route is told in its call.
pub(super) fn for_mount(
    headers: Vec<(String, String)>,
    ctx: &CallContext,
    plugin: &str,
) -> Vec<(String, String)> {
    let mut headers = for_plugin(headers);
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case(REQUEST_ID));
    let mut say = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    say(REQUEST_ID, &ctx.request_id);
    say(FORWARDED_PREFIX, &format!("/api/v1/{plugin}"));
    if let Some(user) = ctx.user() {
        say(FORWARDED_USER, user.id.as_str());
    }
    headers
}

/// The headers that go to the client, in lower case, and the names of those that do not.
pub(super) fn from_plugin(headers: Vec<(String, String)>) -> (Vec<(String, String)>, Vec<String>) {
    let (mut kept, mut left_out) = (Vec::with_capacity(headers.len()), Vec::new());
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if may_set(&name) && is_clean(&value) {
            kept.push((name, value));
        } else {
            left_out.push(name.chars().filter(|c| c.is_ascii_graphic()).take(64).collect());
        }
    }
    (kept, left_out)
}

fn may_set(name: &str) -> bool {
    if FROM_PLUGINS.contains(&name) {
        return true;
    }
    let is_token = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    name.starts_with("x-") && is_token && !RESERVED.iter().any(|reserved| name.starts_with(reserved))
}

/// A value that cannot end its line.
fn is_clean(value: &str) -> bool {
    value.bytes().all(|b| b == b'\t' || (b >= b' ' && b != 0x7f))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use wheelhouse_core::{Caller, User, UserId};

    use super::*;

    #[test]
    fn mounted_service_learns_from_the_host_alone_who_calls() {
        let user = User { id: UserId("ada".to_owned()), email: None, full_name: None };
        let caller = Caller::User { user, session: None };
        let ctx = CallContext::new("r-1", caller, Timestamp::UNIX_EPOCH, Duration::from_secs(1));
        let sent =
            vec![pair("X-Forwarded-User", "root"), pair("X-Request-Id", "mine"), pair("Accept", "*/*")];
        let seen = for_mount(sent, &ctx, "hello");
        assert_eq!(
            seen,
            [
                pair("Accept", "*/*"),
                pair("x-request-id", "r-1"),
                pair("x-forwarded-prefix", "/api/v1/hello"),
                pair("x-forwarded-user", "ada"),
            ]
        );
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn plugin_sees_neither_tokens_nor_cookies() {
        let seen = for_plugin(vec![
            pair("Authorization", "Bearer x"),
            pair("COOKIE", "a=b"),
            pair("proxy-authorization", "x"),
            pair("Accept", "text/csv"),
        ]);
        assert_eq!(seen, [pair("Accept", "text/csv")]);
    }

    #[test]
    fn plugin_sets_no_header_that_is_the_hosts() {
        for name in [
            "Host",
            "Set-Cookie",
            "Content-Length",
            "Transfer-Encoding",
            "Connection",
            "Upgrade",
            "Trailer",
            "TE",
            "Access-Control-Allow-Origin",
            "Strict-Transport-Security",
            "X-Request-ID",
            "X-Forwarded-For",
            "Clear-Site-Data",
            "x-bad name",
        ] {
            let (kept, left_out) = from_plugin(vec![pair(name, "1")]);
            assert!(kept.is_empty(), "{name} was kept");
            assert_eq!(left_out.len(), 1);
        }
    }

    #[test]
    fn plugin_sets_content_headers_and_its_own() {
        let (kept, left_out) = from_plugin(vec![
            pair("Content-Type", "text/csv"),
            pair("X-Total-Count", "12"),
            pair("ETag", "\"a\""),
        ]);
        assert_eq!(
            kept,
            [pair("content-type", "text/csv"), pair("x-total-count", "12"), pair("etag", "\"a\"")]
        );
        assert!(left_out.is_empty());
    }

    #[test]
    fn header_value_cannot_begin_another_line() {
        let (kept, left_out) = from_plugin(vec![pair("Location", "/a\r\nSet-Cookie: x=y")]);
        assert!(kept.is_empty());
        assert_eq!(left_out, ["location"]);
    }
}
