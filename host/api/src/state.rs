//! What every request of one host shares.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use wheelhouse_core::{
    catalog::CatalogReader,
    clock::{Clock, Entropy},
};
use wheelhouse_services::Services;

use crate::{config::ApiConfig, metrics::HttpMetrics, openapi::DocumentCache, socket::Sockets};

/// Put into every request by the envelope.
pub(crate) struct State {
    pub(crate) services: Services,
    pub(crate) catalog: CatalogReader,
    pub(crate) config: ApiConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Cancelled when the host has been told to stop.
    pub(crate) shutdown: CancellationToken,
    pub(crate) sockets: Sockets,
    pub(crate) document: DocumentCache,
    pub(crate) metrics: HttpMetrics,
}
