//! How many turns run at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use wheelhouse_core::{Failure, FailureClass, Result, UserId};

pub(super) struct Slots {
    running: Arc<Mutex<Running>>,
    most: usize,
    most_per_user: usize,
}

#[derive(Default)]
struct Running {
    all: usize,
    users: HashMap<UserId, usize>,
}

/// A place among the running turns, given back when dropped.
pub(super) struct Slot {
    running: Arc<Mutex<Running>>,
    user: UserId,
}

impl Slots {
    pub(super) fn new(most: usize, most_per_user: usize) -> Self {
        Self { running: Arc::default(), most, most_per_user }
    }

    /// A place for a turn of this user.
    ///
    /// # Errors
    /// `RateLimited` when the user, or the host, has as many as it may.
    pub(super) fn take(&self, user: &UserId) -> Result<Slot> {
        let mut running = lock(&self.running);
        let of_user = running.users.get(user).copied().unwrap_or_default();
        let message = if of_user >= self.most_per_user {
            "You have several messages waiting for an answer; wait for one of them."
        } else if running.all >= self.most {
            "PAM is answering as many messages as she can; try again in a moment."
        } else {
            running.all += 1;
            running.users.insert(user.clone(), of_user + 1);
            return Ok(Slot { running: self.running.clone(), user: user.clone() });
        };
        Err(Failure::new(FailureClass::RateLimited, message).with_retry_after(Duration::from_secs(2)))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut running = lock(&self.running);
        running.all -= 1;
        if let Some(count) = running.users.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                running.users.remove(&self.user);
            }
        }
    }
}

fn lock(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_cannot_take_all_places() {
        let slots = Slots::new(3, 2);
        let (ada, ben) = (UserId("ada".to_owned()), UserId("ben".to_owned()));
        let first = slots.take(&ada);
        let _second = slots.take(&ada);
        assert_eq!(slots.take(&ada).err().map(|f| f.class), Some(FailureClass::RateLimited));
        let _ben = slots.take(&ben);
        assert!(slots.take(&ben).is_err(), "the host is full");
        drop(first);
        assert!(slots.take(&ada).is_ok(), "a place was given back");
    }
}
