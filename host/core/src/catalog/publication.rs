//! One place where the present catalog is put, and many where it is read.

use std::sync::Arc;

use tokio::sync::watch;

use super::Catalog;

/// Where the present catalog is read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CatalogReader(watch::Receiver<Arc<Catalog>>);

impl CatalogReader {
    /// The present catalog.
    pub fn current(&self) -> Arc<Catalog> {
        self.0.borrow().clone()
    }

    /// Waits until `ready` holds and returns the catalog that it holds for. Bound it with a deadline.
    pub async fn wait_until(&self, mut ready: impl FnMut(&Catalog) -> bool) -> Arc<Catalog> {
        let mut receiver = self.0.clone();
        match receiver.wait_for(|catalog| ready(catalog)).await {
            Ok(catalog) => catalog.clone(),
            // The publisher is gone, so nothing will change any more.
            Err(_) => self.current(),
        }
    }
}

/// Where catalogs are published.
#[derive(Debug)]
pub struct CatalogPublisher(watch::Sender<Arc<Catalog>>);

impl CatalogPublisher {
    /// Begins with this catalog.
    pub fn new(first: Catalog) -> Self {
        Self(watch::Sender::new(Arc::new(first)))
    }

    /// Puts another catalog in place of the present one, for all readers at once.
    pub fn publish(&self, catalog: Catalog) {
        self.0.send_replace(Arc::new(catalog));
    }

    /// A reader of what is published here.
    pub fn reader(&self) -> CatalogReader {
        CatalogReader(self.0.subscribe())
    }
}
