//! A message that is sent again acts once.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wheelhouse_core::{Failure, Result, UserId, cache::Cache};

use super::{Inner, TurnRequest};

/// The same text in the same session counts as sent again for so long.
const AGAIN: Duration = Duration::from_secs(60);
/// An answer that comes after that is kept for whoever asks again for at least so long.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// What a turn is claimed by.
pub(super) struct TurnKey {
    pub(super) key: String,
    anchor: Option<Anchor>,
}

/// Ties messages that have no id to the first of them. A minute of the clock would not do: two messages a second apart may fall
/// into different ones.
struct Anchor {
    cache_key: String,
    value: Bytes,
}

impl Inner {
    /// The key of a message, or `None` when nothing tells whether it was sent before.
    pub(super) async fn turn_key(&self, user: &UserId, request: &TurnRequest) -> Result<Option<TurnKey>> {
        let mut scope = match (&request.conversation_id, &request.session_id) {
            (Some(id), _) => format!("conversation {id}"),
            (None, Some(session)) => format!("session {session}"),
            (None, None) => String::new(),
        };
        // Only what the message itself names: a client that had to connect again sends it by another connection, which has not got as
        // far.
        if let Some(id) = &request.request_id {
            // With the text, as some clients number their messages from 1 whenever they start.
            let digest = digest(&[user.as_str(), &scope, id, &request.message]);
            return Ok(Some(TurnKey { key: format!("request:{digest}"), anchor: None }));
        }
        if scope.is_empty() {
            let Some(connection) = request.connection else { return Ok(None) };
            scope = format!("connection {}", connection.id);
        }
        let digest = digest(&[user.as_str(), &scope, &request.message]);
        let cache_key = format!("turn:{digest}");
        let value = Bytes::from(self.entropy.uuid(self.clock.now()).to_string());
        let value = self.anchor(&cache_key, value).await?;
        let key = format!("text:{digest}:{}", String::from_utf8_lossy(&value));
        Ok(Some(TurnKey { key, anchor: Some(Anchor { cache_key, value }) }))
    }

    async fn anchor(&self, key: &str, fresh: Bytes) -> Result<Bytes> {
        // As long as a turn may take: until it is over, the message cannot be a new one.
        let ttl = Duration::from_secs(self.config.turn_seconds) + AGAIN;
        for _ in 0..3 {
            if self.cache.add(key, fresh.clone(), ttl).await? {
                return Ok(fresh);
            }
            // Gone between the two calls: once more.
            if let Some(first) = self.cache.get(key).await? {
                return Ok(first);
            }
        }
        Err(Failure::unavailable("The message could not be told from one sent before; try again.")
            .with_detail("the cache neither keeps nor has the turn's anchor"))
    }
}

impl TurnKey {
    /// The turn that began then is over: from a minute after it, the same text is a new message.
    pub(super) async fn settle(&self, cache: &dyn Cache, began: Timestamp, now: Timestamp) -> Result<()> {
        let Some(Anchor { cache_key, value }) = &self.anchor else { return Ok(()) };
        let elapsed = Duration::try_from(now.duration_since(began)).unwrap_or_default();
        cache.set(cache_key, value.clone(), AGAIN.saturating_sub(elapsed).max(AFTERWARDS)).await
    }
}

/// A digest of several texts that cannot be shifted from one into the next.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn texts_cannot_be_shifted_between_fields() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a", ""]), digest(&["", "a"]));
    }
}
