//! Why a store could not be opened.

use std::{io, path::PathBuf};

/// What a connection string of the database reads like.
pub(crate) const DATABASE_URL: &str = "it reads postgresql://user:password@host:5432/database, or leave it out for the embedded SQLite database";
/// What a connection string of the cache reads like.
pub(crate) const REDIS_URL: &str =
    "it reads redis://:password@host:6379/0, or leave it out for a cache in memory";

/// Why a store could not be opened, and what to do about it. Never holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreOpenError {
    /// The connection string of the database is of no use.
    #[error("DATABASE_URL: {reason}; {DATABASE_URL}")]
    DatabaseUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The connection string of the cache is of no use.
    #[error("REDIS_URL: {reason}; {REDIS_URL}")]
    RedisUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The database file or its folder cannot be made or written.
    #[error(
        "cannot write {}: {source}; make it writable for this user, or choose another data folder with --data-dir or \
         WHEELHOUSE_DATA_DIR",
        path.display()
    )]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database does not let the host in.
    #[error("cannot connect to {place}: {reason}; see that it runs and that DATABASE_URL is right")]
    DatabaseUnreachable {
        /// Where it is.
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// The database file cannot be opened.
    #[error("cannot open {place}: {reason}; if it is damaged, put a backup in its place")]
    DatabaseFile {
        /// The file.
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// The cache does not let the host in.
    #[error("cannot connect to {place}: {reason}; see that it runs and that REDIS_URL is right")]
    RedisUnreachable {
        /// Where it is.
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// A later release has been at this database.
    #[error(
        "{place} is newer than this program: it has migration {version}, which this program does not know; start the \
         release that made it, or a later one"
    )]
    DatabaseNewer {
        /// The database.
        place: String,
        /// The migration's number.
        version: i64,
    },
    /// A migration that this program knows by number was another when it ran.
    #[error(
        "{place} was made by another program: its migration {version} differs from this program's; use a database of \
         this program, or the program that made this one"
    )]
    DatabaseForeign {
        /// The database.
        place: String,
        /// The migration's number.
        version: i64,
    },
    /// The database refuses a migration.
    #[error("cannot bring {place} up to date: {reason}; nothing of the failed migration was kept")]
    Migration {
        /// The database.
        place: String,
        /// What went wrong.
        reason: String,
    },
}

impl StoreOpenError {
    pub(crate) fn migration(place: &str, error: &sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        let place = place.to_owned();
        match *error {
            MigrateError::VersionMissing(version) => Self::DatabaseNewer { place, version },
            MigrateError::VersionMismatch(version) => Self::DatabaseForeign { place, version },
            _ => Self::Migration { place, reason: error.to_string() },
        }
    }
}
