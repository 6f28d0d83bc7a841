//! What tests stand on: a folder, a schema or a key prefix of their own, gone when they end.

use std::{env, future::Future, io::Write, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;
use wheelhouse_core::Secret;
use wheelhouse_store::{Store, StoreConfig};

pub(crate) const DATABASE: &str = "TEST_DATABASE_URL";
pub(crate) const REDIS: &str = "TEST_REDIS_URL";

/// A moment, in milliseconds after the first.
pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_000 + millis).unwrap()
}

/// The address of a server to test on.
pub(crate) fn server(variable: &str) -> Option<String> {
    if let Ok(url) = env::var(variable) {
        return Some(url);
    }
    assert!(env::var_os("TEST_REQUIRE_SERVERS").is_none(), "{variable} is not set");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Not eprintln, which the test harness keeps to itself when a test passes.
    let line = format!("SKIPPED: {test}: {variable} is not set\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

pub(crate) fn on_sqlite(test: impl AsyncFnOnce(&Store)) {
    runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&StoreConfig::default(), folder.path()).await.unwrap();
        test(&store).await;
        store.close().await;
    });
}

pub(crate) fn on_postgres(test: impl AsyncFnOnce(&Store)) {
    on_schema(async |config| {
        let store = Store::open(&config, "/nowhere".as_ref()).await.unwrap();
        test(&store).await;
        store.close().await;
    });
}

/// Runs the test with the configuration of an empty schema, and drops the schema however the test ends.
pub(crate) fn on_schema(test: impl AsyncFnOnce(StoreConfig)) {
    let Some(url) = server(DATABASE) else { return };
    runtime().block_on(async {
        let schema = format!("test_{}", Uuid::new_v4().simple());
        execute(&url, &format!("CREATE SCHEMA {schema}")).await;
        let config = StoreConfig {
            database_url: Some(Secret::new(format!("{url}{}options[search_path]={schema}", separator(&url)))),
            postgres_connections: 4,
            ..StoreConfig::default()
        };
        finally(test(config), execute(&url, &format!("DROP SCHEMA {schema} CASCADE"))).await;
    });
}

/// What a parameter is put after.
pub(crate) fn separator(url: &str) -> char {
    if url.contains('?') { '&' } else { '?' }
}

/// Runs the second also when the first panics.
pub(crate) async fn finally(test: impl Future<Output = ()>, cleanup: impl Future<Output = ()>) {
    let outcome = AssertUnwindSafe(test).catch_unwind().await;
    cleanup.await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

pub(crate) async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
