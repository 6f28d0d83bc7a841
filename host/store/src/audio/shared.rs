//! Audio on Redis, which replicas share.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    task::spawn_blocking,
    time::{Instant, timeout},
};
use wheelhouse_core::{
    Failure, Result,
    audio::{AudioId, KeptAudio},
    cache::Cache,
};

use super::{frame, queue::Sink, trouble::Trouble};
use crate::cache::RedisCache;

/// How long somebody who wants to hear something waits for what may be there.
const FIND: Duration = Duration::from_millis(200);

/// How long nobody is made to wait again after Redis did not answer.
const REST: Duration = Duration::from_secs(2);

/// How long a write in the background may take.
const WRITE: Duration = Duration::from_secs(2);

pub(super) struct SharedAudio {
    redis: Arc<RedisCache>,
    ttl: Duration,
    max_bytes: u64,
    trouble: Trouble,
    /// Until when Redis is not asked for audio.
    rests: Mutex<Option<Instant>>,
}

impl SharedAudio {
    /// Frames that are longer than `max_bytes` are not kept.
    pub(super) fn new(redis: Arc<RedisCache>, ttl: Duration, max_bytes: u64) -> Self {
        Self { redis, ttl, max_bytes, trouble: Trouble::default(), rests: Mutex::default() }
    }

    /// What is there; nothing when Redis does not give it in 200 ms, nor for a while after it did not.
    pub(super) async fn find(&self, id: &AudioId) -> Option<KeptAudio> {
        if self.rests().is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let key = key(id);
        let frame = self.heard(timeout(FIND, self.redis.get(&key)).await)??;
        spawn_blocking(move || frame::decode(&frame)).await.ok()?
    }

    /// What Redis answered, if it did.
    fn heard<T, E>(&self, outcome: std::result::Result<Result<T>, E>) -> Option<T> {
        match outcome {
            Ok(Ok(answer)) => {
                self.trouble.end();
                *self.rests() = None;
                return Some(answer);
            }
            Ok(Err(failure)) => self.failed(reason(&failure)),
            Err(_) => self.failed("no answer in time"),
        }
        None
    }

    fn failed(&self, reason: impl fmt::Display) {
        self.trouble.begin("audio is not shared through Redis for now", reason);
        *self.rests() = Some(Instant::now() + REST);
    }

    fn rests(&self) -> MutexGuard<'_, Option<Instant>> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sink for SharedAudio {
    const NAME: &'static str = "Redis";

    fn takes(&self, audio: &KeptAudio) -> bool {
        frame::length(audio) <= self.max_bytes
    }

    async fn write(&self, id: &AudioId, audio: &KeptAudio) -> bool {
        let audio = audio.clone();
        let Ok(Some(frame)) = spawn_blocking(move || frame::encode(&audio)).await else { return true };
        let key = key(id);
        self.heard(timeout(WRITE, self.redis.set(&key, frame.into(), self.ttl)).await).is_some()
    }
}

fn key(id: &AudioId) -> String {
    format!("audio:{id}")
}

fn reason(failure: &Failure) -> &str {
    failure.detail.as_deref().unwrap_or(&failure.message)
}
