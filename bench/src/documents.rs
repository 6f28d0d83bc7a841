//! No plugin of the benches keeps anything.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};
use wheelhouse_core::{
    Failure, Result,
    document::{Aggregation, Collection, Document, DocumentStore, Group, Page, Query},
};

pub(crate) struct NoDocuments;

fn none<T>() -> Result<T> {
    Err(Failure::unavailable("There is no document store in a bench."))
}

#[async_trait]
impl DocumentStore for NoDocuments {
    async fn insert(&self, _: &Collection, _: &str, _: Map<String, Value>, _: Timestamp) -> Result<Document> {
        none()
    }

    async fn find(&self, _: &Collection, _: &str) -> Result<Option<Document>> {
        none()
    }

    async fn replace(
        &self,
        _: &Collection,
        _: &str,
        _: u64,
        _: Map<String, Value>,
        _: Timestamp,
    ) -> Result<Document> {
        none()
    }

    async fn delete(&self, _: &Collection, _: &str) -> Result<bool> {
        none()
    }

    async fn list(&self, _: &Collection, _: &Query) -> Result<Page> {
        none()
    }

    async fn aggregate(&self, _: &Collection, _: &Aggregation) -> Result<Vec<Group>> {
        none()
    }
}
