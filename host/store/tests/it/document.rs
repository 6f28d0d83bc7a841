//! The contract of `DocumentStore`.

pub(crate) mod aggregate;
mod keeping;
pub(crate) mod list;
pub(crate) mod model;
pub(crate) mod random;

use serde_json::{Map, Value};
use wheelhouse_core::{
    UserId,
    document::{Collection, Condition, FieldPath, Operator, Order, Page, Query, Scalar, SortKey},
};
use wheelhouse_store::Store;

use crate::ground::at;

/// Documents of a user, or the shared ones for "".
pub(crate) fn collection(owner: &str) -> Collection {
    Collection {
        plugin: "wins".to_owned(),
        owner: (!owner.is_empty()).then(|| UserId(owner.to_owned())),
        name: "expenses".to_owned(),
    }
}

pub(crate) fn body(value: &Value) -> Map<String, Value> {
    value.as_object().expect("a body is an object").clone()
}

/// Stores ann's documents with the ids `0`, `1`, …
async fn insert_all(store: &Store, bodies: &[Value]) {
    for (index, value) in bodies.iter().enumerate() {
        store
            .documents()
            .insert(&collection("ann"), &index.to_string(), body(value), at(index as i64))
            .await
            .unwrap();
    }
}

pub(crate) fn path(text: &str) -> FieldPath {
    FieldPath::parse(text).unwrap()
}

pub(crate) fn condition(field: &str, operator: Operator, value: Scalar) -> Condition {
    Condition { field: path(field), operator, value }
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

/// `price`, or `-price` for the largest first.
pub(crate) fn by(key: &str) -> Order {
    let (descending, key) = key.strip_prefix('-').map_or((false, key), |key| (true, key));
    let key = match key {
        "$created" => SortKey::Created,
        "$updated" => SortKey::Updated,
        field => SortKey::Field(path(field)),
    };
    Order { key, descending }
}

pub(crate) fn all(limit: u32) -> Query {
    Query { conditions: Vec::new(), order: Vec::new(), limit, cursor: None }
}

pub(crate) fn ids(page: &Page) -> Vec<&str> {
    page.documents.iter().map(|document| document.id.as_str()).collect()
}
