//! Hashes passwords: argon2id by OWASP's figures, off the async threads, and only so many at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::Error};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wheelhouse_core::{CallContext, Failure, FailureClass, Result, clock::Entropy};

use super::AccountConfig;

/// Nobody's password, at the same cost as everybody's: checked where there is no account, so that time does not tell.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$d2hlZWxob3VzZS1ub2JvZHk$QvSRdSBwjeLFHqSc2R1jlxVPT6k5QAPzy4k6Wq0cFns";
const SALT_BYTES: usize = 16;

pub(super) struct Passwords {
    running: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    entropy: Arc<dyn Entropy>,
}

/// Counts somebody who waits, for as long as they do.
struct Waiting<'w>(&'w AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Passwords {
    pub(super) fn new(config: &AccountConfig, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            running: Arc::new(Semaphore::new(config.hash_concurrency as usize)),
            waiting: AtomicUsize::new(0),
            most_waiting: config.hash_queue as usize,
            entropy,
        }
    }

    /// The password as a PHC string.
    pub(super) async fn hash(&self, ctx: &CallContext, password: String) -> Result<String> {
        let mut salt = [0; SALT_BYTES];
        self.entropy.fill(&mut salt);
        self.run(ctx, move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(Failure::internal)
        })
        .await
    }

    /// Whether the password belongs to the hash. Without a hash it takes as long, and does not.
    pub(super) async fn verify(
        &self,
        ctx: &CallContext,
        password: String,
        hash: Option<String>,
    ) -> Result<bool> {
        self.run(ctx, move || {
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(Failure::internal)?;
            match Argon2::default().verify_password(password.as_bytes(), &parsed) {
                Ok(()) => Ok(hash.is_some()),
                Err(Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(Failure::internal(error)),
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        ctx: &CallContext,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.permit(ctx).await?;
        // The permit goes along: whoever asked may go away, the work goes on.
        let worked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        worked.await.map_err(Failure::internal)?
    }

    async fn permit(&self, ctx: &CallContext) -> Result<OwnedSemaphorePermit> {
        let busy = || {
            Failure::new(FailureClass::RateLimited, "Too many people are signing in; try again in a moment.")
                .with_retry_after(Duration::from_secs(1))
        };
        if let Ok(permit) = self.running.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.most_waiting {
            return Err(busy());
        }
        match tokio::time::timeout_at(ctx.deadline, self.running.clone().acquire_owned()).await {
            Ok(permit) => permit.map_err(Failure::internal),
            Err(_) => Err(busy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_what_everybodys_does() {
        let nobody = PasswordHash::new(NOBODY).expect("the constant is a PHC string");
        let somebody = Argon2::default()
            .hash_password_with_salt(b"correct horse", &[7; SALT_BYTES])
            .expect("these can be hashed");
        assert_eq!(nobody.algorithm, somebody.algorithm);
        assert_eq!(nobody.version, somebody.version);
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.hash.map(|hash| hash.len()), somebody.hash.map(|hash| hash.len()));
    }
}
