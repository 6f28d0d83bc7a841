//! The work that waits for the workshop, and the two threads that do it.
//!
//! What has been compiled before takes milliseconds and waits for nobody: one thread does nothing else. The other compiles, one
//! component after the other, the small ones first.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::Sender,
    },
    thread,
    time::{Duration, Instant},
};

use wheelhouse_core::{Failure, Result, plugin::PluginSource};

use crate::{
    loader::Message,
    scan::Content,
    workshop::{Linked, Refusal, Workshop},
};

/// A component that is to become a plugin.
pub(crate) struct Job {
    pub(crate) ticket: Ticket,
    pub(crate) source: PluginSource,
    pub(crate) content: Content,
}

/// Whose job it is, and whether it still is: a slot that gives another job forgets the one before.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) slot: u64,
    pub(crate) serial: u64,
    pub(crate) newest: Arc<AtomicU64>,
}

impl Ticket {
    pub(crate) fn is_stale(&self) -> bool {
        self.newest.load(Ordering::Acquire) != self.serial
    }
}

/// What came of a job.
pub(crate) struct Finished {
    pub(crate) ticket: Ticket,
    pub(crate) outcome: Result<Linked, Refusal>,
    pub(crate) took: Duration,
    pub(crate) was_compiled: bool,
}

/// Waiting jobs.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    quick: VecDeque<Job>,
    slow: BinaryHeap<Slow>,
    is_closed: bool,
}

/// A component to be compiled. The smallest is the greatest.
struct Slow(Job);

impl Slow {
    fn key(&self) -> Reverse<(u64, u64)> {
        Reverse((self.0.content.size, self.0.ticket.slot))
    }
}

impl PartialEq for Slow {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Slow {}

impl PartialOrd for Slow {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Slow {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Queue {
    /// Starts the two threads. They end when the queue is closed, each after the job at hand.
    ///
    /// # Errors
    /// `Internal` when a thread cannot be started.
    pub(crate) fn start(workshop: &Arc<Workshop>, results: &Sender<Message>) -> Result<Arc<Self>> {
        let queue = Arc::new(Self::default());
        for (name, compiles) in [("plugin-linker", false), ("plugin-compiler", true)] {
            let (queue, workshop, results) = (queue.clone(), workshop.clone(), results.clone());
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || queue.work(compiles, &workshop, &results))
                .map_err(Failure::internal)?;
        }
        Ok(queue)
    }

    pub(crate) fn push(&self, job: Job) {
        let mut state = self.lock();
        match job.content.record {
            Some(_) => state.quick.push_back(job),
            None => state.slow.push(Slow(job)),
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Nothing more is begun.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Waits for a job. `None` when the queue is closed.
    fn next(&self, compiles: bool) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            let job = match compiles {
                false => state.quick.pop_front(),
                true => state.slow.pop().map(|Slow(job)| job),
            };
            if job.is_some() {
                return job;
            }
            state = self.changed.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    fn work(&self, compiles: bool, workshop: &Workshop, results: &Sender<Message>) {
        while let Some(Job { ticket, source, content }) = self.next(compiles) {
            if ticket.is_stale() {
                continue;
            }
            if compiles {
                // The loader may be gone, and then nobody wants to know.
                let _ = results.send(Message::Began(ticket.clone()));
            }
            let began = Instant::now();
            let outcome =
                catch_unwind(AssertUnwindSafe(|| workshop.link(&workshop.prepare(&content, &source)?)))
                    .unwrap_or_else(|_| {
                        Err("loading it made the host panic; its log says more".to_owned().into())
                    });
            let finished = Finished { ticket, outcome, took: began.elapsed(), was_compiled: compiles };
            let _ = results.send(Message::Finished(Box::new(finished)));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
