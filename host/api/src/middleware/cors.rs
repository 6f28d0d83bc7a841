//! Which pages may call from a browser.

use std::time::Duration;

use salvo::{
    Handler,
    cors::{AllowHeaders, AllowOrigin, Cors},
    http::{HeaderValue, Method},
};

use crate::config::ApiConfig;

/// What pages may read beside the body.
const EXPOSED: &[&str] = &[
    "Content-Range",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
    "X-Audio-Id",
    "X-Cache-Hit",
    "X-Engine",
    "X-Fallback-Used",
    "X-Request-ID",
    "X-Voice",
];

/// Stands outside of everything else, so that errors are readable too.
pub(crate) fn cors(config: &ApiConfig) -> impl Handler {
    Cors::new()
        .allow_origin(allow_origin(config))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED.to_vec())
        .max_age(Duration::from_secs(3_600))
        .into_handler()
}

fn allow_origin(config: &ApiConfig) -> AllowOrigin {
    if config.cors_origins.iter().any(|origin| origin == "*") {
        return AllowOrigin::any();
    }
    let (origins, localhost) = (config.cors_origins.clone(), config.cors_localhost);
    AllowOrigin::dynamic(move |origin, _, _| {
        let origin = origin?;
        let text = origin.to_str().ok()?;
        let allowed = origins.iter().any(|allowed| allowed == text) || (localhost && is_localhost(text));
        allowed.then(|| HeaderValue::clone(origin))
    })
}

fn is_localhost(origin: &str) -> bool {
    let Some(host) = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) else {
        return false;
    };
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| {
        host.strip_prefix(local).is_some_and(|rest| {
            rest.is_empty()
                || rest
                    .strip_prefix(':')
                    .is_some_and(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_machine_is_localhost() {
        for yes in
            ["http://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://[::1]:5173"]
        {
            assert!(is_localhost(yes), "{yes}");
        }
        for no in [
            "http://localhost.example.com",
            "http://localhost:80.example.com",
            "http://127.0.0.10",
            "http://example.com",
            "null",
            "file://localhost",
            "http://localhost:",
        ] {
            assert!(!is_localhost(no), "{no}");
        }
    }
}
