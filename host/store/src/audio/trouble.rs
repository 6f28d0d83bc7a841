//! Says once that something does not work, until it works again.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

#[derive(Default)]
pub(super) struct Trouble {
    is_told: AtomicBool,
}

impl Trouble {
    /// Logs it unless that was done since it last worked.
    pub(super) fn begin(&self, what: &str, reason: impl fmt::Display) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(%reason, "{what}");
        }
    }

    pub(super) fn end(&self) {
        self.is_told.store(false, Ordering::Relaxed);
    }
}
