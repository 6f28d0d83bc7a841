//! What is loaded, and what is not and why.

use wheelhouse_core::{CallContext, Result, catalog::CatalogReader, plugin::PluginStatus};

use crate::access::require_known_caller;

/// Shows plugins.
pub struct PluginService {
    catalog: CatalogReader,
}

impl PluginService {
    /// Shows what is published to this reader.
    pub fn new(catalog: CatalogReader) -> Self {
        Self { catalog }
    }

    /// Every plugin that was found, in the order of loading.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in.
    pub fn list(&self, ctx: &CallContext) -> Result<Vec<PluginStatus>> {
        require_known_caller(ctx)?;
        Ok(self.catalog.current().plugins().to_vec())
    }
}
