//! Failures that the host finds, rather than the server tells. `noun` says who the server is at the beginning of a sentence.
//!
//! None is the caller's fault, so that a fallback chain goes on to its next member. What the server sent is in no message and no detail: it may
//! be what a user said.

use std::fmt::Display;

use wheelhouse_core::{Failure, FailureClass};

/// No answer, for no connection could be made or it broke before there was one.
pub(crate) fn unreachable(noun: &str, error: &reqwest::Error, detail: &str) -> Failure {
    if error.is_timeout() {
        return Failure::timeout(format!("{noun} could not be reached in time."))
            .with_code("provider_unreachable")
            .with_detail(detail);
    }
    Failure::unavailable(format!("{noun} cannot be reached."))
        .with_code("provider_unreachable")
        .with_detail(detail)
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
