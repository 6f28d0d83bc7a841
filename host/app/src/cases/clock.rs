use std::time::Instant;

use jiff::Timestamp;
use wheelhouse_core::clock::Clock;

/// A clock that was set, and goes on from there.
#[derive(Debug)]
pub(super) struct SetClock {
    at: Timestamp,
    since: Instant,
}

impl SetClock {
    pub(super) fn new(at: Timestamp) -> Self {
        Self { at, since: Instant::now() }
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        // Centuries away from the last moment that there is.
        self.at.checked_add(self.since.elapsed()).unwrap_or(self.at)
    }
}
