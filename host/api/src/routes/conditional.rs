//! Requests for what a client may have already (RFC 9110, 13).

use salvo::http::HeaderValue;

/// Whether one of the tags of `If-None-Match` is this one.
pub(super) fn matches(tags: &str, etag: &HeaderValue) -> bool {
    tags.split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag.as_bytes() == etag)
}
