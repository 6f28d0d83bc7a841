//! What `jsonwebtoken` signs and verifies with: HMAC, and nothing else.
//!
//! The library's own providers bring RSA and elliptic curves along, of which the RSA crate has an advisory without a fix
//! (RUSTSEC-2023-0071). What is not linked cannot be reached by a token's header.

use std::sync::OnceLock;

use ::hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{self, Signer, Verifier},
};
use sha2::{Sha256, Sha384, Sha512};
use wheelhouse_core::Failure;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes HMAC what the library uses in this process. Calling it again changes nothing.
pub(super) fn install() -> wheelhouse_core::Result<()> {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    if *INSTALLED.get_or_init(|| PROVIDER.install_default().is_ok()) {
        Ok(())
    } else {
        Err(Failure::internal("another crypto provider of jsonwebtoken is installed in this process"))
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Ok(Box::new(Hs::new(*algorithm, key.as_bytes())?))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    Ok(Box::new(Hs::new(*algorithm, key.try_get_as_bytes()?)?))
}

/// HMAC with a key.
enum Hs {
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl Hs {
    fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self> {
        fn keyed<M: KeyInit>(key: &[u8]) -> Result<M> {
            M::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat.into())
        }
        match algorithm {
            Algorithm::HS256 => keyed(key).map(Self::Sha256),
            Algorithm::HS384 => keyed(key).map(Self::Sha384),
            Algorithm::HS512 => keyed(key).map(Self::Sha512),
            _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
        }
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::HS256,
            Self::Sha384(_) => Algorithm::HS384,
            Self::Sha512(_) => Algorithm::HS512,
        }
    }
}

impl Signer<Vec<u8>> for Hs {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(match self {
            Self::Sha256(mac) => mac.clone().chain_update(message).finalize().into_bytes().to_vec(),
            Self::Sha384(mac) => mac.clone().chain_update(message).finalize().into_bytes().to_vec(),
            Self::Sha512(mac) => mac.clone().chain_update(message).finalize().into_bytes().to_vec(),
        })
    }
}

impl Verifier<Vec<u8>> for Hs {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        // In constant time, and of the whole length only.
        match self {
            Self::Sha256(mac) => mac.clone().chain_update(message).verify_slice(signature),
            Self::Sha384(mac) => mac.clone().chain_update(message).verify_slice(signature),
            Self::Sha512(mac) => mac.clone().chain_update(message).verify_slice(signature),
        }
        .map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Hs {
    fn algorithm(&self) -> Algorithm {
        Self::algorithm(self)
    }
}

impl JwtVerifier for Hs {
    fn algorithm(&self) -> Algorithm {
        Self::algorithm(self)
    }
}
