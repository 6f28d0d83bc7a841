//! Volatile state that all replicas share.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::Result;

/// Port: keeps bytes for a while. Whatever it keeps may be gone at any time.
#[async_trait]
pub trait Cache: Send + Sync + 'static {
    /// The value, unless it is gone.
    async fn get(&self, key: &str) -> Result<Option<Bytes>>;

    /// Keeps the value for `ttl`, in place of any other.
    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<()>;

    /// Keeps the value for `ttl` unless there is one. Whether it was kept: of several callers at once, one wins.
    async fn add(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool>;

    /// Forgets the value.
    async fn delete(&self, key: &str) -> Result<()>;

    /// Adds one to a counter and returns it. The first increment starts `ttl`; later ones do not prolong it.
    async fn increment(&self, key: &str, ttl: Duration) -> Result<u64>;
}
