//! A statement and its arguments.

use std::borrow::Cow;

use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use jiff::Timestamp;
use sqlx::{Arguments, AssertSqlSafe, SqlSafeStr, SqlStr};
use uuid::Uuid;
use wheelhouse_core::{Failure, Result, UserId};

use super::{Backend, failure};

/// An argument.
pub(crate) enum Value<'v> {
    Text(Option<Cow<'v, str>>),
    Integer(i64),
    Bytes(&'v [u8]),
    Uuid(Uuid),
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl<'v> From<&'v UserId> for Value<'v> {
    fn from(user: &'v UserId) -> Self {
        Self::from(user.as_str())
    }
}

impl From<i64> for Value<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Integer(time.as_millisecond())
    }
}

impl<'v> From<&'v [u8; 32]> for Value<'v> {
    fn from(bytes: &'v [u8; 32]) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Uuid> for Value<'_> {
    fn from(uuid: Uuid) -> Self {
        Self::Uuid(uuid)
    }
}

/// A statement on its way to the database. Its text is only ever made of literals and of placeholders `$1`, `$2`, …
pub(crate) struct Statement<B: Backend> {
    sql: Cow<'static, str>,
    arguments: B::Arguments,
    fault: Option<Failure>,
}

impl<B: Backend> Statement<B> {
    pub(crate) fn new(sql: &'static str) -> Self {
        Self { sql: Cow::Borrowed(sql), arguments: B::Arguments::default(), fault: None }
    }

    /// Adds the argument of the next placeholder.
    pub(crate) fn bind<'v>(mut self, value: impl Into<Value<'v>>) -> Self {
        self.add(value.into());
        self
    }

    /// Goes on with the statement's text.
    pub(crate) fn push(&mut self, sql: &str) {
        self.sql.to_mut().push_str(sql);
    }

    /// Adds an argument; its placeholder, to be used any number of times.
    pub(crate) fn argument<'v>(&mut self, value: impl Into<Value<'v>>) -> String {
        self.add(value.into());
        format!("${}", self.arguments.len())
    }

    fn add(&mut self, value: Value<'_>) {
        // PostgreSQL has no such texts, so SQLite must not have them either.
        if matches!(&value, Value::Text(Some(text)) if text.contains('\0')) {
            self.fault = Some(Failure::invalid("A text must not contain the character U+0000."));
        }
        if let Err(error) = B::bind(&mut self.arguments, value) {
            self.fault = Some(Failure::internal(error));
        }
    }

    fn into_parts(self) -> Result<(SqlStr, B::Arguments)> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        // A text that leaves its last arguments out is the text of a statement with fewer, which is prepared but once.
        debug_assert!(
            self.arguments.len() == 0 || self.sql.contains(&format!("${}", self.arguments.len())),
            "an argument without a placeholder: {}",
            self.sql
        );
        let sql = match self.sql {
            Cow::Borrowed(sql) => SqlStr::from_static(sql),
            Cow::Owned(sql) => AssertSqlSafe(sql).into_sql_str(),
        };
        Ok((sql, self.arguments))
    }

    /// How many rows it changed.
    pub(crate) async fn execute(self, connection: &mut B::Connection) -> Result<u64> {
        let (sql, arguments) = self.into_parts()?;
        B::execute(connection, sql, arguments).await.map_err(failure)
    }

    /// The one row that it gives, if any.
    pub(crate) async fn fetch_optional(self, connection: &mut B::Connection) -> Result<Option<B::Row>> {
        Ok(self.fetch_all(connection).await?.pop())
    }

    /// All rows.
    pub(crate) async fn fetch_all(self, connection: &mut B::Connection) -> Result<Vec<B::Row>> {
        self.fetch(connection)?.try_collect().await
    }

    /// Rows as they come.
    pub(crate) fn fetch(self, connection: &mut B::Connection) -> Result<BoxStream<'_, Result<B::Row>>> {
        let (sql, arguments) = self.into_parts()?;
        Ok(B::fetch(connection, sql, arguments).map_err(failure).boxed())
    }
}
