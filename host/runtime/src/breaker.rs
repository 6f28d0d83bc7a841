//! Leaves a plugin alone for a while when it keeps failing.

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;

use crate::config::BreakerConfig;

/// Counts faults in a row. The time is given to it.
#[derive(Debug)]
pub(crate) struct Breaker {
    config: BreakerConfig,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    faults: u32,
    /// How often in a row it has opened.
    opened: u32,
    closed_from: Option<Instant>,
}

impl Breaker {
    pub(crate) fn new(config: BreakerConfig) -> Self {
        Self { config, state: Mutex::default() }
    }

    /// # Errors
    /// How long it is still open.
    pub(crate) fn check(&self, now: Instant) -> Result<(), Duration> {
        match self.lock().closed_from {
            Some(from) if from > now => Err(from - now),
            _ => Ok(()),
        }
    }

    /// The plugin answered, whatever it answered.
    pub(crate) fn success(&self) {
        *self.lock() = State::default();
    }

    /// The plugin trapped, ran over a limit or timed out. How long it is left alone now, if this opened the breaker.
    pub(crate) fn fault(&self, now: Instant) -> Option<Duration> {
        let mut state = self.lock();
        state.faults += 1;
        // After a wait one more fault is enough.
        if state.opened == 0 && state.faults < self.config.failures {
            return None;
        }
        if state.closed_from.is_some_and(|from| from > now) {
            // A call that had begun before it opened.
            return None;
        }
        let doubled = self.config.wait_ms.saturating_mul(1 << state.opened.min(32));
        let wait = Duration::from_millis(doubled.min(self.config.max_wait_ms));
        state.opened += 1;
        state.closed_from = Some(now + wait);
        Some(wait)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(BreakerConfig { failures: 2, wait_ms: 1_000, max_wait_ms: 3_000 })
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_faults_in_a_row_and_closes_after_the_wait() {
        let (breaker, now) = (breaker(), Instant::now());
        assert_eq!(breaker.fault(now), None);
        assert_eq!(breaker.fault(now), Some(SECOND));
        assert_eq!(breaker.check(now), Err(SECOND));
        assert!(breaker.check(now + SECOND).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_between_faults_keeps_it_closed() {
        let (breaker, now) = (breaker(), Instant::now());
        breaker.fault(now);
        breaker.success();
        assert_eq!(breaker.fault(now), None);
    }

    #[tokio::test(start_paused = true)]
    async fn each_fault_after_a_wait_doubles_it_up_to_the_longest() {
        let (breaker, mut now) = (breaker(), Instant::now());
        breaker.fault(now);
        let mut waits = Vec::new();
        for _ in 0..3 {
            let wait = breaker.fault(now).unwrap();
            now += wait;
            waits.push(wait.as_secs());
        }
        assert_eq!(waits, [1, 2, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_were_running_when_it_opened_do_not_prolong_it() {
        let (breaker, now) = (breaker(), Instant::now());
        breaker.fault(now);
        breaker.fault(now);
        assert_eq!(breaker.fault(now), None);
        assert_eq!(breaker.check(now), Err(SECOND));
    }
}
