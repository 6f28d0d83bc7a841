//! How long anybody waits for the service.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use wheelhouse_core::{CallContext, Failure, Result};

/// A call's deadline, as long as nothing has been heard, and its cancellation.
pub(super) struct Patience {
    engine: Arc<str>,
    deadline: Option<Instant>,
    cancellation: CancellationToken,
}

impl Patience {
    pub(super) fn of(ctx: &CallContext, engine: Arc<str>) -> Self {
        Self { engine, deadline: Some(ctx.deadline), cancellation: ctx.cancellation.clone() }
    }

    /// The deadline is for whoever waits for the first byte.
    pub(super) fn begun(&mut self) {
        self.deadline = None;
    }

    /// Waits for at most `limit`.
    ///
    /// # Errors
    /// `Timeout`.
    pub(super) async fn wait<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Result<T> {
        let silent_until = Instant::now() + limit;
        let until = self.deadline.map_or(silent_until, |deadline| deadline.min(silent_until));
        tokio::select! {
            biased;
            () = self.cancellation.cancelled() => Err(self.given_up("was given up on", "cancelled")),
            waited = timeout_at(until, future) => waited.map_err(|_| {
                if until < silent_until {
                    return self.given_up("did not begin in the time that there was", "deadline_exceeded");
                }
                let failure = self.given_up("fell silent", "engine_silent");
                failure.with_detail(format_args!("nothing for {} ms", limit.as_millis()))
            }),
        }
    }

    fn given_up(&self, what: &str, code: &'static str) -> Failure {
        Failure::timeout(format!("The speech engine `{}` {what}.", self.engine)).with_code(code)
    }
}
