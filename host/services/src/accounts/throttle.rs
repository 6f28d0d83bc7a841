//! Slows down whoever tries out passwords: one bucket for each address, and one for all failures together.
//!
//! Buckets are of fixed windows of the clock, so that the answer can say when to come back.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use wheelhouse_core::{Failure, FailureClass, Result, cache::Cache, clock::Clock};

use super::AccountConfig;

const MINUTE: u64 = 60;

pub(super) struct LoginThrottle {
    cache: Arc<dyn Cache>,
    clock: Arc<dyn Clock>,
    attempts: u64,
    window: u64,
    failures: u64,
}

/// The window of the clock that the present is in.
struct Window {
    index: u64,
    left: Duration,
}

impl LoginThrottle {
    pub(super) fn new(config: &AccountConfig, cache: Arc<dyn Cache>, clock: Arc<dyn Clock>) -> Self {
        Self {
            cache,
            clock,
            attempts: config.login_attempts,
            window: config.login_window_minutes * MINUTE,
            failures: config.failed_logins_per_minute,
        }
    }

    fn window(&self, seconds: u64) -> Window {
        let now = u64::try_from(self.clock.now().as_second()).unwrap_or_default();
        Window { index: now / seconds, left: Duration::from_secs(seconds - now % seconds) }
    }

    /// Counts an attempt before its password is looked at, so that many at once cannot slip through.
    pub(super) async fn admit(&self, email: &str) -> Result<()> {
        let minute = self.window(MINUTE);
        if self.failures > 0 && self.cache.get(&paused_key(&minute)).await?.is_some() {
            return Err(too_many("Too many logins fail at present; try again soon.", &minute));
        }
        let window = self.window(self.window);
        let count = self.cache.increment(&address_key(email, &window), window.left).await?;
        if count > self.attempts {
            return Err(too_many(
                "Too many attempts to sign in with this address; try again later.",
                &window,
            ));
        }
        Ok(())
    }

    /// Whoever knows the password starts anew.
    pub(super) async fn succeeded(&self, email: &str) -> Result<()> {
        self.cache.delete(&address_key(email, &self.window(self.window))).await
    }

    /// Counts a failure of whichever address.
    pub(super) async fn failed(&self) -> Result<()> {
        if self.failures == 0 {
            return Ok(());
        }
        let minute = self.window(MINUTE);
        let count = self.cache.increment(&format!("login:failed:{}", minute.index), minute.left).await?;
        if count >= self.failures {
            tracing::warn!(count, "logins pause: too many fail");
            self.cache.set(&paused_key(&minute), Bytes::from_static(b"1"), minute.left).await?;
        }
        Ok(())
    }
}

fn address_key(email: &str, window: &Window) -> String {
    // A digest keeps addresses out of the cache and keys short.
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(email));
    format!("login:attempts:{digest}:{}", window.index)
}

fn paused_key(minute: &Window) -> String {
    format!("login:paused:{}", minute.index)
}

fn too_many(message: &str, window: &Window) -> Failure {
    Failure::new(FailureClass::RateLimited, message)
        .with_code("too_many_logins")
        .with_retry_after(window.left)
}
