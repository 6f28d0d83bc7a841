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

use super::{EdgeConfig, connection::Connection, failures, patience::Patience, relay::Way};

/// Shorter than what servers and whatever is on the way to them allow.
const KEPT_FOR: Duration = Duration::from_secs(20);

/// The way to the service.
pub(super) struct Connections {
    pub(super) engine: Arc<str>,
    way: Arc<Way>,
    limit: Duration,
    clock: Arc<dyn Clock>,
    /// With the time from which each has waited, the newest at the end.
    kept: Mutex<Vec<(Timestamp, Connection)>>,
}

impl Connections {
    pub(super) fn new(engine: Arc<str>, config: &EdgeConfig, way: Arc<Way>, clock: Arc<dyn Clock>) -> Self {
        let limit = Duration::from_millis(config.connect_timeout_ms);
        Self { engine, way, limit, clock, kept: Mutex::default() }
    }

    /// One that has waited, or else a new one.
    pub(super) async fn get(&self, patience: &Patience) -> Result<Connection> {
        let kept = {
            let mut kept = self.lock();
            self.forget(&mut kept);
            kept.pop()
        };
        match kept {
            Some((_, connection)) => Ok(connection),
            None => self.open(patience).await,
        }
    }

    /// A new one.
    ///
    /// # Errors
    /// As [`failures::of_opening`] has it; `Timeout`.
    pub(super) async fn open(&self, patience: &Patience) -> Result<Connection> {
        let opening = async {
            let relay = self.way.open().await.map_err(|error| failures::unreachable(&self.engine, error))?;
            Connection::open(relay).await.map_err(|error| failures::of_opening(&self.engine, error))
        };
        patience.wait(self.limit, opening).await?
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
