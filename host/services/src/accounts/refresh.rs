//! Refresh tokens: 32 random bytes that only their owner has. The host keeps their SHA-256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use wheelhouse_core::clock::Entropy;

const BYTES: usize = 32;

/// A new token as text, and what the store keeps of it.
pub(super) fn new_token(entropy: &dyn Entropy) -> (String, [u8; 32]) {
    let mut token = [0; BYTES];
    entropy.fill(&mut token);
    (URL_SAFE_NO_PAD.encode(token), Sha256::digest(token).into())
}

/// What the store keeps of a token, or `None` when the text cannot be one.
pub(super) fn hash(text: &str) -> Option<[u8; 32]> {
    let mut token = [0; BYTES + 1];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut token).ok()?;
    (length == BYTES).then(|| Sha256::digest(&token[..BYTES]).into())
}

#[cfg(test)]
mod tests {
    use wheelhouse_core::clock::SystemEntropy;

    use super::*;

    #[test]
    fn token_hashes_to_what_is_kept() {
        let (text, kept) = new_token(&SystemEntropy);
        assert_eq!(text.len(), 43);
        assert_eq!(hash(&text), Some(kept));
    }

    #[test]
    fn what_is_no_token_has_no_hash() {
        for text in ["", "abc", "not base64 !", &"A".repeat(42), &"A".repeat(44), &"A".repeat(100_000)] {
            assert_eq!(hash(text), None);
        }
    }
}
