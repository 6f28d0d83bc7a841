//! Audio on Redis, which replicas share.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{task::spawn_blocking, time::timeout};
use wheelhouse_core::{
    Failure, Result,
    audio::{AudioId, KeptAudio},
    cache::Cache,
};

use super::{frame, queue::Sink, trouble::Trouble};
use crate::cache::RedisCache;

/// How long somebody who wants to hear something waits for what may be there.
const FIND: Duration = Duration::from_millis(200);

/// How long a write in the background may take.
const WRITE: Duration = Duration::from_secs(2);

pub(super) struct SharedAudio {
    redis: Arc<RedisCache>,
    ttl: Duration,
    max_bytes: u64,
    trouble: Trouble,
}

impl SharedAudio {
    /// Frames that are longer than `max_bytes` are not kept.
    pub(super) fn new(redis: Arc<RedisCache>, ttl: Duration, max_bytes: u64) -> Self {
        Self { redis, ttl, max_bytes, trouble: Trouble::default() }
    }

    /// What is there; nothing when Redis does not give it in 200 ms.
    pub(super) async fn find(&self, id: &AudioId) -> Option<KeptAudio> {
        let key = key(id);
        let frame = self.heard(timeout(FIND, self.redis.get(&key)).await)??;
        spawn_blocking(move || frame::decode(&frame)).await.ok()?
    }

    /// What Redis answered, if it did.
    fn heard<T, E>(&self, outcome: std::result::Result<Result<T>, E>) -> Option<T> {
        match outcome {
            Ok(Ok(answer)) => {
                self.trouble.end();
                return Some(answer);
            }
            Ok(Err(failure)) => self.failed(reason(&failure)),
            Err(_) => self.failed("no answer in time"),
        }
        None
    }

    fn failed(&self, reason: impl fmt::Display) {
        self.trouble.begin("audio is not shared through Redis for now", reason);
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
