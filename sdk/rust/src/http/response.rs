use serde::{Serialize, de::DeserializeOwned};

use super::{find, wit};
use crate::Failure;

/// What a server answered, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Response {
    /// An answer without headers and body: for tests.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into().to_ascii_lowercase(), value.into()));
        self
    }

    /// The same with these bytes for a body.
    #[must_use]
    pub fn body(mut self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// The same with a value as JSON for a body.
    ///
    /// # Panics
    /// When the value cannot be written as JSON.
    #[must_use]
    pub fn json_body(self, value: &impl Serialize) -> Self {
        self.body("application/json", serde_json::to_vec(value).expect("a value that can be JSON"))
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The response, if its status is one of success.
    ///
    /// # Errors
    /// `NotFound` for 404 and 410, `RateLimited` for 429, `Unavailable` for all others: that the plugin's own access is refused, or its
    /// request not understood, is no fault of whoever called it.
    pub fn success(self) -> Result<Self, Failure> {
        match self.status {
            200..300 => Ok(self),
            404 | 410 => Err(Failure::not_found("The server has nothing there.")),
            429 => {
                let wait = self.find_header("retry-after").and_then(|seconds| seconds.parse().ok());
                Err(Failure::rate_limited("The server has been asked too often for now.", wait))
            }
            status => Err(Failure::unavailable(format!("The server answered with the status {status}."))),
        }
    }

    /// The first header of this name, without regard to case.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// All headers, their names in lower case, in the order of the server.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    ///
    /// # Errors
    /// `Unavailable` when it is not UTF-8.
    pub fn text(&self) -> Result<&str, Failure> {
        std::str::from_utf8(&self.body).map_err(|_| Failure::unavailable("The server's answer is no text."))
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// `Unavailable` when it is not JSON of this form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Failure::unavailable("The server's answer is not in the form that was expected."))
    }

    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(super) fn from_wit(response: wit::Response) -> Self {
        let headers = response.headers.into_iter().map(|header| (header.name, header.value)).collect();
        Self { status: response.status, headers, body: response.body }
    }
}
