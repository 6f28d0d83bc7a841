//! Failures that the host finds with whoever does the work, be it a server or a program. `noun` says who that
//! is at the beginning of a sentence.
//!
//! None is the caller's fault, so that a fallback chain goes on to its next member. What was sent and answered
//! is in no message and no detail: it may be what a user said.

use std::{fmt::Display, time::Duration};

use wheelhouse_core::{Failure, FailureClass, failure::BUSY};

/// What a speech engine is called.
pub(crate) fn engine(id: &str) -> String {
    format!("The speech engine `{id}`")
}

/// More at once than it may.
pub(crate) fn busy(noun: &str) -> Failure {
    Failure::unavailable(format!("{noun} speaks for as many at once as it may; try again shortly."))
        .with_code(BUSY)
        .with_retry_after(Duration::from_secs(1))
}

/// No answer, for no connection could be made or it broke before there was one.
pub(crate) fn unreachable(noun: &str, detail: impl Display) -> Failure {
    Failure::unavailable(format!("{noun} cannot be reached."))
        .with_code("provider_unreachable")
        .with_detail(detail)
}

/// No connection was made in the time that it may take.
pub(crate) fn unreachable_in_time(noun: &str, detail: impl Display) -> Failure {
    Failure::timeout(format!("{noun} could not be reached in time."))
        .with_code("provider_unreachable")
        .with_detail(detail)
}

/// It knows the host and wants nothing of it.
pub(crate) fn denied(noun: &str) -> Failure {
    Failure::unavailable(format!("{noun} does not let this server in.")).with_code("provider_denied")
}

/// Too many calls for now.
pub(crate) fn rate_limited(noun: &str) -> Failure {
    Failure::new(FailureClass::RateLimited, format!("{noun} takes no more calls for now."))
        .with_code("provider_rate_limited")
}

/// It does not take what the host sends.
pub(crate) fn rejected(noun: &str) -> Failure {
    Failure::unavailable(format!("{noun} did not understand this server's request."))
        .with_code("provider_rejected")
}

/// It says itself that it does not work.
pub(crate) fn out_of_order(noun: &str) -> Failure {
    Failure::unavailable(format!("{noun} does not work for now.")).with_code("provider_unavailable")
}

/// It says itself that it takes too long, or has had all of its time.
pub(crate) fn out_of_time(noun: &str) -> Failure {
    Failure::timeout(format!("{noun} did not answer in time.")).with_code("provider_timeout")
}

/// The answer ended before its end.
pub(crate) fn broken_off(noun: &str, detail: impl Display) -> Failure {
    Failure::new(FailureClass::Truncated, format!("{noun} broke off in the middle of its answer."))
        .with_code("provider_broke_off")
        .with_detail(detail)
}

/// The answer is not in the protocol.
pub(crate) fn unreadable(noun: &str, detail: impl Display) -> Failure {
    Failure::unavailable(format!("{noun} answered in a form that this server does not understand."))
        .with_code("provider_unreadable")
        .with_detail(detail)
}

/// The answer is larger than anything that makes sense.
pub(crate) fn oversized(noun: &str, what: &str, max: usize) -> Failure {
    Failure::unavailable(format!("{noun} gave an answer that is larger than this server takes."))
        .with_code("provider_oversized")
        .with_detail(format_args!("{what} of more than {max} bytes"))
}

/// An answer without audio, or none of it.
pub(crate) fn no_audio(noun: &str, detail: impl Display) -> Failure {
    Failure::unavailable(format!("{noun} gave no audio.")).with_code("provider_no_audio").with_detail(detail)
}

/// What a failure is after something has been heard already: an answer that is not whole, unless it is only
/// late.
pub(crate) fn midway(mut failure: Failure) -> Failure {
    if failure.class != FailureClass::Timeout {
        failure.class = FailureClass::Truncated;
    }
    failure
}
