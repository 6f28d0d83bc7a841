//! Headers: which are the host's, and how many there may be.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::error::{EgressError, Kind, headers_too_large};

/// The most headers of one request or answer, to and from other servers as well as of a route's answer.
pub(crate) const HEADERS: usize = 128;

/// Who is asking, to servers that want to know.
const USER_AGENT: &str = concat!("wheelhouse/", env!("CARGO_PKG_VERSION"));

/// Whether a header is about the connection or the body's framing, or says whom the request is for: those are the host's.
pub(crate) fn is_hosts_own(name: &HeaderName) -> bool {
    *name == header::CONTENT_LENGTH || is_of_connection(name)
}

/// As [`is_hosts_own`], without `Content-Length`: `wasi:http` lets a guest say it, and holds the body against it.
pub(crate) fn is_of_connection(name: &HeaderName) -> bool {
    const OTHERS: [&str; 3] = ["keep-alive", "proxy-connection", "http2-settings"];
    [
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
    ]
    .contains(name)
        || OTHERS.contains(&name.as_str())
}

/// Reads a plugin's headers, and says who is asking where the plugin does not.
///
/// # Errors
/// `Invalid`, with the header at fault.
pub(super) fn read(headers: Vec<(String, String)>, limit: u32) -> Result<HeaderMap, EgressError> {
    let mut read = HeaderMap::new();
    if headers.len() > HEADERS {
        return Err(EgressError::invalid(format!(
            "A request has at most {HEADERS} headers; this one has {}.",
            headers.len()
        )));
    }
    for (name, value) in headers {
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            EgressError::invalid(format!("`{}` is no name for a header.", name.escape_debug()))
        })?;
        if is_hosts_own(&known) {
            return Err(EgressError::invalid(format!(
                "The header `{known}` is the host's to set: leave it out."
            )));
        }
        let value = HeaderValue::from_str(&value).map_err(|_| {
            EgressError::invalid(format!(
                "The value of the header `{known}` has characters that none may have."
            ))
        })?;
        read.append(known, value);
    }
    check_request(&read, limit)?;
    read.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    Ok(read)
}

/// # Errors
/// `Invalid` when a request has more than it may.
pub(super) fn check_request(headers: &HeaderMap, limit: u32) -> Result<(), EgressError> {
    if size(headers) > u64::from(limit) {
        return Err(EgressError::invalid(format!(
            "The headers of a request have at most {limit} bytes together, as the limit http_header_bytes says."
        )));
    }
    Ok(())
}

/// # Errors
/// `HeadersTooLarge` when an answer has more than it may. The HTTP client has refused most of that before: this is for what it
/// packs, such as HTTP/2's.
pub(super) fn check_response(headers: &HeaderMap, limit: u32, host: &str) -> Result<(), EgressError> {
    if size(headers) > u64::from(limit) || headers.len() > HEADERS {
        return Err(EgressError::new(Kind::HeadersTooLarge, headers_too_large(host)));
    }
    Ok(())
}

/// Bytes of all names and values.
pub(super) fn size(headers: &HeaderMap) -> u64 {
    headers.iter().map(|(name, value)| (name.as_str().len() + value.len()) as u64).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read_one(name: &str, value: &str) -> Result<HeaderMap, EgressError> {
        read(vec![(name.to_owned(), value.to_owned())], 1_000)
    }

    #[test]
    fn headers_of_the_host_are_refused_by_name() {
        for name in [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "connection",
            "Keep-Alive",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "proxy-connection",
            "proxy-authorization",
            "http2-settings",
        ] {
            let error = read_one(name, "x").unwrap_err();
            assert_eq!(error.kind, Kind::Invalid);
            assert!(error.message.contains(&format!("`{}`", name.to_lowercase())), "{error}");
        }
    }

    #[test]
    fn header_that_would_begin_another_is_refused() {
        assert!(read_one("x-a", "1\r\nhost: evil.test").unwrap_err().message.contains("`x-a`"));
        assert!(read_one("x-a: 1\r\nhost", "evil.test").is_err());
        assert!(read_one("", "x").is_err());
        assert!(read_one(" host", "evil.test").is_err());
    }

    #[test]
    fn headers_are_bounded_in_number_and_size() {
        let many = (0..200).map(|index| (format!("x-{index}"), String::new())).collect();
        assert!(read(many, 1 << 20).unwrap_err().message.contains("at most 128"));
        assert!(read_one("x-a", &"x".repeat(2_000)).unwrap_err().message.contains("http_header_bytes"));
    }

    #[test]
    fn plugin_may_say_who_is_asking_and_else_the_host_does() {
        assert_eq!(read_one("user-agent", "trip/1").unwrap()[header::USER_AGENT], "trip/1");
        assert_eq!(read_one("x-a", "1").unwrap()[header::USER_AGENT], USER_AGENT);
    }
}
