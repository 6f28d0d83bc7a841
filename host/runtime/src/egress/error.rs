//! Why a request to another server has no answer.

use std::{error::Error, fmt, time::Duration};

use wasmtime_wasi_http::Error as WasiError;
use wheelhouse_core::{Failure, FailureClass};

/// What the plugin, or its operator, can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request is none.
    Invalid,
    /// The host of the URL is not granted.
    Denied,
    /// An address behind the host's name is not public, and not granted.
    Prohibited,
    /// The plugin has as many requests under way as it may.
    Busy,
    /// The body of the request is longer than it may be.
    RequestTooLarge,
    /// The name has no address.
    Unknown,
    /// No address takes the connection.
    Refused,
    /// The connection did not come about in time.
    ConnectTimeout,
    /// The server's certificate, or its TLS, is not to be trusted.
    Tls,
    /// The server did not speak HTTP, or broke off.
    Broken,
    /// The server was silent for too long.
    Silent,
    /// The headers of the answer are more than they may be.
    HeadersTooLarge,
    /// The body of the answer is longer than it may be.
    ResponseTooLarge,
    /// The server sent the plugin elsewhere too often.
    Redirects,
}

/// A request that has no answer: a sentence for the plugin, and what only the log may read.
#[derive(Debug, Clone)]
pub(crate) struct EgressError {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
}

impl EgressError {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), detail: None }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// Adds what only the log may read.
    pub(crate) fn with_detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// What the HTTP client says, in these words. Errors of our own come back out of its hands as they went in.
    pub(crate) fn of(error: &(dyn Error + 'static), host: &str) -> Self {
        let mut kind = Kind::Broken;
        let mut cause = Some(error);
        let mut detail = Vec::new();
        while let Some(error) = cause {
            if let Some(own) = error.downcast_ref::<Self>() {
                return own.clone();
            }
            if let Some(io) = error.downcast_ref::<std::io::Error>()
                && let Some(own) = io.get_ref().and_then(|inner| inner.downcast_ref::<Self>())
            {
                return own.clone();
            }
            if error
                .downcast_ref::<hyper_util::client::legacy::Error>()
                .is_some_and(|error| error.is_connect())
            {
                // Connecting fails with errors of our own; what is left is the handshake.
                kind = Kind::Tls;
            }
            if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse_too_large) {
                kind = Kind::HeadersTooLarge;
            }
            detail.push(error.to_string());
            cause = error.source();
        }
        let message = match kind {
            Kind::Tls => format!("No secure connection to {host} came about."),
            Kind::HeadersTooLarge => headers_too_large(host),
            _ => format!("{host} broke off, or did not answer in HTTP."),
        };
        Self::new(kind, message).with_detail(detail.join(": "))
    }

    /// In the words of the contract.
    pub(crate) fn into_failure(self) -> Failure {
        let class = match self.kind {
            Kind::Invalid => FailureClass::Invalid,
            Kind::RequestTooLarge => FailureClass::TooLarge,
            Kind::Denied | Kind::Prohibited => FailureClass::Denied,
            Kind::Busy => FailureClass::RateLimited,
            _ => FailureClass::Unavailable,
        };
        let mut failure = Failure::new(class, self.message);
        failure.detail = self.detail;
        if self.kind == Kind::Busy {
            failure.retry_after = Some(Duration::from_secs(1));
        }
        failure
    }

    /// In the words of `wasi:http`, which has none for the sentence.
    pub(crate) fn to_wasi(&self) -> WasiError {
        match self.kind {
            Kind::Invalid => WasiError::HttpRequestUriInvalid,
            Kind::Denied => WasiError::HttpRequestDenied,
            Kind::Prohibited => WasiError::DestinationIpProhibited,
            Kind::Busy => WasiError::ConnectionLimitReached,
            Kind::RequestTooLarge => WasiError::HttpRequestBodySize(None),
            Kind::Unknown => WasiError::DnsError { rcode: None, info_code: None },
            Kind::Refused => WasiError::ConnectionRefused,
            Kind::ConnectTimeout => WasiError::ConnectionTimeout,
            Kind::Tls => WasiError::TlsProtocolError,
            Kind::Broken => WasiError::HttpResponseIncomplete,
            Kind::Silent => WasiError::ConnectionReadTimeout,
            Kind::HeadersTooLarge => WasiError::HttpResponseHeaderSectionSize(None),
            Kind::ResponseTooLarge => WasiError::HttpResponseBodySize(None),
            Kind::Redirects => WasiError::LoopDetected,
        }
    }
}

pub(super) fn headers_too_large(host: &str) -> String {
    format!("{host} answered with more headers than the limit http_header_bytes allows.")
}

impl fmt::Display for EgressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for EgressError {}
