//! Advances the engine's epoch while guests run, so that none of them keeps a thread for longer than a tick.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use wasmtime::Engine;
use wheelhouse_core::{Failure, Result};

/// How long guest code runs before others get their turn on its thread.
const TICK: Duration = Duration::from_millis(10);

/// The thread that ticks. It sleeps while no guest runs, and ends with this value or the engine.
pub(crate) struct Ticker {
    running: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
    thread: Thread,
}

/// While one of these exists, epochs advance.
pub(crate) struct Running(Arc<AtomicUsize>);

impl Ticker {
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(engine: &Engine) -> Result<Self> {
        let running = Arc::new(AtomicUsize::new(0));
        let is_over = Arc::new(AtomicBool::new(false));
        let (engine, seen, ended) = (engine.weak(), running.clone(), is_over.clone());
        let handle = thread::Builder::new()
            .name("plugin-epochs".to_owned())
            .spawn(move || {
                while !ended.load(Ordering::Acquire) {
                    match engine.upgrade() {
                        Some(engine) => engine.increment_epoch(),
                        None => return,
                    }
                    if seen.load(Ordering::Acquire) == 0 {
                        // Woken by `run` and by `drop`. An unpark that comes before the park is not lost.
                        thread::park();
                    } else {
                        thread::sleep(TICK);
                    }
                }
            })
            .map_err(Failure::internal)?;
        Ok(Self { running, is_over, thread: handle.thread().clone() })
    }

    /// Advances epochs until the answer is dropped.
    pub(crate) fn run(&self) -> Running {
        if self.running.fetch_add(1, Ordering::AcqRel) == 0 {
            self.thread.unpark();
        }
        Running(self.running.clone())
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
