//! Measures how long a call has had a processor.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// Time on a processor, as the host sees it: the sum of all stretches in which the call was being polled. That holds guest code and
/// the host functions that it called, and none of the time in which it waited.
#[derive(Debug)]
pub(crate) struct Meter {
    origin: Instant,
    /// Of the stretches that are over.
    spent: AtomicU64,
    /// When the present stretch began, since `origin`; `IDLE` between stretches.
    begun: AtomicU64,
    budget: AtomicU64,
}

const IDLE: u64 = u64::MAX;

impl Meter {
    pub(crate) fn new(budget: Duration) -> Arc<Self> {
        Arc::new(Self {
            origin: Instant::now(),
            spent: AtomicU64::new(0),
            begun: AtomicU64::new(IDLE),
            budget: AtomicU64::new(nanos(budget)),
        })
    }

    /// Begins again from nothing, for the next call on the same instance.
    pub(crate) fn reset(&self, budget: Duration) {
        self.spent.store(0, Ordering::Relaxed);
        self.budget.store(nanos(budget), Ordering::Relaxed);
    }

    /// What has been used so far, the present stretch included.
    pub(crate) fn spent(&self) -> Duration {
        let begun = self.begun.load(Ordering::Relaxed);
        let present = if begun == IDLE { 0 } else { self.now().saturating_sub(begun) };
        Duration::from_nanos(self.spent.load(Ordering::Relaxed) + present)
    }

    /// # Errors
    /// When more has been used than the budget.
    pub(crate) fn check(&self) -> Result<(), CpuOverrun> {
        let budget = Duration::from_nanos(self.budget.load(Ordering::Relaxed));
        if self.spent() > budget { Err(CpuOverrun { budget }) } else { Ok(()) }
    }

    /// Runs a future on this meter's account.
    pub(crate) fn measure<F: Future>(self: &Arc<Self>, future: F) -> Measured<F> {
        Measured { meter: self.clone(), future: Box::pin(future) }
    }

    fn now(&self) -> u64 {
        nanos(self.origin.elapsed())
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX - 1)
}

/// The budget is used up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuOverrun {
    pub(crate) budget: Duration,
}

impl fmt::Display for CpuOverrun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "used more than {} ms of CPU", self.budget.as_millis())
    }
}

impl std::error::Error for CpuOverrun {}

/// A future whose polls are measured.
pub(crate) struct Measured<F> {
    meter: Arc<Meter>,
    future: Pin<Box<F>>,
}

impl<F> Measured<F> {
    /// What its meter's account has used so far.
    pub(crate) fn spent(&self) -> Duration {
        self.meter.spent()
    }
}

impl<F: Future> Future for Measured<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let begun = self.meter.now();
        self.meter.begun.store(begun, Ordering::Relaxed);
        let polled = self.future.as_mut().poll(cx);
        self.meter.begun.store(IDLE, Ordering::Relaxed);
        self.meter.spent.fetch_add(self.meter.now().saturating_sub(begun), Ordering::Relaxed);
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waiting_costs_nothing() {
        let meter = Meter::new(Duration::from_secs(5));
        meter.measure(tokio::time::sleep(Duration::from_secs(3600))).await;
        assert!(meter.check().is_ok(), "{:?}", meter.spent());
    }

    #[tokio::test]
    async fn work_beyond_the_budget_is_an_overrun_until_the_meter_is_reset() {
        let meter = Meter::new(Duration::ZERO);
        let inside = meter.measure(async { meter.check().is_err() }).await;
        assert!(inside && meter.check().is_err());
        meter.reset(Duration::from_secs(5));
        assert!(meter.check().is_ok());
    }
}
