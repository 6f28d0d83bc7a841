//! Whom to trust, and with which cryptography.

use std::sync::Arc;

use reqwest::Url;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
};
use wheelhouse_core::{Failure, Result};

/// Has whoever leaves the choice of cryptography to rustls use ring as well. Rustls would panic, as another
/// provider is compiled in beside it.
pub(crate) fn choose_for_the_process() {
    if CryptoProvider::get_default().is_none() {
        // Somebody else may have been faster.
        let _ = ring::default_provider().install_default();
    }
}

/// TLS by rustls and ring, which need no OpenSSL and no more than a C compiler to build. The roots are Mozilla's, which are in the binary, so
/// that it works in an empty container, and the machine's, so that a company's own authority works as well.
///
/// # Errors
/// `Internal` when ring and rustls do not fit together.
pub(crate) fn config(url: &Url) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    // A server that is spoken to without TLS, such as one on this machine, need not wait for files to be read.
    if url.scheme() == "https" {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let machine = rustls_native_certs::load_native_certs();
        for error in machine.errors {
            tracing::debug!(%error, "a root certificate of the machine was left out");
        }
        roots.add_parsable_certificates(machine.certs);
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Failure::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
