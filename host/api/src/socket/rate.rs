//! How many frames a client may send.

use tokio::time::Instant;

use crate::config::WebSocketConfig;

/// A bucket of frames that fills up again while the client is calm.
pub(super) struct Allowance {
    left: f64,
    burst: f64,
    per_second: f64,
    at: Instant,
}

impl Allowance {
    pub(super) fn new(config: &WebSocketConfig, now: Instant) -> Self {
        let burst = f64::from(config.burst_frames);
        Self { left: burst, burst, per_second: config.frames_per_second.into(), at: now }
    }

    /// Takes one frame out; whether there was one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.left = (self.left + since * self.per_second).min(self.burst);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn allowance_is_used_up_and_fills_again() {
        let config = WebSocketConfig { burst_frames: 3, frames_per_second: 2, ..WebSocketConfig::default() };
        let start = Instant::now();
        let mut allowance = Allowance::new(&config, start);
        assert!((0..3).all(|_| allowance.take(start)));
        assert!(!allowance.take(start));
        assert!(allowance.take(start + Duration::from_millis(500)));
        assert!(!allowance.take(start + Duration::from_millis(500)));
        let calm = start + Duration::from_secs(3_600);
        assert_eq!((0..10).filter(|_| allowance.take(calm)).count(), 3);
    }
}
