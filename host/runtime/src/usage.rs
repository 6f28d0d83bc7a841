//! What a plugin has used of its limits.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use wheelhouse_core::plugin::Usage;

use crate::config::Limits;

/// Counts for one loaded version. Peaks are those of single calls.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) calls: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) running: AtomicU64,
    pub(crate) peaks: Arc<Peaks>,
    /// What went wrong since the last answer.
    last_failure: Mutex<Option<String>>,
    has_failed: AtomicBool,
}

/// The most that one call, or one instance, has used.
#[derive(Debug, Default)]
pub(crate) struct Peaks {
    pub(crate) memory_bytes: AtomicU64,
    pub(crate) table_elements: AtomicU64,
    pub(crate) cpu_ms: AtomicU64,
    pub(crate) call_ms: AtomicU64,
    pub(crate) stream_cpu_ms: AtomicU64,
    pub(crate) stream_ms: AtomicU64,
    pub(crate) stream_bytes: AtomicU64,
    /// From the plugin to the host in one call between them.
    pub(crate) hostcall_bytes: AtomicU64,
    pub(crate) document_bytes: AtomicU64,
}

/// Remembers a value if it is the highest so far.
pub(crate) fn raise(peak: &AtomicU64, value: u64) {
    // Looked at first: a write would take the line from other processors at every call.
    if peak.load(Ordering::Relaxed) < value {
        peak.fetch_max(value, Ordering::Relaxed);
    }
}

/// Counts a call as running until it is dropped.
pub(crate) struct RunningCall<'c>(&'c Counts);

impl Drop for RunningCall<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Counts {
    pub(crate) fn new(peaks: Arc<Peaks>) -> Self {
        Self { peaks, ..Self::default() }
    }

    pub(crate) fn begin(&self) -> RunningCall<'_> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.running.fetch_add(1, Ordering::Relaxed);
        RunningCall(self)
    }

    pub(crate) fn answered(&self) {
        // Looked at first: nearly always there is nothing to be forgotten.
        if self.has_failed.load(Ordering::Relaxed) {
            self.has_failed.store(false, Ordering::Relaxed);
            *self.last() = None;
        }
    }

    pub(crate) fn failed(&self, what: &str) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        *self.last() = Some(what.to_owned());
        self.has_failed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn last_failure(&self) -> Option<String> {
        self.last().clone()
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.last_failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Every limit that is measured, with what is used of it; `warm` is the number of instances that are kept.
    pub(crate) fn usage(&self, limits: &Limits, warm: Option<u64>) -> Vec<Usage> {
        let peaks = &self.peaks;
        let peak = |name, peak: &AtomicU64, limit| Usage {
            name,
            used: Some(peak.load(Ordering::Relaxed)),
            limit,
            peak: true,
        };
        let mut usage = vec![
            peak("memory_bytes", &peaks.memory_bytes, limits.memory_bytes),
            peak("table_elements", &peaks.table_elements, limits.table_elements.into()),
            peak("cpu_ms", &peaks.cpu_ms, limits.cpu_ms),
            peak("call_ms", &peaks.call_ms, limits.call_ms),
            peak("stream_cpu_ms", &peaks.stream_cpu_ms, limits.stream_cpu_ms),
            peak("stream_ms", &peaks.stream_ms, limits.stream_ms),
            peak("stream_bytes", &peaks.stream_bytes, limits.stream_bytes),
            peak("hostcall_bytes", &peaks.hostcall_bytes, limits.hostcall_bytes),
            peak("document_bytes", &peaks.document_bytes, limits.document_bytes),
            // Wasmtime counts them, and says so only when there are too many.
            Usage { name: "handles", used: None, limit: limits.handles.into(), peak: false },
        ];
        let running = self.running.load(Ordering::Relaxed);
        let now = |name, used, limit: u32| Usage { name, used: Some(used), limit: limit.into(), peak: false };
        usage.push(now("concurrent_calls", running, limits.concurrent_calls));
        if let Some(warm) = warm {
            usage.push(now("warm_instances", warm, limits.warm_instances));
        }
        usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_keeps_the_highest_value() {
        let counts = Counts::default();
        for value in [3, 7, 5] {
            raise(&counts.peaks.cpu_ms, value);
        }
        let usage = counts.usage(&Limits::default(), None);
        let cpu = usage.iter().find(|usage| usage.name == "cpu_ms").map(|usage| (usage.used, usage.peak));
        assert_eq!(cpu, Some((Some(7), true)));
    }
}
