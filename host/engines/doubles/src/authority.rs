//! Whom a client has to trust for a test.

use std::{io, path::Path, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;

/// An authority for certificates, to be thrown away.
#[derive(Debug, Clone)]
pub struct Authority {
    certificate: String,
    key: String,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new() -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = parameters()?.self_signed(&key).map_err(io::Error::other)?;
        Ok(Self { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// The one that was saved in this folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let read = |name: &str| std::fs::read_to_string(folder.join(name));
        Ok(Self { certificate: read("authority.pem")?, key: read("authority.key")? })
    }

    /// Saves it: `authority.pem` is what belongs into `SSL_CERT_FILE`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join("authority.pem"), &self.certificate)?;
        std::fs::write(folder.join("authority.key"), &self.key)
    }

    /// TLS of a server with a new certificate for this host.
    ///
    /// # Errors
    /// When there is no randomness, or the key is none.
    pub fn acceptor(&self, host: &str) -> io::Result<TlsAcceptor> {
        let authority = KeyPair::from_pem(&self.key).map_err(io::Error::other)?;
        let issuer = Issuer::new(parameters()?, authority);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = CertificateParams::new(vec![host.to_owned()])
            .and_then(|parameters| parameters.signed_by(&key, &issuer))
            .map_err(io::Error::other)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(io::Error::other)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn parameters() -> io::Result<CertificateParams> {
    let mut parameters = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    // A certificate of the same name would count as signed by itself.
    parameters.distinguished_name.push(DnType::CommonName, "authority of a double");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(parameters)
}
