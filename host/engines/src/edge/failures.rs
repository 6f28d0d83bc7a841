//! What the crate's errors mean. None says what the service was sent.

use std::fmt::Display;

use jiff::Timestamp;
use msedge_tts::error::{Error, HttpProxyError, ProxyError};
use msedge_tungstenite as tungstenite;
use wheelhouse_core::{Failure, FailureClass};

use super::connection::Broken;
use crate::{
    failures::{
        broken_off, denied, no_audio, out_of_order, out_of_time, rate_limited, rejected, unreachable,
        unreadable,
    },
    http::complaint::retry_after,
};

/// Why a connection was not opened.
pub(super) fn of_opening(noun: &str, error: Error, now: Timestamp) -> Failure {
    match error {
        Error::TungsteniteError(tungstenite::Error::Http(answer)) => {
            let status = answer.status().as_u16();
            let detail = format_args!("HTTP {status}");
            let mut failure = match status {
                429 => rate_limited(noun).with_detail(detail),
                408 | 504 => out_of_time(noun).with_detail(detail),
                // There is no key: it heals when the crate or the service changes.
                401 | 403 => denied(noun).with_detail(detail),
                400..500 => rejected(noun).with_detail(detail),
                500.. => out_of_order(noun).with_detail(detail),
                _ => unreadable(noun, detail),
            };
            if matches!(failure.class, FailureClass::RateLimited | FailureClass::Unavailable) {
                failure.retry_after = retry_after(answer.headers(), now);
            }
            failure
        }
        Error::TungsteniteError(
            error @ (tungstenite::Error::Protocol(_) | tungstenite::Error::HttpFormat(_)),
        ) => unreadable(noun, error),
        Error::ProxyError(ProxyError::HttpProxyError(HttpProxyError::BadResponse(status, reason))) => {
            unreachable(noun, format_args!("{status} {reason}"))
        }
        error => unreachable(noun, error),
    }
}

/// The answer is not whole. `heard` says whether anybody has heard some of it.
pub(super) fn broken(noun: &str, broken: Broken, heard: bool) -> Failure {
    match broken {
        Broken::Closed => incomplete(noun, "the connection was closed", heard),
        Broken::Failed(detail) => incomplete(noun, detail, heard),
        Broken::Unreadable => unreadable(noun, "what the crate does not know"),
    }
}

/// The service has come to an end that is none.
pub(super) fn incomplete(noun: &str, detail: impl Display, heard: bool) -> Failure {
    if heard { broken_off(noun, detail) } else { no_audio(noun, detail) }
}
