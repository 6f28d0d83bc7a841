//! Keeps a member that fails from being asked again and again.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wheelhouse_core::{
    Failure, FailureClass,
    clock::{Clock, Entropy},
    failure::CREDENTIAL_REFUSED,
};

/// A probe that has not come back after this no longer keeps others from trying.
const PROBE_PATIENCE: Duration = Duration::from_secs(60);

/// A member that asks for more time than this is asked again all the same: its clock or its answer may be wrong.
const LONGEST_WISH: Duration = Duration::from_secs(24 * 3_600);

/// Probes of many replicas must not meet: each waits up to this share longer.
const JITTER: f64 = 0.25;

/// When a member of a chain is left out, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerConfig {
    /// So many failures in a row open the breaker.
    pub failures: u32,
    /// Only failures within this many seconds count as a row.
    pub window_seconds: u64,
    /// How long the breaker stays open the first time; each failed probe doubles it.
    pub open_seconds: u64,
    /// The longest that it stays open, unless the member asks for more time.
    pub max_open_seconds: u64,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 3, window_seconds: 60, open_seconds: 5, max_open_seconds: 300 }
    }
}

impl BreakerConfig {
    /// What is wrong with it, a sentence each; `section` names it.
    pub fn problems(&self, section: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if self.failures == 0 {
            problems.push(format!("{section}.failures: must be at least 1"));
        }
        if self.open_seconds == 0 || self.max_open_seconds < self.open_seconds {
            problems.push(format!(
                "{section}.open_seconds: must be at least 1 and not above {section}.max_open_seconds"
            ));
        }
        problems
    }
}

/// Whether a member is asked at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// It is asked.
    Closed,
    /// It is left out until its next probe.
    Open,
    /// One call tries whether it works again.
    HalfOpen,
}

impl BreakerState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// The state in snake_case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// What a breaker shows.
#[derive(Debug, Clone)]
pub(crate) struct BreakerStatus {
    pub(crate) state: BreakerState,
    pub(crate) last_error: Option<(Timestamp, String)>,
    pub(crate) next_probe: Option<Timestamp>,
}

/// Who finds out whether a member works again.
#[derive(Clone)]
pub(crate) enum Probing {
    /// One of the calls that come, once its time is over.
    ByCalls,
    /// A canary, which nobody waits for, at a time that chance moves a little. No call is risked.
    ByCanary(Arc<dyn Entropy>),
}

/// How long a member is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    Until(Timestamp),
    /// Its credential was refused: no time heals that.
    UntilConfigured,
}

/// Counts one member's failures.
pub(crate) struct Breaker {
    config: BreakerConfig,
    probing: Probing,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

struct Inner {
    phase: Phase,
    /// Failed probes since the last success, which the backoff grows with.
    streak: u32,
    /// Tells a probe's permit from one of an earlier probe.
    generation: u64,
    last_error: Option<(Timestamp, String)>,
}

enum Phase {
    /// Failures in a row, oldest first.
    Closed(VecDeque<Timestamp>),
    Open {
        until: Timestamp,
    },
    HalfOpen {
        since: Timestamp,
    },
    Refused,
}

/// Leave to ask a member once. Says how it went, or, when dropped, nothing: whoever asked has gone away.
pub(crate) struct Permit {
    breaker: Arc<Breaker>,
    probe: Option<u64>,
    reported: bool,
}

impl Breaker {
    pub(crate) fn new(config: BreakerConfig, probing: Probing, clock: Arc<dyn Clock>) -> Self {
        let inner =
            Inner { phase: Phase::Closed(VecDeque::new()), streak: 0, generation: 0, last_error: None };
        Self { config, probing, clock, inner: Mutex::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leave to ask.
    ///
    /// # Errors
    /// Until when it rests.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Permit, Rest> {
        match &self.probing {
            Probing::ByCalls => self.lock_and_admit(true),
            Probing::ByCanary(_) => self.lock_and_admit(false),
        }
    }

    /// Leave for a canary, when it is time for one.
    pub(crate) fn admit_canary(self: &Arc<Self>) -> Option<Permit> {
        if matches!(self.lock().phase, Phase::Closed(_)) {
            return None;
        }
        self.lock_and_admit(true).ok()
    }

    /// Whether calls are let through.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.lock().phase, Phase::Closed(_))
    }

