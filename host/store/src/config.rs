//! The `store` section of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wheelhouse_core::Secret;

use crate::{cache::redis, error, sql::postgres};

/// `[store]`: database and cache.
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
            memory_cache_bytes: 32 * 1024 * 1024,
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
        for (field, value, longest) in [
            ("postgres_connections", self.postgres_connections.into(), 1_000),
            ("sqlite_readers", self.sqlite_readers.into(), 64),
            ("redis_connections", self.redis_connections.into(), 1_000),
            ("connect_seconds", self.connect_seconds, 600),
        ] {
            if !(1..=longest).contains(&value) {
                problems.push(format!("store.{field}: is {value} and must be from 1 to {longest}"));
            }
        }
        problems
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_seconds.max(1))
    }
}
