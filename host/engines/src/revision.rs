//! Tells two configurations of an engine apart.

use serde::Serialize;
use sha2::{Digest, Sha256};
use wheelhouse_core::Secret;

/// A digest of a section and of its key, from which neither can be read.
pub(crate) fn of(section: &impl Serialize, key: Option<&Secret>) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(serde_json::to_vec(section).unwrap_or_default());
    hash.update(key.map(Secret::expose).unwrap_or_default());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