    fn lock_and_admit(self: &Arc<Self>, probes: bool) -> Result<Permit, Rest> {
        let now = self.clock.now();
        let mut inner = self.lock();
        match inner.phase {
            Phase::Closed(_) => return Ok(self.permit(None)),
            Phase::Refused => return Err(Rest::UntilConfigured),
            Phase::Open { until } if now < until || !probes => return Err(Rest::Until(until)),
            Phase::HalfOpen { since } if now < later(since, PROBE_PATIENCE) || !probes => {
                return Err(Rest::Until(later(since, PROBE_PATIENCE)));
            }
            Phase::Open { .. } | Phase::HalfOpen { .. } => {}
        }
        inner.generation += 1;
        inner.phase = Phase::HalfOpen { since: now };
        Ok(self.permit(Some(inner.generation)))
    }

    fn permit(self: &Arc<Self>, probe: Option<u64>) -> Permit {
        Permit { breaker: self.clone(), probe, reported: false }
    }

    pub(crate) fn status(&self) -> BreakerStatus {
        let now = self.clock.now();
        let inner = self.lock();
        let (state, next_probe) = match inner.phase {
            Phase::Closed(_) => (BreakerState::Closed, None),
            // Its time is over; the next call or canary is the probe.
            Phase::Open { until } if now >= until => (BreakerState::HalfOpen, Some(until)),
            Phase::Open { until } => (BreakerState::Open, Some(until)),
            Phase::HalfOpen { .. } => (BreakerState::HalfOpen, None),
            Phase::Refused => (BreakerState::Open, None),
        };
        BreakerStatus { state, last_error: inner.last_error.clone(), next_probe }
    }

    fn open_for(&self, streak: u32, failure: &Failure) -> Duration {
        let longest = Duration::from_secs(self.config.max_open_seconds);
        if failure.class == FailureClass::Quota {
            return longest;
        }
        let backoff = Duration::from_secs(self.config.open_seconds).saturating_mul(1 << streak.min(16));
        let wished = failure.retry_after.unwrap_or_default().min(LONGEST_WISH);
        let wait = backoff.min(longest).max(wished);
        match &self.probing {
            Probing::ByCalls => wait,
            Probing::ByCanary(entropy) => {
                let mut byte = [0];
                entropy.fill(&mut byte);
                wait.mul_f64(1.0 + JITTER * f64::from(byte[0]) / 255.0)
            }
        }
    }

    fn succeeded(&self, probe: Option<u64>) {
        let mut inner = self.lock();
        let current = probe == Some(inner.generation);
        match &mut inner.phase {
            Phase::Closed(failures) => {
                failures.clear();
                inner.streak = 0;
            }
            Phase::HalfOpen { .. } if current => {
                inner.phase = Phase::Closed(VecDeque::new());
                inner.streak = 0;
            }
            // It was asked before the breaker opened: only a probe closes it.
            Phase::Open { .. } | Phase::HalfOpen { .. } | Phase::Refused => {}
        }
    }

    fn failed(&self, probe: Option<u64>, failure: &Failure) {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.last_error = Some((now, failure.message.clone()));
        let current = probe == Some(inner.generation);
        if failure.code() == CREDENTIAL_REFUSED {
            inner.phase = Phase::Refused;
            return;
        }
        let opens = match &mut inner.phase {
            Phase::Closed(failures) => {
                let window = Duration::from_secs(self.config.window_seconds);
                failures.retain(|&at| later(at, window) >= now);
                failures.push_back(now);
                // Nobody need fail again to know that it is of no use before then.
                let told = failure.class == FailureClass::Quota
                    || (failure.class == FailureClass::RateLimited && failure.retry_after.is_some());
                told || failures.len() >= self.config.failures as usize
            }
            Phase::HalfOpen { .. } if current => {
                inner.streak += 1;
                true
            }
            Phase::Open { .. } | Phase::HalfOpen { .. } | Phase::Refused => false,
        };
        if opens {
            let until = later(now, self.open_for(inner.streak, failure));
            inner.phase = Phase::Open { until };
        }
    }

