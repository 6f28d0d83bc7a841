//! The cache in memory, bounded by weight; what was used least lately goes first.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use moka::{
    Expiry,
    future::Cache as Moka,
    ops::compute::{CompResult, Op},
    policy::EvictionPolicy,
};
use tokio::time::Instant;
use wheelhouse_core::{Failure, Result, cache::Cache, health::Dependency};

/// What an entry costs beside its key and value: moka's own book-keeping, roughly.
const OVERHEAD: usize = 128;

#[derive(Clone)]
struct Entry {
    value: Bytes,
    expires: Instant,
}

impl Entry {
    fn new(value: Bytes, ttl: Duration) -> Self {
        let now = Instant::now();
        Self { value, expires: now.checked_add(ttl).unwrap_or_else(|| now + FOREVER) }
    }

    fn is_live(&self) -> bool {
        Instant::now() < self.expires
    }
}

/// Longer than any process lives.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Frees what has expired. Whether an entry still counts is decided by its own time.
struct Release;

impl Expiry<String, Entry> for Release {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: std::time::Instant) -> Option<Duration> {
        Some(entry.expires.saturating_duration_since(Instant::now()))
    }

    fn expire_after_update(
        &self,
        _: &String,
        entry: &Entry,
        _: std::time::Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.expires.saturating_duration_since(Instant::now()))
    }
}

pub(crate) struct MemoryCache {
    entries: Moka<String, Entry>,
}

impl MemoryCache {
    pub(crate) fn new(max_bytes: u64) -> Self {
        let entries = Moka::builder()
            .max_capacity(max_bytes)
            .weigher(|key: &String, entry: &Entry| {
                u32::try_from(key.len() + entry.value.len() + OVERHEAD).unwrap_or(u32::MAX)
            })
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(Release)
            .build();
        Self { entries }
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Result<Option<Bytes>> {
        Ok(self.entries.get(key).await.filter(Entry::is_live).map(|entry| entry.value))
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<()> {
        self.entries.insert(key.to_owned(), Entry::new(value, ttl)).await;
        Ok(())
    }

    async fn add(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool> {
        let added = self
            .entries
            .entry_by_ref(key)
            .and_compute_with(async |present| match present {
                Some(present) if present.value().is_live() => Op::Nop,
                _ => Op::Put(Entry::new(value, ttl)),
            })
            .await;
        Ok(matches!(added, CompResult::Inserted(_) | CompResult::ReplacedWith(_)))
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.entries.invalidate(key).await;
        Ok(())
    }

    async fn increment(&self, key: &str, ttl: Duration) -> Result<u64> {
        let mut count = 0;
        self.entries
            .entry_by_ref(key)
            .and_try_compute_with(async |present| {
                let present = present.map(moka::Entry::into_value).filter(Entry::is_live);
                let (before, expires) = match present {
                    None => (0, Entry::new(Bytes::new(), ttl).expires),
                    Some(entry) => (read_counter(&entry.value)?, entry.expires),
                };
                count = before + 1;
                Ok::<_, Failure>(Op::Put(Entry { value: count.to_string().into(), expires }))
            })
            .await?;
        Ok(count)
    }
}

/// A counter is kept as Redis keeps it: in decimal digits.
fn read_counter(value: &[u8]) -> Result<u64> {
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Failure::internal("a counter's key in the cache holds something else"))
}

#[async_trait]
impl Dependency for MemoryCache {
    fn name(&self) -> &'static str {
        "cache"
    }

    fn kind(&self) -> &'static str {
        "memory"
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn cache_in_memory_stays_within_its_bound() {
        let cache = MemoryCache::new(100_000);
        for number in 0..1_000 {
            cache
                .set(&format!("k{number}"), Bytes::from(vec![0; 1_000]), Duration::from_secs(60))
                .await
                .expect("memory does not fail");
        }
        cache.entries.run_pending_tasks().await;
        assert!(cache.entries.weighted_size() <= 100_000);
        assert!(cache.get("k999").await.expect("memory does not fail").is_some(), "the latest is kept");
        assert!(cache.get("k0").await.expect("memory does not fail").is_none(), "the oldest is not");
    }
}
