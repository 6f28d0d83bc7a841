//! What has happened, for the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use wheelhouse_core::audio::AudioUsage;

/// How speech goes: what has happened since the start, and what is at present.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpeechFigures {
    /// How often what has happened.
    pub counts: SpeechCounts,
    /// Sentences that engines work on.
    pub working: usize,
    /// Speeches that wait for their first sentence.
    pub waiting: usize,
    /// Speech that is kept.
    pub kept: AudioUsage,
}

/// How often what has happened since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpeechCounts {
    /// Speech that was made.
    pub made: u64,
    /// Speech that was kept from before.
    pub found: u64,
    /// Requests that joined whoever listened already.
    pub joined: u64,
    /// Engines that broke off in the middle of a sentence, so that another one had to go on.
    pub broke_off: u64,
}

#[derive(Default)]
pub(super) struct Counts {
    made: AtomicU64,
    found: AtomicU64,
    joined: AtomicU64,
    broke_off: AtomicU64,
}

impl Counts {
    pub(super) fn made(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn found(&self) {
        self.found.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn joined(&self) {
        self.joined.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn broke_off(&self) {
        self.broke_off.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> SpeechCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        SpeechCounts {
            made: read(&self.made),
            found: read(&self.found),
            joined: read(&self.joined),
            broke_off: read(&self.broke_off),
        }
    }
}
