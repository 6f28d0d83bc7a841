//! How long anybody waits for a server.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use wheelhouse_core::{CallContext, Failure, Result};

/// A call's deadline and cancellation, for as long as its answer streams.
pub(super) struct Watch {
    deadline: Instant,
    cancellation: CancellationToken,
}

impl Watch {
    pub(super) fn of(ctx: &CallContext) -> Self {
        Self { deadline: ctx.deadline, cancellation: ctx.cancellation.clone() }
    }

    /// Waits for at most `limit`, and never past the call's deadline or cancellation.
    ///
    /// # Errors
    /// `Timeout`.
    pub(super) async fn wait<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Result<T> {
        let silent_until = Instant::now() + limit;
        tokio::select! {
            biased;
            () = self.cancellation.cancelled() => {
                Err(Failure::timeout("The call was given up before the AI provider had answered.")
                    .with_code("cancelled"))
            }
            waited = timeout_at(silent_until.min(self.deadline), future) => waited.map_err(|_| {
                if self.deadline <= silent_until {
                    Failure::timeout("The AI provider did not answer in the time that there was.")
                        .with_code("deadline_exceeded")
                } else {
                    Failure::timeout("The AI provider fell silent.")
                        .with_code("provider_silent")
                        .with_detail(format_args!("nothing for {} ms", limit.as_millis()))
                }
            }),
        }
    }
}
