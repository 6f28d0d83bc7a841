//! Advances the engine's epoch while guests run, so that none of them keeps a thread for longer than a tick.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use wasmtime::{Engine, EngineWeak};
use wheelhouse_core::{Failure, Result};

/// How long guest code runs before others get their turn on its thread.
const TICK: Duration = Duration::from_millis(4);
/// After so many ticks without a guest the thread sleeps until there is one. Not after the first: waking it costs more than a call.
const IDLE_TICKS: u32 = 125;

/// The thread that ticks. It sleeps while no guest runs, and ends with this value or the engine.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    is_parked: AtomicBool,
    is_over: AtomicBool,
}

/// While one of these exists, epochs advance.
pub(crate) struct Running(Arc<Shared>);

impl Ticker {
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(engine: &Engine) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (engine, seen) = (engine.weak(), shared.clone());
        let handle = thread::Builder::new()
            .name("plugin-epochs".to_owned())
            .spawn(move || tick(&engine, &seen))
            .map_err(Failure::internal)?;
        Ok(Self { shared, thread: handle.thread().clone() })
    }

    /// Advances epochs until the answer is dropped.
    pub(crate) fn run(&self) -> Running {
        // Both sides write one flag and then read the other: in one order for all, so that one of them sees the other.
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.is_parked.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
        Running(self.shared.clone())
    }
}

fn tick(engine: &EngineWeak, shared: &Shared) {
    let mut idle = 0;
    while !shared.is_over.load(Ordering::SeqCst) {
        thread::sleep(TICK);
        match engine.upgrade() {
            Some(engine) => engine.increment_epoch(),
            None => return,
        }
        idle = if shared.running.load(Ordering::SeqCst) == 0 { idle + 1 } else { 0 };
        if idle >= IDLE_TICKS {
            shared.is_parked.store(true, Ordering::SeqCst);
            // An unpark that comes before the park is not lost.
            if shared.running.load(Ordering::SeqCst) == 0 && !shared.is_over.load(Ordering::SeqCst) {
                thread::park();
            }
            shared.is_parked.store(false, Ordering::SeqCst);
            idle = 0;
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_thread_ends_with_the_ticker() {
        let ticker = Ticker::start(&Engine::default()).unwrap();
        let shared = Arc::downgrade(&ticker.shared);
        drop(ticker.run());
        drop(ticker);
        // The thread holds the other handle until it ends.
        while shared.strong_count() > 0 {
            thread::yield_now();
        }
    }
}
