//! Everything that is kept: SQLite or PostgreSQL for what lasts, memory or Redis for what does not.
//!
//! [`Store::open`] connects, brings the database up to date and hands out the store ports of `wheelhouse_core`. A service
//! cannot tell which database is behind them: the statements are the same, and so is what they answer.

mod account;
mod audio;
mod cache;
mod config;
mod conversation;
mod document;
mod error;
mod session;
mod sql;
mod switch;

use std::{fmt, path::Path, sync::Arc};

use async_trait::async_trait;
use wheelhouse_core::{
    account::{AccountStore, SessionStore},
    audio::AudioStore,
    cache::Cache,
    conversation::ConversationStore,
    document::DocumentStore,
    health::Dependency,
    plugin::PluginSwitchStore,
};

use crate::{
    audio::AudioTiers,
    cache::{MemoryCache, RedisCache},
    sql::{Backend, SqlStore, postgres, sqlite},
};

pub use crate::{config::StoreConfig, error::StoreOpenError};

/// The database and the cache, connected. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Arc<dyn Database>,
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    conversations: Arc<dyn ConversationStore>,
    documents: Arc<dyn DocumentStore>,
    switches: Arc<dyn PluginSwitchStore>,
    cache: Arc<dyn Cache>,
    audio: Arc<AudioTiers>,
    dependencies: Vec<Arc<dyn Dependency>>,
    summary: StoreSummary,
}

/// What the store stands on, for the start page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSummary {
    /// The database.
    pub database: Place,
    /// The cache.
    pub cache: Place,
}

/// What something is and where. Never holds a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `sqlite`, `postgresql`, `memory`, `redis`.
    pub kind: &'static str,
    /// A file, or host, port and name; empty for memory.
    pub place: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if self.place.is_empty() { Ok(()) } else { write!(f, " {}", self.place) }
    }
}

impl Store {
    /// Connects to the database and the cache that the configuration names, and brings the database up to date. Without a
    /// `database_url` that is a file in `data_dir`, which is made if there is none.
    ///
    /// Several hosts may do this at once on one database: one migrates, the others wait.
    ///
    /// # Errors
    /// See [`StoreOpenError`]: a sentence that says what to do, without passwords.
    pub async fn open(config: &StoreConfig, data_dir: &Path) -> Result<Self, StoreOpenError> {
        // The cache first: it is quicker to find out that it is not there, and nothing has to be closed then.
        let (cache, redis, place) = match &config.redis_url {
            Some(url) => {
                let (cache, place) = RedisCache::open(config, url.expose()).await?;
                let cache = Arc::new(cache);
                (Ports::of(cache.clone()), Some(cache), place)
            }
            None => (Ports::of(MemoryCache::new(config.memory_cache_bytes).into()), None, String::new()),
        };
        let cache_place = Place { kind: cache.dependency.kind(), place };
        let audio = || AudioTiers::open(config, data_dir, redis);
        match &config.database_url {
            Some(url) => {
                let (database, place) = postgres::open(config, url.expose()).await?;
                Ok(Self::assemble(database, place, cache, cache_place, audio()))
            }
            None => {
                let (database, place) = sqlite::open(config, data_dir).await?;
                Ok(Self::assemble(database, place, cache, cache_place, audio()))
            }
        }
    }

    fn assemble<B: Backend>(
        database: SqlStore<B>,
        place: String,
        cache: Ports,
        cache_place: Place,
        audio: AudioTiers,
    ) -> Self {
        let database = Arc::new(database);
        Self {
            accounts: database.clone(),
            sessions: database.clone(),
            conversations: database.clone(),
            documents: database.clone(),
            switches: database.clone(),
            dependencies: vec![database.clone(), cache.dependency],
            cache: cache.cache,
            audio: Arc::new(audio),
            summary: StoreSummary { database: Place { kind: B::KIND, place }, cache: cache_place },
            database,
        }
    }

    /// Keeps accounts.
    pub fn accounts(&self) -> Arc<dyn AccountStore> {
        self.accounts.clone()
    }

    /// Keeps sessions.
    pub fn sessions(&self) -> Arc<dyn SessionStore> {
        self.sessions.clone()
    }

    /// Keeps conversations.
    pub fn conversations(&self) -> Arc<dyn ConversationStore> {
        self.conversations.clone()
    }

    /// Keeps plugins' documents.
    pub fn documents(&self) -> Arc<dyn DocumentStore> {
        self.documents.clone()
    }

    /// Keeps which plugins are switched off.
    pub fn switches(&self) -> Arc<dyn PluginSwitchStore> {
        self.switches.clone()
    }

    /// Keeps what need not last.
    pub fn cache(&self) -> Arc<dyn Cache> {
        self.cache.clone()
    }

    /// Keeps finished audio. Never fails: what does not work holds nothing.
    pub fn audio(&self) -> Arc<dyn AudioStore> {
        self.audio.clone()
    }

    /// The database and the cache, to be asked for a sign of life.
    pub fn dependencies(&self) -> Vec<Arc<dyn Dependency>> {
        self.dependencies.clone()
    }

    /// What the store stands on, for the start page.
    pub fn summary(&self) -> &StoreSummary {
        &self.summary
    }

    /// Waits for running statements and for audio that is still to be written, then closes all connections to the
    /// database. Later calls fail with `Unavailable`, but for those of the caches.
    pub async fn close(&self) {
        self.audio.close().await;
        self.database.close().await;
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.summary).finish()
    }
}

/// One cache as both of its ports.
struct Ports {
    cache: Arc<dyn Cache>,
    dependency: Arc<dyn Dependency>,
}

impl Ports {
    fn of<C: Cache + Dependency>(cache: Arc<C>) -> Self {
        Self { cache: cache.clone(), dependency: cache }
    }
}

/// A database of either kind, to be closed.
#[async_trait]
trait Database: Send + Sync {
    async fn close(&self);
}

#[async_trait]
impl<B: Backend> Database for SqlStore<B> {
    async fn close(&self) {
        SqlStore::close(self).await;
    }
}
