//! Time that stands still until a test moves it.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use wheelhouse::host::Surroundings;
use wheelhouse_core::clock::Clock;

/// A clock that shows what it is set to.
pub(crate) struct StillClock(Mutex<Timestamp>);

impl StillClock {
    /// It is this time (RFC 3339).
    pub(crate) fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().unwrap())))
    }

    pub(crate) fn set(&self, time: &str) {
        *self.0.lock().unwrap() = time.parse().unwrap();
    }

    /// Surroundings with this clock.
    pub(crate) fn surroundings(self: &Arc<Self>) -> Surroundings {
        Surroundings { clock: self.clone(), ..Surroundings::default() }
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
