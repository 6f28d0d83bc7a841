//! How long anybody waits for a server or a program.

use std::{borrow::Cow, time::Duration};

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use wheelhouse_core::{CallContext, Failure, Result};

/// A call's deadline and cancellation, for as long as its answer streams.
pub(crate) struct Watch {
    /// Who is waited for, at the beginning of a sentence.
    noun: Cow<'static, str>,
    deadline: Option<Instant>,
    cancellation: CancellationToken,
}

impl Watch {
    pub(crate) fn of(ctx: &CallContext, noun: impl Into<Cow<'static, str>>) -> Self {
        let (deadline, cancellation) = (Some(ctx.deadline), ctx.cancellation.clone());
        Self { noun: noun.into(), deadline, cancellation }
    }

    /// The same without the deadline, which is for the beginning of speech alone.
    pub(crate) fn without_deadline(self) -> Self {
        Self { deadline: None, ..self }
    }

    /// Waits for at most `limit`, and never past the call's deadline or cancellation.
    ///
    /// # Errors
    /// `Timeout`.
    pub(crate) async fn wait<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Result<T> {
        let silent = || {
            Failure::timeout(format!("{} fell silent.", self.noun))
                .with_code("provider_silent")
                .with_detail(format_args!("nothing for {} ms", limit.as_millis()))
        };
        self.wait_or(limit, future, silent).await
    }

    /// The same, where it is no silence that lasts too long.
    ///
    /// # Errors
    /// `Timeout`; `late` when `limit` is over.
    pub(crate) async fn wait_or<T>(
        &self,
        limit: Duration,
        future: impl Future<Output = T>,
        late: impl FnOnce() -> Failure,
    ) -> Result<T> {
        let limited_until = Instant::now() + limit;
        let deadline = self.deadline.filter(|deadline| *deadline <= limited_until);
        tokio::select! {
            biased;
            () = self.cancellation.cancelled() => Err(given_up()),
            waited = timeout_at(deadline.unwrap_or(limited_until), future) => waited.map_err(|_| {
                if deadline.is_some() {
                    Failure::timeout(format!("{} did not answer in the time that there was.", self.noun))
                        .with_code("deadline_exceeded")
                } else {
                    late()
                }
            }),
        }
    }
}

/// Nobody waits for the answer any more.
pub(crate) fn given_up() -> Failure {
    Failure::timeout("The call was given up before there was an answer.").with_code("cancelled")
}
