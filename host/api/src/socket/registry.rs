//! Which sockets are open: bounded, and waited for when the host stops.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};
use wheelhouse_core::UserId;

use super::Close;
use crate::config::WebSocketConfig;

/// All open sockets of this process.
#[derive(Clone, Default)]
pub(crate) struct Sockets {
    counts: Arc<Mutex<Counts>>,
    tracker: TaskTracker,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_user: HashMap<UserId, usize>,
}

/// A socket's place, given back when it is dropped.
pub(super) struct Seat {
    user: UserId,
    counts: Arc<Mutex<Counts>>,
    _token: TaskTrackerToken,
}

impl Sockets {
    /// A place for one more socket of this user, unless there are too many.
    pub(super) fn admit(&self, user: &UserId, config: &WebSocketConfig) -> Result<Seat, Close> {
        let mut counts = lock(&self.counts);
        if counts.all >= config.max_sockets {
            return Err(Close::TRY_LATER);
        }
        if counts.by_user.get(user).is_some_and(|open| *open >= config.max_sockets_per_user) {
            return Err(Close::TOO_MANY_SOCKETS);
        }
        counts.all += 1;
        *counts.by_user.entry(user.clone()).or_default() += 1;
        Ok(Seat { user: user.clone(), counts: self.counts.clone(), _token: self.tracker.token() })
    }

    /// Waits until none is open any more.
    pub(crate) async fn all_closed(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// How many are open.
    pub(crate) fn len(&self) -> usize {
        lock(&self.counts).all
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        counts.all -= 1;
        if let Some(open) = counts.by_user.get_mut(&self.user) {
            *open -= 1;
            if *open == 0 {
                counts.by_user.remove(&self.user);
            }
        }
    }
}

/// Numbers are right whatever happened to whoever held the lock.
fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId(id.to_owned())
    }

    #[test]
    fn seats_are_bounded_and_given_back() {
        let config =
            WebSocketConfig { max_sockets: 3, max_sockets_per_user: 2, ..WebSocketConfig::default() };
        let sockets = Sockets::default();
        let first = sockets.admit(&user("a"), &config).ok();
        let _second = sockets.admit(&user("a"), &config).ok();
        assert_eq!(sockets.admit(&user("a"), &config).err(), Some(Close::TOO_MANY_SOCKETS));
        let _third = sockets.admit(&user("b"), &config).ok();
        assert_eq!(sockets.admit(&user("c"), &config).err(), Some(Close::TRY_LATER));
        drop(first);
        assert!(sockets.admit(&user("a"), &config).is_ok());
        assert_eq!(sockets.len(), 2);
    }
}
