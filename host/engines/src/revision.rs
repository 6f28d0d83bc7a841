//! Tells two configurations of an engine apart.

use serde::Serialize;
use sha2::{Digest, Sha256};
use wheelhouse_core::Secret;

/// A digest of a section and of the secrets in it, from which neither can be read.
pub(crate) fn of<'s>(section: &impl Serialize, secrets: impl IntoIterator<Item = &'s Secret>) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(serde_json::to_vec(section).unwrap_or_default());
    for secret in secrets {
        hash.update((secret.expose().len() as u64).to_le_bytes());
        hash.update(secret.expose());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
