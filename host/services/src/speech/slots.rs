//! Who may have engines work at present, and who waits.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wheelhouse_core::{CallContext, Failure, FailureClass, Result, UserId, failure::BUSY};

use super::SpeechConfig;

/// When to come back where there is no place.
const COME_BACK: Duration = Duration::from_secs(2);

/// Places for sentences that are synthesised, and for speech that is made. A sentence's place is held while an engine works on it and
/// never while a client reads.
pub(super) struct Slots {
    sentences: Arc<Semaphore>,
    max_sentences: usize,
    waiting: AtomicUsize,
    max_waiting: usize,
    speeches: Arc<Semaphore>,
    of_user: Mutex<HashMap<UserId, usize>>,
    max_of_user: usize,
}

/// A place for one sentence; free again when dropped.
pub(super) struct SentencePlace {
    _permit: OwnedSemaphorePermit,
}

/// A place for one speech; free again when dropped.
pub(super) struct SpeechPlace {
    slots: Arc<Slots>,
    user: Option<UserId>,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    pub(super) fn new(config: &SpeechConfig) -> Arc<Self> {
        Arc::new(Self {
            sentences: Arc::new(Semaphore::new(config.at_once())),
            max_sentences: config.at_once(),
            waiting: AtomicUsize::new(0),
            max_waiting: config.queue,
            speeches: Arc::new(Semaphore::new(config.streams)),
            of_user: Mutex::default(),
            max_of_user: config.streams_per_user,
        })
    }

    /// Sentences that have a place.
    pub(super) fn working(&self) -> usize {
        self.max_sentences.saturating_sub(self.sentences.available_permits())
    }

    /// Speeches that wait for the place of their first sentence.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// A place for a speech that is to be made.
    ///
    /// # Errors
    /// `RateLimited` when the host, or this user, has as many as may be.
    pub(super) fn speech(self: &Arc<Self>, ctx: &CallContext) -> Result<SpeechPlace> {
        let permit = self
            .speeches
            .clone()
            .try_acquire_owned()
            .map_err(|_| busy("This server speaks to as many at once as it may."))?;
        let user = ctx.user().map(|user| user.id.clone());
        if let Some(user) = &user {
            let mut of_user = self.of_user.lock().unwrap_or_else(PoisonError::into_inner);
            let count = of_user.entry(user.clone()).or_default();
            if *count >= self.max_of_user {
                return Err(busy("You are being spoken to as often at once as may be."));
            }
            *count += 1;
        }
        Ok(SpeechPlace { slots: self.clone(), user, _permit: permit })
    }

    /// A place for the first sentence of a speech. Waits in a queue that is bounded.
    ///
    /// # Errors
    /// `RateLimited` when the queue is full.
    pub(super) async fn first_sentence(&self) -> Result<SentencePlace> {
        if let Ok(permit) = self.sentences.clone().try_acquire_owned() {
            return Ok(SentencePlace { _permit: permit });
        }
        let _waiting = Waiting::enter(&self.waiting);
        if self.waiting.load(Ordering::Relaxed) > self.max_waiting {
            return Err(busy("As many wait to be spoken to as may."));
        }
        self.next_sentence().await
    }

    /// A place for a sentence of a speech that has begun: who listens already is not sent away.
    ///
    /// # Errors
    /// `Internal` when the host stops.
    pub(super) async fn next_sentence(&self) -> Result<SentencePlace> {
        let permit = self.sentences.clone().acquire_owned().await.map_err(Failure::internal)?;
        Ok(SentencePlace { _permit: permit })
    }
}

impl Drop for SpeechPlace {
    fn drop(&mut self) {
        let Some(user) = &self.user else { return };
        let mut of_user = self.slots.of_user.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = of_user.get_mut(user) {
            *count -= 1;
            if *count == 0 {
                of_user.remove(user);
            }
        }
    }
}

/// Counts one who waits, until dropped.
struct Waiting<'c>(&'c AtomicUsize);

impl<'c> Waiting<'c> {
    fn enter(count: &'c AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn busy(what: &str) -> Failure {
    Failure::new(FailureClass::RateLimited, format!("{what} Try again in a moment."))
        .with_code(BUSY)
        .with_retry_after(COME_BACK)
}
