//! Connections that wait for the next text.
//!
//! A new one takes several ways there and back and reads all of the machine's certificates, and the first
//! sound waits for all that. So one whose answer came to its end in order waits a while for the next text.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use wheelhouse_core::{Result, clock::Clock};

use super::{EdgeConfig, connection::Connection, failures::of_opening, relay::Way};
use crate::{failures, watch::Watch};

/// Shorter than what servers and whatever is on the way to them allow.
const KEPT_FOR: Duration = Duration::from_secs(20);

/// The way to the service.
pub(super) struct Connections {
    /// Whose they are, at the beginning of a sentence.
    noun: String,
    way: Arc<Way>,
    limit: Duration,
    clock: Arc<dyn Clock>,
    /// With the time from which each has waited, the newest at the end.
    kept: Mutex<Vec<(Timestamp, Connection)>>,
}

impl Connections {
    pub(super) fn new(noun: String, config: &EdgeConfig, way: Arc<Way>, clock: Arc<dyn Clock>) -> Self {
        let limit = Duration::from_millis(config.connect_timeout_ms);
        Self { noun, way, limit, clock, kept: Mutex::default() }
    }

    pub(super) fn noun(&self) -> &str {
        &self.noun
    }

    /// One that has waited, or else a new one.
    pub(super) async fn get(&self, watch: &Watch) -> Result<Connection> {
        let kept = {
            let mut kept = self.lock();
            self.forget(&mut kept);
            kept.pop()
        };
        match kept {
            Some((_, connection)) => Ok(connection),
            None => self.open(watch).await,
        }
    }

    /// A new one.
    ///
    /// # Errors
    /// As [`of_opening`] has it; `Timeout`.
    pub(super) async fn open(&self, watch: &Watch) -> Result<Connection> {
        let opening = async {
            let relay = self.way.open().await.map_err(|error| failures::unreachable(&self.noun, error))?;
            let opened = Connection::open(relay).await;
            opened.map_err(|error| of_opening(&self.noun, error, self.clock.now()))
        };
        let late = || {
            let limit = self.limit.as_millis();
            failures::unreachable_in_time(&self.noun, format_args!("no connection in {limit} ms"))
        };
        watch.wait_or(self.limit, opening, late).await?
    }

    /// Keeps one whose answer came to its end in order.
    pub(super) fn keep(self: &Arc<Self>, connection: Connection) {
        self.lock().push((self.clock.now(), connection));
        let this = Arc::downgrade(self);
        // Nobody may come any more.
        tokio::spawn(async move {
            tokio::time::sleep(KEPT_FOR).await;
            if let Some(this) = this.upgrade() {
                this.forget(&mut this.lock());
            }
        });
    }

    fn forget(&self, kept: &mut Vec<(Timestamp, Connection)>) {
        let now = self.clock.now();
        kept.retain(|(since, _)| now.duration_since(*since).unsigned_abs() < KEPT_FOR);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Timestamp, Connection)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
