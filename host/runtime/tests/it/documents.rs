//! A document store in memory that notes what it was asked.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};
use wheelhouse_core::{
    Failure, Result,
    document::{Aggregation, Collection, Document, DocumentStore, Group, Page, Query, Scalar},
};

#[derive(Default)]
pub(crate) struct Documents {
    kept: Mutex<HashMap<(Collection, String), Document>>,
    /// So many of the next changes find that somebody else was faster.
    pub(crate) contended: AtomicU32,
    /// Queries in the order of asking.
    pub(crate) queries: Mutex<Vec<(Collection, Query)>>,
    /// Aggregations in the order of asking.
    pub(crate) aggregations: Mutex<Vec<(Collection, Aggregation)>>,
}

impl Documents {
    fn kept(&self) -> MutexGuard<'_, HashMap<(Collection, String), Document>> {
        self.kept.lock().unwrap()
    }

    fn contend(&self) -> Result<()> {
        let fewer = |left: u32| left.checked_sub(1);
        match self.contended.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer) {
            Ok(_) => Err(Failure::conflict("Somebody else was faster.")),
            Err(_) => Ok(()),
        }
    }

    /// Every collection that something was kept in.
    pub(crate) fn collections(&self) -> Vec<Collection> {
        self.kept().keys().map(|(collection, _)| collection.clone()).collect()
    }
}

#[async_trait]
impl DocumentStore for Documents {
    async fn insert(
        &self,
        collection: &Collection,
        id: &str,
        body: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Document> {
        self.contend()?;
        let document = Document { id: id.to_owned(), revision: 1, body, created: now, updated: now };
        let key = (collection.clone(), id.to_owned());
        if self.kept().contains_key(&key) {
            return Err(Failure::conflict("The id is taken."));
        }
        self.kept().insert(key, document.clone());
        Ok(document)
    }

    async fn find(&self, collection: &Collection, id: &str) -> Result<Option<Document>> {
        Ok(self.kept().get(&(collection.clone(), id.to_owned())).cloned())
    }

    async fn replace(
        &self,
        collection: &Collection,
        id: &str,
        revision: u64,
        body: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Document> {
        self.contend()?;
        let mut kept = self.kept();
        let Some(document) = kept.get_mut(&(collection.clone(), id.to_owned())) else {
            return Err(Failure::not_found("There is no such document."));
        };
        if document.revision != revision {
            return Err(Failure::conflict("There is a later revision."));
        }
        *document = Document { revision: revision + 1, body, updated: now, ..document.clone() };
        Ok(document.clone())
    }

    async fn delete(&self, collection: &Collection, id: &str) -> Result<bool> {
        Ok(self.kept().remove(&(collection.clone(), id.to_owned())).is_some())
    }

    async fn list(&self, collection: &Collection, query: &Query) -> Result<Page> {
        self.queries.lock().unwrap().push((collection.clone(), query.clone()));
        let mut documents: Vec<Document> = self
            .kept()
            .iter()
            .filter(|((of, _), _)| of == collection)
            .map(|(_, document)| document.clone())
            .collect();
        documents.sort_by(|a, b| a.id.cmp(&b.id));
        documents.retain(|document| query.cursor.as_ref().is_none_or(|last| document.id > *last));
        let is_more = documents.len() > query.limit as usize;
        documents.truncate(query.limit as usize);
        let next = documents.last().filter(|_| is_more).map(|document| document.id.clone());
        Ok(Page { documents, next })
    }

    async fn aggregate(&self, collection: &Collection, aggregation: &Aggregation) -> Result<Vec<Group>> {
        self.aggregations.lock().unwrap().push((collection.clone(), aggregation.clone()));
        Ok(vec![Group { key: Scalar::Null, value: Scalar::Integer(60), count: 2 }])
    }
}
