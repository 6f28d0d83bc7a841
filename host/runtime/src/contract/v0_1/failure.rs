use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::sync::oneshot;
use wasmtime::{
    StoreContextMut,
    component::{FutureConsumer, Source},
};
use wheelhouse_core::{Failure, FailureClass, FieldError};

use super::imports::types as wit;
use crate::{schema::shorten, state::State};

/// The longest message of a plugin that is passed on, and the most fields.
const MESSAGE: usize = 2_000;
const FIELDS: usize = 64;

/// What a plugin says went wrong.
pub(super) fn from_guest(failure: wit::Failure) -> Failure {
    use wit::Failure as Wit;
    let (class, message) = match failure {
        Wit::Invalid(input) => {
            let mut failure = Failure::invalid(shorten(&input.message, MESSAGE));
            failure.fields = input
                .fields
                .into_iter()
                .take(FIELDS)
                .map(|field| FieldError {
                    field: shorten(&field.field, 200),
                    message: shorten(&field.message, MESSAGE),
                })
                .collect();
            return failure;
        }
        Wit::RateLimited(limit) => {
            let mut failure = Failure::new(FailureClass::RateLimited, shorten(&limit.message, MESSAGE));
            failure.retry_after = limit.retry_after.map(|seconds| Duration::from_secs(seconds.into()));
            return failure;
        }
        Wit::Denied(message) => (FailureClass::Denied, message),
        Wit::NotFound(message) => (FailureClass::NotFound, message),
        Wit::Conflict(message) => (FailureClass::Conflict, message),
        Wit::QuotaExceeded(message) => (FailureClass::Quota, message),
        Wit::Unavailable(message) => (FailureClass::Unavailable, message),
        Wit::Internal(message) => (FailureClass::Internal, message),
    };
    Failure::new(class, shorten(&message, MESSAGE))
}

/// What a plugin is told of the host's failure. What only the log may read stays here.
pub(super) fn to_guest(failure: Failure) -> wit::Failure {
    use FailureClass::*;
    match failure.class {
        Invalid | TooLarge => wit::Failure::Invalid(wit::InvalidInput {
            message: failure.message,
            fields: failure
                .fields
                .into_iter()
                .map(|field| wit::FieldError { field: field.field, message: field.message })
                .collect(),
        }),
        Unauthenticated | Denied => wit::Failure::Denied(failure.message),
        NotFound => wit::Failure::NotFound(failure.message),
        Conflict => wit::Failure::Conflict(failure.message),
        RateLimited => wit::Failure::RateLimited(wit::RateLimit {
            message: failure.message,
            retry_after: failure.retry_after.and_then(|wait| u32::try_from(wait.as_secs()).ok()),
        }),
        Quota => wit::Failure::QuotaExceeded(failure.message),
        Unavailable | Timeout | Truncated => wit::Failure::Unavailable(failure.message),
        Internal => wit::Failure::Internal(failure.message),
    }
}

/// Takes how a stream ended.
pub(super) struct EndItem(Option<oneshot::Sender<wheelhouse_core::Result<()>>>);

impl EndItem {
    pub(super) fn new(end: oneshot::Sender<wheelhouse_core::Result<()>>) -> Self {
        Self(Some(end))
    }
}

impl FutureConsumer<State> for EndItem {
    type Item = Result<(), wit::Failure>;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<'_, State>,
        mut source: Source<'_, Self::Item>,
        _: bool,
    ) -> Poll<wasmtime::Result<()>> {
        let mut end = None;
        source.read(&mut store, &mut end)?;
        if let (Some(end), Some(sender)) = (end, self.get_mut().0.take()) {
            // Nobody waits for the end of a stream that has been given up.
            let _ = sender.send(end.map_err(from_guest));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_survive_the_way_to_the_guest_and_back() {
        use FailureClass::*;
        for class in [Invalid, Denied, NotFound, Conflict, RateLimited, Quota, Unavailable, Internal] {
            let back = from_guest(to_guest(Failure::new(class, "why")));
            assert_eq!((back.class, back.message.as_str()), (class, "why"));
        }
    }

    #[test]
    fn what_only_the_log_may_read_does_not_reach_the_guest() {
        let back = from_guest(to_guest(Failure::internal("password=1")));
        assert!(!format!("{back:?}").contains("password"));
    }

    #[test]
    fn long_messages_are_cut() {
        assert!(from_guest(wit::Failure::Denied("x".repeat(100_000))).message.len() < MESSAGE + 10);
    }
}
