//! How many utterances an engine speaks at once.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout_at,
};
use wheelhouse_core::{CallContext, Failure, Result};

use crate::{failures, watch::given_up};

pub(crate) struct Places(Arc<Semaphore>);

impl Places {
    pub(crate) fn new(count: u32) -> Self {
        Self(Arc::new(Semaphore::new(count as usize)))
    }

    /// Waits for a place, which is free again once what comes back is dropped. `noun` says whose it is.
    ///
    /// # Errors
    /// `Unavailable` when there is none before the call's deadline, `Timeout` when it is given up.
    pub(crate) async fn take(&self, ctx: &CallContext, noun: &str) -> Result<OwnedSemaphorePermit> {
        let waited = tokio::select! {
            biased;
            () = ctx.cancellation.cancelled() => return Err(given_up()),
            waited = timeout_at(ctx.deadline, self.0.clone().acquire_owned()) => waited,
        };
        waited.map_err(|_| failures::busy(noun))?.map_err(Failure::internal)
    }
}
