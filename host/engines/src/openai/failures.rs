//! Failures that the host finds, rather than the server tells.
//!
//! None is the caller's fault, so that a fallback chain goes on to its next member. What the server sent is in no message and no detail: it may
//! be what a user said.

use std::fmt::Display;

use wheelhouse_core::{Failure, FailureClass};

/// No answer, for no connection could be made or it broke before there was one.
pub(super) fn unreachable(error: &reqwest::Error, detail: &str) -> Failure {
    if error.is_timeout() {
        return Failure::timeout("The AI provider could not be reached in time.")
            .with_code("provider_unreachable")
            .with_detail(detail);
    }
    Failure::unavailable("The AI provider cannot be reached.")
        .with_code("provider_unreachable")
        .with_detail(detail)
}

/// The answer ended before its end.
pub(super) fn broken_off(detail: impl Display) -> Failure {
    Failure::new(FailureClass::Truncated, "The AI provider broke off in the middle of its answer.")
        .with_code("provider_broke_off")
        .with_detail(detail)
}

/// The answer is not in the protocol.
pub(super) fn unreadable(detail: impl Display) -> Failure {
    Failure::unavailable("The AI provider answered in a form that this server does not understand.")
        .with_code("provider_unreadable")
        .with_detail(detail)
}

/// The answer is larger than anything that makes sense.
pub(super) fn oversized(what: &str, max: usize) -> Failure {
    Failure::unavailable("The AI provider's answer is larger than this server takes.")
        .with_code("provider_oversized")
        .with_detail(format_args!("{what} of more than {max} bytes"))
}

/// A tool call that cannot be run.
pub(super) fn bad_tool_call(detail: impl Display) -> Failure {
    Failure::unavailable("The AI provider asked for a tool in a form that cannot be read.")
        .with_code("provider_bad_tool_call")
        .with_detail(detail)
}
