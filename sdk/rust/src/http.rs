//! Requests to servers outside the host.
//!
//! The plugin asks for the hosts that it talks to with [`Plugin::needs_http`](crate::Plugin::needs_http), and the operator grants them. The
//! host sends the request, follows redirects inside of what is granted, and hands back the whole answer.
//!
//! ```
//! # use wheelhouse_sdk::{Failure, http, testing};
//! # use serde::Deserialize;
//! #[derive(Deserialize)]
//! struct Forecast { high: f64 }
//!
//! # testing::answer_http(|_| Ok(http::Response::new(200).json_body(&serde_json::json!({"high": 21.5}))));
//! let forecast: Forecast = http::get("https://api.example.com/forecast")
//!     .query("place", "Moab, UT")
//!     .bearer("token")
//!     .send()?
//!     .success()?
//!     .json()?;
//! assert_eq!(forecast.high, 21.5);
//! # Ok::<(), Failure>(())
//! ```

#[cfg(not(target_arch = "wasm32"))]
mod fake;
mod response;

use std::{fmt::Write, time::Duration};

use serde::Serialize;

use crate::{Failure, bindings::imports::wheelhouse::plugin::http as wit};

#[cfg(target_arch = "wasm32")]
fn send(request: &Request) -> Result<Response, Failure> {
    wit::send(&request.to_wit()).map(Response::from_wit)
}

#[cfg(not(target_arch = "wasm32"))]
use fake::send;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use fake::answer;
pub use response::Response;

/// A request that is being put together.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    timeout: Option<Duration>,
    /// What went wrong while it was put together.
    problem: Option<Failure>,
}

/// A `GET` of this URL.
pub fn get(url: impl Into<String>) -> Request {
    Request::new("GET", url)
}

/// A `POST` to this URL.
pub fn post(url: impl Into<String>) -> Request {
    Request::new("POST", url)
}

/// A `PUT` to this URL.
pub fn put(url: impl Into<String>) -> Request {
    Request::new("PUT", url)
}

/// A `PATCH` of this URL.
pub fn patch(url: impl Into<String>) -> Request {
    Request::new("PATCH", url)
}

/// A `DELETE` of this URL.
pub fn delete(url: impl Into<String>) -> Request {
    Request::new("DELETE", url)
}

impl Request {
    /// Any method, in capitals, and a URL of `https` or `http`.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            timeout: None,
            problem: None,
        }
    }

    /// Adds a parameter to the URL's query, encoded as it has to be.
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        encode(&mut self.url, name);
        self.url.push('=');
        encode(&mut self.url, value.as_ref());
        self
    }

    /// Adds a header. `Host`, `Content-Length` and headers of the connection are the host's, and refused when the request is sent.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `Authorization: Bearer …`.
    pub fn bearer(self, token: impl AsRef<str>) -> Self {
        self.header("authorization", format!("Bearer {}", token.as_ref()))
    }

    /// Sends these bytes.
    pub fn body(mut self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", content_type)
    }

    /// Sends a value as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body("application/json", body),
            Err(_) => {
                self.problem = Some(Failure::internal("The body of a request could not be written as JSON."));
                self
            }
        }
    }

    /// Ends the request after this long: without it, and at the latest, when the running call ends.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends the request and waits for the whole answer. What the server answers is a response, whatever its status.
    ///
    /// # Errors
    /// `Denied` when the host is not granted, `Invalid` when the request is none, `Unavailable` when the server cannot be reached or does not
    /// answer whole, `RateLimited` when the plugin has as many requests under way as it may.
    pub fn send(self) -> Result<Response, Failure> {
        match self.problem {
            Some(problem) => Err(problem),
            None => send(&self),
        }
    }

    /// In capitals.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The URL, its query included.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The first header of this name, without regard to case.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body; empty when there is none.
    pub fn bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    fn to_wit(&self) -> wit::Request {
        let header =
            |(name, value): &(String, String)| wit::Header { name: name.clone(), value: value.clone() };
        wit::Request {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: self.headers.iter().map(header).collect(),
            body: self.body.clone(),
            timeout: self.timeout.map(|timeout| u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX)),
        }
    }
}

fn find<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Everything but letters, digits and what never needs it.
fn encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;
    use crate::testing;

    #[test]
    fn a_request_reaches_the_server_as_it_was_put_together() {
        testing::answer_http(|request| {
            assert_eq!(request.method(), "POST");
            assert_eq!(request.url(), "https://a.test/x?y=1&place=Moab%2C%20UT&emoji=%F0%9F%9A%90");
            assert_eq!(request.find_header("Content-Type"), Some("application/json"));
            assert_eq!(request.find_header("authorization"), Some("Bearer t"));
            Ok(Response::new(201).header("X-Id", "7").json_body(&json!({ "got": request.bytes().len() })))
        });
        let request =
            post("https://a.test/x?y=1").query("place", "Moab, UT").query("emoji", "🚐").bearer("t");
        let response = request.json(&json!({"a": 1})).send().unwrap();
        assert_eq!((response.status(), response.find_header("x-id")), (201, Some("7")));
        assert_eq!(response.json::<Value>().unwrap(), json!({"got": 7}));
    }

    #[test]
    fn a_status_that_is_no_success_becomes_a_failure_when_asked() {
        testing::answer_http(|request| Ok(Response::new(request.url()[15..].parse().unwrap())));
        let answer = |status: u16| get(format!("https://a.test/{status}")).send().unwrap().success();
        assert!(answer(204).is_ok());
        assert!(matches!(answer(404), Err(Failure::NotFound(_))));
        assert!(matches!(answer(429), Err(Failure::RateLimited(_))));
        assert!(matches!(answer(503), Err(Failure::Unavailable(_))));
        assert!(matches!(answer(401), Err(Failure::Unavailable(_))));
    }

    #[test]
    fn without_an_answer_a_request_is_denied_as_without_a_grant() {
        assert!(matches!(get("https://a.test/").send(), Err(Failure::Denied(_))));
    }

    #[test]
    fn what_a_host_refuses_is_refused_in_tests_too() {
        testing::answer_http(|_| Ok(Response::new(200)));
        for request in
            [get("a.test"), get("https://a.test/").header("Host", "b.test"), get("https://u:p@a.test/")]
        {
            assert!(matches!(request.send(), Err(Failure::Invalid(_))));
        }
    }
}
