//! One page of a list.

use futures_util::TryStreamExt;
use wheelhouse_core::{
    Failure, Result,
    document::{Document, Order, Page, Query, SortKey},
};

use super::{
    Scope,
    cursor::{Cursor, Fingerprint, Key, fingerprint},
    document, filter, rank,
};
use crate::sql::{Backend, Statement, column};

const MAX_LIMIT: u32 = 500;
const MAX_ORDER: usize = 4;
/// A page ends before its limit when its bodies have more bytes than this, so that it fits into memory and through a
/// plugin's host call. One document is always in it.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Columns before the sort keys.
const COLUMNS: usize = 5;

/// A query on its way to the database.
pub(super) struct Select<'q, B: Backend> {
    statement: Statement<B>,
    query: &'q Query,
    fingerprint: Fingerprint,
}

impl<'q, B: Backend> Select<'q, B> {
    /// # Errors
    /// As of `DocumentStore::list`.
    pub(super) fn new(scope: &Scope<'_>, query: &'q Query) -> Result<Self> {
        if !(1..=MAX_LIMIT).contains(&query.limit) {
            return Err(Failure::invalid_field("limit", format!("it is 1 to {MAX_LIMIT}")));
        }
        if query.order.len() > MAX_ORDER {
            return Err(Failure::invalid_field("order", format!("at most {MAX_ORDER}")));
        }
        let fingerprint = fingerprint(scope, query)?;
        let mut statement = Statement::new("SELECT id, revision, created, updated, body");
        let keys: Vec<String> = query.order.iter().map(|order| key(&mut statement, order)).collect();
        for (level, key) in keys.iter().enumerate() {
            statement.push(&format!(", {key} AS key_{level}"));
        }
        statement.push(" FROM documents");
        filter::push_filter(&mut statement, scope, &query.conditions)?;
        if let Some(cursor) = &query.cursor {
            let cursor = Cursor::decode(cursor, fingerprint, &query.order)?;
            let after = after(&mut statement, &keys, &query.order, cursor);
            statement.push(&format!(" AND {after}"));
        }
        statement.push(" ORDER BY ");
        for (level, order) in query.order.iter().enumerate() {
            statement.push(&format!("key_{level}{}, ", if order.descending { " DESC" } else { "" }));
        }
        // One more than asked for tells whether there is another page.
        let rows = statement.argument(i64::from(query.limit) + 1);
        statement.push(&format!("id LIMIT {rows}"));
        Ok(Self { statement, query, fingerprint })
    }

    pub(super) async fn page(self, connection: &mut B::Connection) -> Result<Page> {
        let mut rows = self.statement.fetch(connection)?;
        let mut documents: Vec<Document> = Vec::new();
        let mut last = None;
        let mut bytes = 0;
        while let Some(row) = rows.try_next().await? {
            let is_full = documents.len() == self.query.limit as usize || bytes > MAX_PAGE_BYTES;
            if let (true, Some(last)) = (is_full, &last) {
                let next = position::<B>(last, &self.query.order)?.encode(self.fingerprint)?;
                return Ok(Page { documents, next: Some(next) });
            }
            let (document, body_bytes) = document::<B>(&row)?;
            bytes += body_bytes;
            documents.push(document);
            last = Some(row);
        }
        Ok(Page { documents, next: None })
    }
}

/// What a level of the order compares.
fn key<B: Backend>(statement: &mut Statement<B>, order: &Order) -> String {
    match &order.key {
        SortKey::Created => "created".to_owned(),
        SortKey::Updated => "updated".to_owned(),
        SortKey::Field(path) => format!("coalesce({}, '{}')", filter::field(statement, path), rank::NULL),
    }
}

/// Holds for documents that come after the cursor's. The comparison of the outermost level stands alone as well, where an
/// index can serve it.
fn after<B: Backend>(
    statement: &mut Statement<B>,
    keys: &[String],
    order: &[Order],
    cursor: Cursor,
) -> String {
    let innermost = format!("id > {}", statement.argument(cursor.id));
    keys.iter().zip(order).zip(cursor.keys).rev().fold(innermost, |inner, ((key, order), value)| {
        let value = match value {
            Key::Rank(rank) => statement.argument(rank),
            Key::Time(time) => statement.argument(time),
        };
        let past = if order.descending { '<' } else { '>' };
        format!("({key} {past}= {value} AND ({key} {past} {value} OR {inner}))")
    })
}

/// Where a row stands in the order.
fn position<B: Backend>(row: &B::Row, order: &[Order]) -> Result<Cursor> {
    let keys = order.iter().zip(COLUMNS..).map(|(order, index)| match order.key {
        SortKey::Field(_) => column::<B, _>(row, index).map(Key::Rank),
        SortKey::Created | SortKey::Updated => column::<B, _>(row, index).map(Key::Time),
    });
    Ok(Cursor { keys: keys.collect::<Result<_>>()?, id: column::<B, _>(row, 0)? })
}
