//! One set of statements for both databases, and the little in which they differ.

mod failure;
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod statement;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use sqlx::{
    Database, Decode, Pool, Postgres, SqlStr, Sqlite, Transaction, Type, error::BoxDynError,
    pool::PoolConnection,
};
use uuid::Uuid;
use wheelhouse_core::{Failure, Result, health::Dependency};

pub(crate) use failure::failure;
pub(crate) use statement::{Statement, Value};

/// A database that the statements of this crate run on.
pub(crate) trait Backend: Database {
    /// As [`Dependency::kind`] names it.
    const KIND: &'static str;
    /// The collation by which texts are in the order of their code points.
    const COLLATION: &'static str;
    /// The function of (text, part) that tells where the part begins, 0 for nowhere.
    const POSITION: &'static str;
    /// Begins a transaction that writes.
    const BEGIN: &'static str;

    /// Adds an argument to those of a statement.
    fn bind(arguments: &mut Self::Arguments, value: Value<'_>) -> Result<(), BoxDynError>;

    /// Reads a column.
    fn column<T: Cell>(row: &Self::Row, index: usize) -> sqlx::Result<T>;

    /// Runs a statement; how many rows it changed.
    fn execute(
        connection: &mut Self::Connection,
        sql: SqlStr,
        arguments: Self::Arguments,
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// Runs a statement that gives rows.
    fn fetch(
        connection: &mut Self::Connection,
        sql: SqlStr,
        arguments: Self::Arguments,
    ) -> BoxStream<'_, sqlx::Result<Self::Row>>;
}

/// What a column can be read as, on both databases.
pub(crate) trait Cell:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl Cell for String {}
impl Cell for Option<String> {}
impl Cell for i64 {}
impl Cell for Option<i64> {}
impl Cell for Uuid {}
impl Cell for Vec<u8> {}

/// The functions of a backend are the same words on each of sqlx's drivers, but no bound of Rust's can say so once.
macro_rules! statements_of {
    ($database:ty) => {
        fn bind(
            arguments: &mut Self::Arguments,
            value: $crate::sql::Value<'_>,
        ) -> Result<(), sqlx::error::BoxDynError> {
            use sqlx::Arguments;

            use $crate::sql::Value;
            match value {
                Value::Text(text) => arguments.add(text.as_deref()),
                Value::Integer(integer) => arguments.add(integer),
                Value::Bytes(bytes) => arguments.add(bytes),
                Value::Uuid(uuid) => arguments.add(uuid),
            }
        }

        fn column<T: $crate::sql::Cell>(row: &Self::Row, index: usize) -> sqlx::Result<T> {
            sqlx::Row::try_get(row, index)
        }

        async fn execute(
            connection: &mut Self::Connection,
            sql: sqlx::SqlStr,
            arguments: Self::Arguments,
        ) -> sqlx::Result<u64> {
            let query = sqlx::query_with::<$database, _>(sql, arguments);
            Ok(query.execute(connection).await?.rows_affected())
        }

        fn fetch(
            connection: &mut Self::Connection,
            sql: sqlx::SqlStr,
            arguments: Self::Arguments,
        ) -> futures_util::stream::BoxStream<'_, sqlx::Result<Self::Row>> {
            sqlx::query_with::<$database, _>(sql, arguments).fetch(connection)
        }
    };
}
pub(crate) use statements_of;

/// Every store port, on one database. The ports are implemented in modules of their names.
pub(crate) struct SqlStore<B: Backend> {
    readers: Pool<B>,
    writers: Pool<B>,
}

impl<B: Backend> SqlStore<B> {
    /// A connection to read from.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<B>> {
        self.readers.acquire().await.map_err(failure)
    }

    /// A connection for one statement that writes.
    pub(crate) async fn writer(&self) -> Result<PoolConnection<B>> {
        self.writers.acquire().await.map_err(failure)
    }

    /// A transaction that writes; rolled back unless it is committed.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, B>> {
        self.writers.begin_with(B::BEGIN).await.map_err(failure)
    }

    /// Waits for running statements and closes all connections.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// Makes a transaction's changes lasting.
pub(crate) async fn commit<B: Backend>(transaction: Transaction<'static, B>) -> Result<()> {
    transaction.commit().await.map_err(failure)
}

/// Reads a column.
pub(crate) fn column<B: Backend, T: Cell>(row: &B::Row, index: usize) -> Result<T> {
    B::column(row, index).map_err(failure)
}

/// Reads a column of milliseconds.
pub(crate) fn timestamp<B: Backend>(row: &B::Row, index: usize) -> Result<Timestamp> {
    Timestamp::from_millisecond(column::<B, i64>(row, index)?).map_err(Failure::internal)
}

#[async_trait]
impl<B: Backend> Dependency for SqlStore<B> {
    fn name(&self) -> &'static str {
        "database"
    }

    fn kind(&self) -> &'static str {
        B::KIND
    }

    async fn check(&self) -> Result<()> {
        let answer = async {
            let mut connection = self.reader().await?;
            Statement::<B>::new("SELECT 1").fetch_optional(&mut connection).await
        };
        match tokio::time::timeout(CHECK_TIMEOUT, answer).await {
            Ok(answer) => answer.map(|_| ()),
            Err(_) => Err(Failure::unavailable("The database does not answer.")),
        }
    }
}

/// A sign of life that takes longer is none.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
