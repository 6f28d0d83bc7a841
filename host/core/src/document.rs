//! JSON documents that plugins keep. The contract is that of `sdk/wit/documents.wit`.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{Result, UserId};

/// Whose documents: part of every statement, so that nobody reaches another's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Collection {
    /// Id of the plugin.
    pub plugin: String,
    /// `None`: the documents that all users of the plugin share.
    pub owner: Option<UserId>,
    /// The plugin's name for them: 1 to 64 of `a-z`, `0-9`, `_`, `-`; behind a `$` for what the host keeps for the plugin itself.
    pub name: String,
}

/// One document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Unique in its collection, 1 to 128 bytes.
    pub id: String,
    /// 1 after insert, one more after each replace.
    pub revision: u64,
    /// What the plugin keeps.
    pub body: Map<String, Value>,
    /// Millisecond precision.
    pub created: Timestamp,
    /// Millisecond precision.
    pub updated: Timestamp,
}

/// A value that fields are compared with and groups are named by.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// JSON null, or no such field.
    Null,
    /// JSON true or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number, never NaN.
    Decimal(f64),
    /// A JSON string.
    Text(String),
}

/// How a field is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Of the same type, and the same.
    Equal,
    /// Everything for which `Equal` does not hold.
    NotEqual,
    /// Of the same type, and before it.
    Less,
    /// Of the same type, and not after it.
    LessOrEqual,
    /// Of the same type, and after it.
    Greater,
    /// Of the same type, and not before it.
    GreaterOrEqual,
    /// A text that contains the value, without regard to the case of ASCII letters.
    Contains,
}

/// A path into a document's body: member names, outermost first; 1 to 8 names of 1 to 64 of `A-Z`, `a-z`, `0-9`, `_`, `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// Reads `place.city`.
    ///
    /// # Errors
    /// `Invalid` when it is no such path.
    pub fn parse(text: &str) -> Result<Self> {
        let names: Vec<String> = text.split('.').map(str::to_owned).collect();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if names.len() > 8 || names.iter().any(|n| n.is_empty() || n.len() > 64 || !n.chars().all(allowed)) {
            return Err(crate::Failure::invalid_field(
                "field",
                format!(
                    "`{text}` is no path: up to 8 names of letters, digits, `_` and `-`, with dots between them"
                ),
            ));
        }
        Ok(Self(names))
    }

    /// The names, outermost first.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

/// What a document must fulfil.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub field: FieldPath,
    /// How.
    pub operator: Operator,
    /// With what.
    pub value: Scalar,
}

/// What documents are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortKey {
    /// A member of the body. Missing and null first, then booleans, numbers, texts (by code point); other values with the missing.
    Field(FieldPath),
    /// When it was inserted.
    Created,
    /// When it was last replaced.
    Updated,
}

/// One level of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What is compared.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

/// Which documents, and in what order.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// All must hold; at most 16.
    pub conditions: Vec<Condition>,
    /// At most 4; ties are in the order of ids.
    pub order: Vec<Order>,
    /// 1 to 500.
    pub limit: u32,
    /// `next` of the page before, with the same conditions and order.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In order.
    pub documents: Vec<Document>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// What an aggregation computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// How many documents; with a field, how many have a number there.
    Count,
    /// The sum; 0 of nothing.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The arithmetic mean.
    Avg,
}

/// Figures over many documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    /// All must hold; at most 16.
    pub conditions: Vec<Condition>,
    /// What to compute.
    pub function: Function,
    /// Of which numbers; only `Count` goes without.
    pub field: Option<FieldPath>,
    /// One group for each value of this field; one in all without. At most 1,000 groups.
    pub group_by: Option<FieldPath>,
}

/// Figures over the documents of one group, in the order of their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Value of the field that groups; `Null` without, and for documents that have no such field.
    pub key: Scalar,
    /// Integer for counts and sums of integers; `Null` where there was nothing to compute with.
    pub value: Scalar,
    /// How many documents went into it.
    pub count: u64,
}

/// Port: keeps plugins' documents.
#[async_trait]
pub trait DocumentStore: Send + Sync + 'static {
    /// Stores a new document.
    ///
    /// # Errors
    /// `Conflict` when the id is taken.
    async fn insert(
        &self,
        collection: &Collection,
        id: &str,
        body: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Document>;

    /// The document with this id.
    async fn find(&self, collection: &Collection, id: &str) -> Result<Option<Document>>;

    /// Puts another body in place of the one with this revision.
    ///
    /// # Errors
    /// `Conflict` when there is a later revision, `NotFound` when there is no such document.
    async fn replace(
        &self,
        collection: &Collection,
        id: &str,
        revision: u64,
        body: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Document>;

    /// Removes it; whether it was there.
    async fn delete(&self, collection: &Collection, id: &str) -> Result<bool>;

    /// Documents that fulfil the conditions.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range, too many conditions, or a cursor of another query.
    async fn list(&self, collection: &Collection, query: &Query) -> Result<Page>;

    /// Figures over documents that fulfil the conditions.
    ///
    /// # Errors
    /// `Invalid` for too many conditions or groups, or a missing field.
    async fn aggregate(&self, collection: &Collection, aggregation: &Aggregation) -> Result<Vec<Group>>;
}