    fn dropped(&self, probe: Option<u64>) {
        let now = self.clock.now();
        let mut inner = self.lock();
        if matches!(inner.phase, Phase::HalfOpen { .. }) && probe == Some(inner.generation) {
            inner.phase = Phase::Open { until: now };
        }
    }
}

impl Permit {
    /// It did what it was asked.
    pub(crate) fn succeeded(mut self) {
        self.reported = true;
        self.breaker.succeeded(self.probe);
    }

    /// It failed, and not by the caller's fault.
    pub(crate) fn failed(mut self, failure: &Failure) {
        self.reported = true;
        self.breaker.failed(self.probe, failure);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.reported {
            self.breaker.dropped(self.probe);
        }
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Seconds(AtomicI64);

    impl Clock for Seconds {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0.load(Ordering::Relaxed)).expect("a small number of seconds")
        }
    }

    impl Seconds {
        fn pass(&self, seconds: i64) {
            self.0.fetch_add(seconds, Ordering::Relaxed);
        }
    }

    fn breaker() -> (Arc<Seconds>, Arc<Breaker>) {
        let clock = Arc::new(Seconds::default());
        let config = BreakerConfig { failures: 3, window_seconds: 60, open_seconds: 5, max_open_seconds: 30 };
        (clock.clone(), Arc::new(Breaker::new(config, Probing::ByCalls, clock)))
    }

    fn fail(breaker: &Arc<Breaker>) {
        breaker.admit().expect("the breaker lets it through").failed(&Failure::unavailable("down"));
    }

    fn succeed(breaker: &Arc<Breaker>) {
        breaker.admit().expect("the breaker lets it through").succeeded();
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let (_, breaker) = breaker();
        fail(&breaker);
        fail(&breaker);
        succeed(&breaker);
        fail(&breaker);
        fail(&breaker);
        assert_eq!(breaker.status().state, BreakerState::Closed, "the success began a new row");
        fail(&breaker);
        let status = breaker.status();
        assert_eq!(status.state, BreakerState::Open);
        assert_eq!(status.next_probe.map(Timestamp::as_second), Some(5));
        assert_eq!(status.last_error.map(|(_, message)| message).as_deref(), Some("down"));
        assert!(breaker.admit().is_err());
    }

    #[test]
    fn failures_long_ago_are_forgotten() {
        let (clock, breaker) = breaker();
        for _ in 0..10 {
            fail(&breaker);
            clock.pass(31);
        }
        assert_eq!(breaker.status().state, BreakerState::Closed);
    }

    #[test]
    fn one_probe_at_a_time_closes_it_again() {
        let (clock, breaker) = breaker();
        (0..3).for_each(|_| fail(&breaker));
        clock.pass(5);
        let probe = breaker.admit().expect("its time is over");
        assert_eq!(breaker.status().state, BreakerState::HalfOpen);
        assert!(breaker.admit().is_err(), "one at a time");
        probe.succeeded();
        assert_eq!(breaker.status().state, BreakerState::Closed);
    }

    #[test]
    fn failed_probes_make_it_wait_longer_up_to_a_bound() {
        let (clock, breaker) = breaker();
        (0..3).for_each(|_| fail(&breaker));
        for wait in [5, 10, 20, 30, 30] {
            let Err(Rest::Until(until)) = breaker.admit() else { panic!("it is open") };
            assert_eq!(until.as_second() - clock.now().as_second(), wait);
            clock.pass(wait);
            fail(&breaker);
        }
        clock.pass(30);
        succeed(&breaker);
        (0..3).for_each(|_| fail(&breaker));
        let Err(Rest::Until(until)) = breaker.admit() else { panic!("it is open") };
        assert_eq!(until.as_second() - clock.now().as_second(), 5, "the success began anew");
    }

