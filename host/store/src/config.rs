//! The `store` section of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wheelhouse_core::Secret;

use crate::{cache::redis, error, sql::postgres};

const MIB: u64 = 1024 * 1024;

/// `[store]`: database, cache and kept audio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// A PostgreSQL database: `postgresql://user:password@host/database`. Without it, the embedded SQLite database in the
    /// data folder. `DATABASE_URL` sets it.
    pub database_url: Option<Secret>,
    /// A Redis server: `redis://:password@host/0`. Without it, a cache in memory, which is not shared between replicas.
    /// `REDIS_URL` sets it.
    pub redis_url: Option<Secret>,
    /// Begins every key in Redis, so that several hosts can share a server.
    pub redis_prefix: String,
    /// Most connections to PostgreSQL, 1 to 1,000.
    pub postgres_connections: u32,
    /// Most connections that read from SQLite at once, 1 to 64; one more writes.
    pub sqlite_readers: u32,
    /// Most connections to Redis, 1 to 1,000.
    pub redis_connections: u32,
    /// How long a call waits for a connection to the database, and the start for the servers to come up, 1 to 600.
    pub connect_seconds: u64,
    /// Most bytes that the cache in memory holds.
    pub memory_cache_bytes: u64,
    /// Most bytes of finished audio in memory, up to 16 GiB. Audio larger than a quarter of it is not kept
    /// there.
    pub audio_memory_bytes: u64,
    /// Most bytes of finished audio in the data folder, up to 16 TiB. 0: none.
    pub audio_disk_bytes: u64,
    /// How long finished audio is kept in Redis, up to a year, where there is a `redis_url`. 0: not at all.
    pub audio_redis_seconds: u64,
    /// The largest audio that is kept in Redis, 1 byte to 256 MiB.
    pub audio_redis_entry_bytes: u64,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            database_url: None,
            redis_url: None,
            redis_prefix: "wheelhouse:".to_owned(),
            postgres_connections: 10,
            sqlite_readers: 4,
            redis_connections: 8,
            connect_seconds: 5,
            memory_cache_bytes: 32 * MIB,
            audio_memory_bytes: 32 * MIB,
            audio_disk_bytes: 512 * MIB,
            audio_redis_seconds: 24 * 60 * 60,
            audio_redis_entry_bytes: 2 * MIB,
        }
    }
}

impl StoreConfig {
    /// What is wrong with it, a sentence each, without passwords. Whether the servers are there, the start tells.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(url) = &self.database_url
            && let Err(reason) = postgres::connect_options(url.expose())
        {
            problems.push(format!("store.database_url: {reason}; {}", error::DATABASE_URL));
        }
        if let Some(url) = &self.redis_url
            && let Err(reason) = redis::connection_info(url.expose())
        {
            problems.push(format!("store.redis_url: {reason}; {}", error::REDIS_URL));
        }
        for (field, value, least, most) in [
            ("postgres_connections", self.postgres_connections.into(), 1, 1_000),
            ("sqlite_readers", self.sqlite_readers.into(), 1, 64),
            ("redis_connections", self.redis_connections.into(), 1, 1_000),
            ("connect_seconds", self.connect_seconds, 1, 600),
            ("audio_memory_bytes", self.audio_memory_bytes, 0, 16 * 1024 * MIB),
            ("audio_disk_bytes", self.audio_disk_bytes, 0, 16 * 1024 * 1024 * MIB),
            ("audio_redis_seconds", self.audio_redis_seconds, 0, 365 * 24 * 60 * 60),
            ("audio_redis_entry_bytes", self.audio_redis_entry_bytes, 1, 256 * MIB),
        ] {
            if !(least..=most).contains(&value) {
                problems.push(format!("store.{field}: is {value} and must be from {least} to {most}"));
            }
        }
        problems
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_seconds.max(1))
    }
}
