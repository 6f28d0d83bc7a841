//! Whom to trust.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use wheelhouse_core::{Failure, Result};

/// The TLS of all plugins, made when the first one needs it: reading the machine's certificates takes a while.
#[derive(Debug, Default)]
pub(crate) struct Tls(OnceLock<Arc<ClientConfig>>);

impl Tls {
    /// With Mozilla's roots, which are in the binary, and the machine's, so that a company's own authority works as well.
    ///
    /// # Errors
    /// `Internal` when ring and rustls do not fit together.
    pub(crate) fn config(&self) -> Result<Arc<ClientConfig>> {
        if let Some(config) = self.0.get() {
            return Ok(config.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let machine = rustls_native_certs::load_native_certs();
        for error in machine.errors {
            tracing::debug!(%error, "a root certificate of the machine was left out");
        }
        roots.add_parsable_certificates(machine.certs);
        let config = Arc::new(trusting(roots)?);
        Ok(self.0.get_or_init(|| config).clone())
    }

    /// With these roots alone.
    #[cfg(test)]
    pub(crate) fn with_roots(roots: RootCertStore) -> Result<Self> {
        Ok(Self(OnceLock::from(Arc::new(trusting(roots)?))))
    }
}

fn trusting(roots: RootCertStore) -> Result<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Failure::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
