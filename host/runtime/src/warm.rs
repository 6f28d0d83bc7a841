//! Instances that are kept for the next call.

use std::{
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use tokio::time::Instant;

use crate::program::Instance;

/// The idle instances of one plugin.
pub(crate) struct WarmPool {
    idle: Mutex<Idle>,
    /// After this long an instance is dropped.
    patience: Duration,
    /// After so many calls an instance is dropped.
    calls: u32,
}

#[derive(Default)]
struct Idle {
    instances: Vec<(Instance, Instant)>,
    /// Whether somebody is waiting to drop them.
    watched: bool,
}

impl WarmPool {
    pub(crate) fn new(patience: Duration, calls: u32) -> Arc<Self> {
        Arc::new(Self { idle: Mutex::default(), patience, calls })
    }

    /// The instance that was used last, if there is one.
    pub(crate) fn take(&self) -> Option<Instance> {
        self.lock().instances.pop().map(|(instance, _)| instance)
    }

    /// Keeps an instance that has ended its call in order.
    pub(crate) fn put(self: &Arc<Self>, instance: Instance) {
        if instance.calls >= self.calls {
            discard(instance);
            return;
        }
        let mut idle = self.lock();
        idle.instances.push((instance, Instant::now()));
        if !std::mem::replace(&mut idle.watched, true) {
            tokio::spawn(watch(Arc::downgrade(self), self.patience));
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.lock().instances.len()
    }

    /// Drops all of them.
    pub(crate) fn clear(&self) {
        let instances = std::mem::take(&mut self.lock().instances);
        drop(instances);
    }

    /// Drops those that have been idle for too long. When to look again, unless none is left.
    fn sweep(&self, now: Instant) -> Option<Instant> {
        let mut idle = self.lock();
        let (stale, fresh): (Vec<_>, Vec<_>) = std::mem::take(&mut idle.instances)
            .into_iter()
            .partition(|(_, since)| *since + self.patience <= now);
        idle.instances = fresh;
        let next = idle.instances.iter().map(|(_, since)| *since + self.patience).min();
        idle.watched = next.is_some();
        drop(idle);
        for (instance, _) in stale {
            discard(instance);
        }
        next
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn watch(pool: Weak<WarmPool>, patience: Duration) {
    let mut next = Instant::now() + patience;
    loop {
        tokio::time::sleep_until(next).await;
        let Some(pool) = pool.upgrade() else { return };
        match pool.sweep(Instant::now()) {
            Some(later) => next = later,
            None => return,
        }
    }
}

/// Giving back hundreds of megabytes takes milliseconds, which are not the async threads' to spend.
fn discard(instance: Instance) {
    tokio::task::spawn_blocking(move || drop(instance));
}