    #[test]
    fn dropped_calls_count_neither_way() {
        let (clock, breaker) = breaker();
        (0..10).for_each(|_| drop(breaker.admit().expect("it stays closed")));
        (0..3).for_each(|_| fail(&breaker));
        clock.pass(5);
        drop(breaker.admit().expect("the probe"));
        let again = breaker.admit().expect("the next one probes at once");
        again.failed(&Failure::unavailable("down"));
        let Err(Rest::Until(until)) = breaker.admit() else { panic!("it is open") };
        assert_eq!(until.as_second() - clock.now().as_second(), 10, "only the second probe failed");
    }

    #[test]
    fn calls_from_before_it_opened_do_not_close_it() {
        let (_, breaker) = breaker();
        let (slow, late) = (breaker.admit().expect("closed"), breaker.admit().expect("closed"));
        (0..3).for_each(|_| fail(&breaker));
        slow.succeeded();
        late.failed(&Failure::unavailable("down"));
        assert_eq!(breaker.status().state, BreakerState::Open);
        assert_eq!(breaker.status().next_probe.map(Timestamp::as_second), Some(5));
    }

    #[test]
    fn probe_that_never_comes_back_does_not_block_others_for_ever() {
        let (clock, breaker) = breaker();
        (0..3).for_each(|_| fail(&breaker));
        clock.pass(5);
        let lost = breaker.admit().expect("the probe");
        clock.pass(60);
        let second = breaker.admit().expect("another probe");
        lost.failed(&Failure::unavailable("down"));
        assert_eq!(breaker.status().state, BreakerState::HalfOpen, "the lost probe has no say any more");
        second.succeeded();
        assert_eq!(breaker.status().state, BreakerState::Closed);
    }

    #[test]
    fn member_that_says_when_to_come_back_is_left_alone_until_then() {
        let (_, limited) = breaker();
        let failure =
            Failure::new(FailureClass::RateLimited, "slow down").with_retry_after(Duration::from_secs(20));
        limited.admit().expect("closed").failed(&failure);
        assert_eq!(limited.status().next_probe.map(Timestamp::as_second), Some(20));
        let (_, patient) = breaker();
        let failure = Failure::new(FailureClass::RateLimited, "no more today")
            .with_retry_after(Duration::from_secs(7_200));
        patient.admit().expect("closed").failed(&failure);
        assert_eq!(patient.status().next_probe.map(Timestamp::as_second), Some(7_200), "beyond the longest");
        let (_, spent) = breaker();
        spent.admit().expect("closed").failed(&Failure::new(FailureClass::Quota, "no credit"));
        assert_eq!(spent.status().next_probe.map(Timestamp::as_second), Some(30));
    }

    struct HalfWay;

    impl Entropy for HalfWay {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(51);
        }
    }

    #[test]
    fn canary_alone_finds_out_whether_it_works_again() {
        let clock = Arc::new(Seconds::default());
        let config =
            BreakerConfig { failures: 1, window_seconds: 60, open_seconds: 20, max_open_seconds: 60 };
        let breaker = Arc::new(Breaker::new(config, Probing::ByCanary(Arc::new(HalfWay)), clock.clone()));
        assert!(breaker.admit_canary().is_none(), "it works");
        fail(&breaker);
        assert_eq!(
            breaker.status().next_probe.map(Timestamp::as_second),
            Some(21),
            "a fifth of a quarter later"
        );
        assert!(breaker.admit_canary().is_none(), "not yet");
        clock.pass(21);
        assert!(breaker.admit().is_err(), "no call is risked");
        let canary = breaker.admit_canary().expect("it is time");
        assert!(breaker.admit_canary().is_none() && breaker.admit().is_err(), "one is out");
        canary.succeeded();
        assert!(breaker.admit().is_ok());
    }

    #[test]
    fn refused_credential_is_not_tried_again() {
        let (clock, breaker) = breaker();
        let refused = Failure::unavailable("The key is wrong.").with_code(CREDENTIAL_REFUSED);
        breaker.admit().expect("closed").failed(&refused);
        clock.pass(1_000_000);
        assert_eq!(breaker.admit().err(), Some(Rest::UntilConfigured));
        assert!(breaker.admit_canary().is_none());
        let status = breaker.status();
        assert_eq!((status.state, status.next_probe), (BreakerState::Open, None));
    }
}
