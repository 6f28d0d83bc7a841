//! What can be wrong with the service. None of it is the caller's fault, and none says what the service was
//! sent.

use std::{fmt::Display, time::Duration};

use msedge_tts::error::{Error, HttpProxyError, ProxyError};
use msedge_tungstenite::{self as tungstenite, http::HeaderMap};
use wheelhouse_core::{Failure, FailureClass};

use super::connection::Broken;

/// More texts at once than the engine may speak.
pub(super) fn busy(engine: &str) -> Failure {
    Failure::unavailable(format!(
        "The speech engine `{engine}` speaks for as many at once as it may; try again shortly."
    ))
    .with_code("busy")
    .with_retry_after(Duration::from_secs(1))
}

/// No connection could be made.
pub(super) fn unreachable(engine: &str, detail: impl Display) -> Failure {
    Failure::unavailable(format!("The speech engine `{engine}` cannot reach its service."))
        .with_code("engine_unreachable")
        .with_detail(detail)
}

/// The service does not take part, which heals when the crate or the service changes.
fn refused(engine: &str, detail: impl Display) -> Failure {
    Failure::unavailable(format!("The service of the speech engine `{engine}` refuses this server."))
        .with_code("engine_refused")
        .with_detail(detail)
}

/// Why a connection was not opened.
pub(super) fn of_opening(engine: &str, error: Error) -> Failure {
    match error {
        Error::TungsteniteError(tungstenite::Error::Http(answer)) => {
            let (status, detail) = (answer.status().as_u16(), format!("HTTP {}", answer.status().as_u16()));
            match status {
                429 => limited(engine, retry_after(answer.headers())).with_detail(detail),
                500.. => Failure::unavailable(format!(
                    "The service of the speech engine `{engine}` does not work for now."
                ))
                .with_code("engine_unavailable")
                .with_detail(detail),
                _ => refused(engine, detail),
            }
        }
        Error::TungsteniteError(
            error @ (tungstenite::Error::Protocol(_) | tungstenite::Error::HttpFormat(_)),
        ) => refused(engine, error),
        Error::ProxyError(ProxyError::HttpProxyError(HttpProxyError::BadResponse(status, reason))) => {
            unreachable(engine, format_args!("{status} {reason}"))
        }
        error => unreachable(engine, error),
    }
}

fn limited(engine: &str, wait: Option<Duration>) -> Failure {
    let message = format!("The service of the speech engine `{engine}` has had too many requests for now.");
    let failure = Failure::new(FailureClass::RateLimited, message).with_code("engine_rate_limited");
    match wait {
        Some(wait) => failure.with_retry_after(wait),
        None => failure,
    }
}

/// In seconds; the service gives no dates.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get("retry-after")?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The answer is not whole. `heard` says whether anybody has heard some of it.
pub(super) fn broken(engine: &str, broken: Broken, heard: bool) -> Failure {
    match broken {
        Broken::Closed => incomplete(engine, "the connection was closed", heard),
        Broken::Failed(detail) => incomplete(engine, detail, heard),
        Broken::Unreadable => {
            let class = if heard { FailureClass::Truncated } else { FailureClass::Unavailable };
            Failure::new(
                class,
                format!("The speech engine `{engine}` does not understand what its service answers."),
            )
            .with_code("engine_unreadable")
        }
    }
}

/// The service has come to an end that is none.
pub(super) fn incomplete(engine: &str, detail: impl Display, heard: bool) -> Failure {
    let failure = if heard {
        Failure::new(FailureClass::Truncated, format!("The speech engine `{engine}` broke off."))
            .with_code("engine_broke_off")
    } else {
        Failure::unavailable(format!("The speech engine `{engine}` gave no audio."))
            .with_code("engine_no_audio")
    };
    failure.with_detail(detail)
}
