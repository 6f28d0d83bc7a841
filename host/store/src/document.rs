//! Documents of plugins.
//!
//! What a query compares is never the JSON itself, of which SQLite and PostgreSQL think differently, but a text for each of
//! its values whose order by bytes is the contract's order ([`rank`]). The texts are made here, once, when a document is
//! written, so that both databases have only to compare bytes, and one set of statements serves both.

mod aggregate;
mod cursor;
mod fields;
mod filter;
mod rank;
mod select;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};
use wheelhouse_core::{
    Failure, FailureClass, Result,
    document::{Aggregation, Collection, Document, DocumentStore, Group, Page, Query},
};

use crate::sql::{Backend, SqlStore, Statement, column, timestamp};

/// Longest body in bytes of JSON.
const MAX_BODY: usize = 256 * 1024;
/// Longest id in bytes.
const MAX_ID: usize = 128;

#[async_trait]
impl<B: Backend> DocumentStore for SqlStore<B> {
    async fn insert(
        &self,
        collection: &Collection,
        id: &str,
        body: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Document> {
        if id.is_empty() || id.len() > MAX_ID {
            return Err(Failure::invalid_field("id", format!("an id has 1 to {MAX_ID} bytes")));
        }
        let scope = Scope::of(collection)?;
        let body_text = body_text(&body)?;
        let inserted = Statement::<B>::new(
            "INSERT INTO documents (plugin, owner, collection, id, revision, created, updated, fields, body)
             VALUES ($1, $2, $3, $4, 1, $5, $5, jsonb($6), $7)
             ON CONFLICT DO NOTHING",
        )
        .bind(scope.plugin)
        .bind(scope.owner)
        .bind(scope.name)
        .bind(id)
        .bind(now)
        .bind(fields::fields(&body).to_string())
        .bind(body_text)
        .execute(&mut *self.writer().await?)
        .await?;
        if inserted == 0 {
            return Err(Failure::conflict("There is a document with this id already."));
        }
        let now = milliseconds(now)?;
        Ok(Document { id: id.to_owned(), revision: 1, body, created: now, updated: now })
    }

    async fn find(&self, collection: &Collection, id: &str) -> Result<Option<Document>> {
        let scope = Scope::of(collection)?;
        Statement::<B>::new(
            "SELECT id, revision, created, updated, body FROM documents
             WHERE plugin = $1 AND owner = $2 AND collection = $3 AND id = $4",
        )
        .bind(scope.plugin)
        .bind(scope.owner)
        .bind(scope.name)
        .bind(id)
        .fetch_optional(&mut *self.reader().await?)
        .await?
        .map(|row| document::<B>(&row).map(|(document, _)| document))
        .transpose()
    }

    async fn replace(
        &self,
        collection: &Collection,
        id: &str,
        revision: u64,
        body: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Document> {
        let scope = Scope::of(collection)?;
        let body_text = body_text(&body)?;
        let mut connection = self.writer().await?;
        let replaced = Statement::<B>::new(
            "UPDATE documents SET revision = revision + 1, updated = $6, fields = jsonb($7), body = $8
             WHERE plugin = $1 AND owner = $2 AND collection = $3 AND id = $4 AND revision = $5
             RETURNING created",
        )
        .bind(scope.plugin)
        .bind(scope.owner)
        .bind(scope.name)
        .bind(id)
        // No document has so high a revision, nor has it this one.
        .bind(i64::try_from(revision).unwrap_or(-1))
        .bind(now)
        .bind(fields::fields(&body).to_string())
        .bind(body_text)
        .fetch_optional(&mut connection)
        .await?;
        if let Some(row) = replaced {
            let created = timestamp::<B>(&row, 0)?;
            let revision = revision + 1;
            return Ok(Document { id: id.to_owned(), revision, body, created, updated: milliseconds(now)? });
        }
        let present = Statement::<B>::new(
            "SELECT revision FROM documents WHERE plugin = $1 AND owner = $2 AND collection = $3 AND id = $4",
        )
        .bind(scope.plugin)
        .bind(scope.owner)
        .bind(scope.name)
        .bind(id)
        .fetch_optional(&mut connection)
        .await?;
        Err(match present {
            Some(row) => Failure::conflict(format!(
                "The document is at revision {} now; read it again and repeat the change.",
                column::<B, i64>(&row, 0)?
            )),
            None => Failure::not_found("There is no such document."),
        })
    }

    async fn delete(&self, collection: &Collection, id: &str) -> Result<bool> {
        let scope = Scope::of(collection)?;
        let deleted = Statement::<B>::new(
            "DELETE FROM documents WHERE plugin = $1 AND owner = $2 AND collection = $3 AND id = $4",
        )
        .bind(scope.plugin)
        .bind(scope.owner)
        .bind(scope.name)
        .bind(id)
        .execute(&mut *self.writer().await?)
        .await?;
        Ok(deleted > 0)
    }

    async fn list(&self, collection: &Collection, query: &Query) -> Result<Page> {
        let select = select::Select::<B>::new(&Scope::of(collection)?, query)?;
        select.page(&mut *self.reader().await?).await
    }

    async fn aggregate(&self, collection: &Collection, aggregation: &Aggregation) -> Result<Vec<Group>> {
        let scope = Scope::of(collection)?;
        aggregate::aggregate::<B>(&mut *self.reader().await?, &scope, aggregation).await
    }
}

/// Whose documents a statement reaches.
struct Scope<'c> {
    plugin: &'c str,
    /// Empty for documents that all users share.
    owner: &'c str,
    name: &'c str,
}

impl<'c> Scope<'c> {
    fn of(collection: &'c Collection) -> Result<Self> {
        let Collection { plugin, owner, name } = collection;
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        // Those of the host itself begin with a dollar, which no plugin's may.
        let letters = name.strip_prefix('$').unwrap_or(name);
        if letters.is_empty() || letters.len() > 64 || !letters.bytes().all(allowed) {
            return Err(Failure::invalid_field(
                "collection",
                format!("`{name}` is no name: 1 to 64 of a-z, 0-9, `_` and `-`"),
            ));
        }
        let owner = match owner {
            None => "",
            // It would reach what is shared.
            Some(user) if user.as_str().is_empty() => {
                return Err(Failure::internal("a user without an id asked for documents"));
            }
            Some(user) => user.as_str(),
        };
        Ok(Self { plugin, owner, name })
    }
}

fn body_text(body: &Map<String, Value>) -> Result<String> {
    let text = serde_json::to_string(body).map_err(Failure::internal)?;
    if text.len() > MAX_BODY {
        return Err(Failure::new(
            FailureClass::TooLarge,
            format!(
                "A document has at most {} KiB; this one has {} KiB.",
                MAX_BODY / 1024,
                text.len().div_ceil(1024)
            ),
        ));
    }
    Ok(text)
}

/// The document in a row of `id, revision, created, updated, body`, and how many bytes its body has.
fn document<B: Backend>(row: &B::Row) -> Result<(Document, usize)> {
    let body = column::<B, String>(row, 4)?;
    let document = Document {
        id: column::<B, _>(row, 0)?,
        revision: u64::try_from(column::<B, i64>(row, 1)?).map_err(Failure::internal)?,
        created: timestamp::<B>(row, 2)?,
        updated: timestamp::<B>(row, 3)?,
        body: serde_json::from_str(&body)
            .map_err(|error| Failure::internal(format_args!("stored document: {error}")))?,
    };
    Ok((document, body.len()))
}

/// The time as it is stored.
fn milliseconds(time: Timestamp) -> Result<Timestamp> {
    Timestamp::from_millisecond(time.as_millisecond()).map_err(Failure::internal)
}
