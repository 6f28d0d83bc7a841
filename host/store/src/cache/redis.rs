//! The cache on Redis, which replicas share.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use bb8_redis::{
    RedisConnectionManager,
    bb8::{Pool, PooledConnection, RunError},
    redis::{
        AsyncCommands, Client, ConnectionInfo, ExistenceCheck, IntoConnectionInfo, RedisError, SetExpiry,
        SetOptions, cmd, pipe,
    },
};
use bytes::Bytes;
use tokio::time::Instant;
use wheelhouse_core::{Failure, Result, cache::Cache, health::Dependency};

use crate::{StoreConfig, StoreOpenError};

/// How long a call waits for a connection. A cache that takes longer is slower than doing without.
const CHECKOUT: Duration = Duration::from_secs(1);

pub(crate) struct RedisCache {
    pool: Pool<RedisConnectionManager>,
    prefix: String,
}

impl RedisCache {
    /// Connects, or waits for the server to come up. The second is where it is.
    pub(crate) async fn open(config: &StoreConfig, url: &str) -> Result<(Self, String), StoreOpenError> {
        let refuse = |reason| StoreOpenError::RedisUrl { reason };
        let info = connection_info(url).map_err(refuse)?;
        let (place, database) = (info.addr().to_string(), info.redis_settings().db());
        let place = format!("{place}/{database}");
        if url.starts_with("rediss://") && rustls::crypto::CryptoProvider::get_default().is_none() {
            // The client takes the process's default. An error means that another thread has set one meanwhile.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = Client::open(info.clone()).map_err(|error| refuse(describe(&error)))?;
        let deadline = Instant::now() + config.connect_timeout();
        while let Err(error) = ping(&client).await {
            if Instant::now() >= deadline {
                return Err(StoreOpenError::RedisUnreachable { place, reason: describe(&error) });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let pool = Pool::builder()
            .max_size(config.redis_connections.max(1))
            .connection_timeout(CHECKOUT)
            .build_unchecked(RedisConnectionManager::new(info).map_err(|error| refuse(describe(&error)))?);
        Ok((Self { pool, prefix: config.redis_prefix.clone() }, place))
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    async fn connection(&self) -> Result<PooledConnection<'_, RedisConnectionManager>> {
        self.pool.get().await.map_err(|error| match error {
            RunError::User(error) => failure(error),
            RunError::TimedOut => unavailable("no connection in time"),
        })
    }
}

/// Reads `redis://` and `rediss://`.
///
/// # Errors
/// What is wrong with it, without what stands in it.
pub(crate) fn connection_info(url: &str) -> std::result::Result<ConnectionInfo, String> {
    url.into_connection_info().map_err(|error| describe(&error))
}

async fn ping(client: &Client) -> std::result::Result<(), RedisError> {
    let mut connection = client.get_multiplexed_async_connection().await?;
    cmd("PING").query_async(&mut connection).await
}

/// An error in words. A redis error's own words hold parts of the URL only for what is no URL at all.
fn describe(error: &RedisError) -> String {
    error.to_string()
}

fn unavailable(detail: impl fmt::Display) -> Failure {
    Failure::unavailable("The cache does not answer for now; try again in a moment.")
        .with_retry_after(Duration::from_secs(1))
        .with_detail(format_args!("redis: {detail}"))
}

fn failure(error: RedisError) -> Failure {
    // What the server says of one command is a fault of the program; everything else is the connection's.
    match error.code() {
        Some("ERR" | "WRONGTYPE") => Failure::internal(format_args!("redis: {error}")),
        _ => unavailable(error),
    }
}

/// Redis refuses to keep a key for no time at all.
fn milliseconds(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).clamp(1, MAX_TTL_MILLIS)
}

/// A hundred years: Redis refuses times that overflow when they are added to the present.
const MAX_TTL_MILLIS: u64 = 100 * 365 * 24 * 60 * 60 * 1_000;

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, key: &str) -> Result<Option<Bytes>> {
        self.connection().await?.get(self.key(key)).await.map_err(failure)
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<()> {
        let options = SetOptions::default().with_expiration(SetExpiry::PX(milliseconds(ttl)));
        self.connection().await?.set_options(self.key(key), &value[..], options).await.map_err(failure)
    }

    async fn add(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool> {
        let options = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(milliseconds(ttl)));
        let kept: Option<String> = self
            .connection()
            .await?
            .set_options(self.key(key), &value[..], options)
            .await
            .map_err(failure)?;
        Ok(kept.is_some())
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.connection().await?.del(self.key(key)).await.map_err(failure)
    }

    async fn increment(&self, key: &str, ttl: Duration) -> Result<u64> {
        let key = self.key(key);
        let start = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(milliseconds(ttl)));
        // One transaction, so that a counter is never left without an end.
        let (count,): (u64,) = pipe()
            .atomic()
            .set_options(&key, 0, start)
            .ignore()
            .incr(&key, 1)
            .query_async(&mut *self.connection().await?)
            .await
            .map_err(failure)?;
        Ok(count)
    }
}

#[async_trait]
impl Dependency for RedisCache {
    fn name(&self) -> &'static str {
        "cache"
    }

    fn kind(&self) -> &'static str {
        "redis"
    }

    async fn check(&self) -> Result<()> {
        cmd("PING").query_async(&mut *self.connection().await?).await.map_err(failure)
    }
}
