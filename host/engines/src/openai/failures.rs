//! Failures of the AI provider that the host finds. See [`failures`].

use std::fmt::Display;

use wheelhouse_core::Failure;

use super::NOUN;
use crate::failures;

/// The answer ended before its end.
pub(super) fn broken_off(detail: impl Display) -> Failure {
    failures::broken_off(NOUN, detail)
}

/// The answer is not in the protocol.
pub(super) fn unreadable(detail: impl Display) -> Failure {
    failures::unreadable(NOUN, detail)
}

/// The answer is larger than anything that makes sense.
pub(super) fn oversized(what: &str, max: usize) -> Failure {
    failures::oversized(NOUN, what, max)
}

/// A tool call that cannot be run.
pub(super) fn bad_tool_call(detail: impl Display) -> Failure {
    Failure::unavailable(format!("{NOUN} asked for a tool in a form that cannot be read."))
        .with_code("provider_bad_tool_call")
        .with_detail(detail)
}
