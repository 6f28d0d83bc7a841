use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use wheelhouse_core::{Failure, Result, cache::Cache, clock::Clock};

use super::FakeClock;

/// A cache whose entries grow old by the fake clock.
pub(crate) struct FakeCache {
    clock: Arc<FakeClock>,
    entries: Mutex<HashMap<String, (Bytes, Timestamp)>>,
    pub(crate) down: AtomicBool,
}

impl FakeCache {
    pub(crate) fn new(clock: Arc<FakeClock>) -> Self {
        Self { clock, entries: Mutex::default(), down: AtomicBool::new(false) }
    }

    fn entries(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, (Bytes, Timestamp)>>> {
        if self.down.load(Ordering::Relaxed) {
            return Err(Failure::unavailable("The cache is down."));
        }
        let now = self.clock.now();
        let mut entries = self.entries.lock().unwrap();
        entries.retain(|_, (_, until)| *until > now);
        Ok(entries)
    }

    fn until(&self, ttl: Duration) -> Timestamp {
        self.clock.now().checked_add(ttl).unwrap()
    }
}

#[async_trait]
impl Cache for FakeCache {
    async fn get(&self, key: &str) -> Result<Option<Bytes>> {
        Ok(self.entries()?.get(key).map(|(value, _)| value.clone()))
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<()> {
        self.entries()?.insert(key.to_owned(), (value, self.until(ttl)));
        Ok(())
    }

    async fn add(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool> {
        let mut entries = self.entries()?;
        if entries.contains_key(key) {
            return Ok(false);
        }
        entries.insert(key.to_owned(), (value, self.until(ttl)));
        Ok(true)
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.entries()?.remove(key);
        Ok(())
    }

    async fn increment(&self, key: &str, ttl: Duration) -> Result<u64> {
        let until = self.until(ttl);
        let mut entries = self.entries()?;
        let (value, _) = entries.entry(key.to_owned()).or_insert((Bytes::from_static(b"0"), until));
        let count = std::str::from_utf8(value).unwrap().parse::<u64>().unwrap() + 1;
        *value = Bytes::from(count.to_string());
        Ok(count)
    }
}
