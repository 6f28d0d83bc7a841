//! SQLite: a file in the data folder, one connection that writes and several that read.

use std::{
    fs::{DirBuilder, OpenOptions},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    Sqlite, SqlitePool,
    migrate::Migrator,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::time::Instant;
use wheelhouse_core::FailureClass;

use super::{Backend, SqlStore, failure, statements_of};
use crate::{StoreConfig, StoreOpenError};

/// The database's name in the data folder.
const FILE: &str = "wheelhouse.db";

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/sqlite");

impl Backend for Sqlite {
    const KIND: &'static str = "sqlite";
    const COLLATION: &'static str = "BINARY";
    const POSITION: &'static str = "instr";
    /// Takes the lock at once: a transaction that read first could not take it later if another had written meanwhile.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    statements_of!(Sqlite);
}

/// Opens the database in this folder, makes it if there is none, and brings it up to date. The second is where it is.
pub(crate) async fn open(
    config: &StoreConfig,
    data_dir: &Path,
) -> Result<(SqlStore<Sqlite>, String), StoreOpenError> {
    let file = prepare_file(data_dir)?;
    let place = file.display().to_string();
    let unreadable = |error: &sqlx::Error| StoreOpenError::DatabaseFile {
        place: place.clone(),
        reason: error.to_string(),
    };

    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(false)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(BUSY_TIMEOUT)
        // What a burst of writes leaves of the log is given back.
        .pragma("journal_size_limit", "67108864")
        .thread_name(|number| format!("sqlite-{number}"));
    let wait = config.connect_timeout();
    let pool = |connections: u32| {
        PoolOptions::<Sqlite>::new()
            .max_connections(connections.max(1))
            .acquire_timeout(wait)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };

    let writers = pool(1).connect_lazy_with(options.clone());
    migrate(&writers, &place, Instant::now() + wait).await?;
    let readers = pool(config.sqlite_readers)
        .connect_with(options.pragma("query_only", "on"))
        .await
        .map_err(|error| unreadable(&error))?;
    Ok((SqlStore { readers, writers }, place))
}

/// Makes folder and file, for this user alone, and finds out whether they can be written.
fn prepare_file(data_dir: &Path) -> Result<PathBuf, StoreOpenError> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    let mut file = OpenOptions::new();
    file.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        // The write-ahead log and its index get the mode of the file.
        file.mode(0o600);
    }
    folder
        .create(data_dir)
        .map_err(|source| StoreOpenError::NotWritable { path: data_dir.to_owned(), source })?;
    let path = data_dir.join(FILE);
    file.open(&path).map_err(|source| StoreOpenError::NotWritable { path: path.clone(), source })?;
    Ok(path)
}

/// Runs all migrations in one transaction that holds the file's lock, so that of two programs that start at once the
/// second finds the work done. Tries again while the other has the lock: the switch to a write-ahead log cannot wait for it.
async fn migrate(writers: &SqlitePool, place: &str, deadline: Instant) -> Result<(), StoreOpenError> {
    loop {
        let reason = match writers.begin_with(Sqlite::BEGIN).await {
            Ok(mut transaction) => {
                // `run` would do but for rust-lang/rust#102211: its future is not known to be `Send` on one connection.
                MIGRATOR
                    .run_direct(None, &mut *transaction, false)
                    .await
                    .map_err(|error| StoreOpenError::migration(place, &error))?;
                match transaction.commit().await {
                    Ok(()) => return Ok(()),
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        let text = reason.to_string();
        if failure(reason).class != FailureClass::Unavailable || Instant::now() >= deadline {
            return Err(StoreOpenError::DatabaseFile { place: place.to_owned(), reason: text });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
