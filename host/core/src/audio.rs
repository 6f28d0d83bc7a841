//! Finished audio that is kept, so that nothing is spoken twice.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use bytes::Bytes;

use crate::Result;

/// Names audio by what it was made of: a SHA-256, in hexadecimal where it is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AudioId(pub [u8; 32]);

impl fmt::Display for AudioId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for AudioId {
    type Err = NoAudioId;

    fn from_str(text: &str) -> Result<Self, NoAudioId> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(NoAudioId) };
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NoAudioId),
        };
        let bytes: Vec<u8> = pairs
            .iter()
            .map(|[high, low]| Ok(digit(*high)? << 4 | digit(*low)?))
            .collect::<Result<_, _>>()?;
        Ok(Self(bytes.try_into().map_err(|_| NoAudioId)?))
    }
}

/// The text is not 64 digits of `0-9a-f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no id of audio: 64 of 0-9 and a-f")]
pub struct NoAudioId;

/// Audio that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAudio {
    /// What whoever keeps it wants to know of it, in its own words.
    pub about: Bytes,
    /// Every byte, from the first.
    pub audio: Bytes,
}

/// How much audio this process keeps, in bytes. What replicas share is its server's to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AudioUsage {
    /// In its memory.
    pub memory: u64,
    /// In its data folder.
    pub disk: u64,
}

/// Port: keeps audio. Whatever it keeps may be gone at any time, and what it gives back is what was given.
#[async_trait]
pub trait AudioStore: Send + Sync + 'static {
    /// The audio, unless it is gone.
    async fn find(&self, id: &AudioId) -> Result<Option<KeptAudio>>;

    /// Keeps it, in place of what was kept under this id. Audio that is larger than all that may be kept is not.
    async fn keep(&self, id: &AudioId, audio: KeptAudio) -> Result<()>;

    /// How much it keeps at present.
    fn usage(&self) -> AudioUsage;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_is_read_as_it_is_written() {
        let id = AudioId(std::array::from_fn(|n| (n as u8).wrapping_mul(37)));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 64);
    }

    #[test]
    fn other_text_is_no_id() {
        for text in [
            "",
            "0",
            "zz",
            &"A".repeat(64),
            &"0".repeat(62),
            &"0".repeat(66),
            &"é".repeat(32),
            "../../etc/passwd",
        ] {
            assert_eq!(text.parse::<AudioId>(), Err(NoAudioId), "{text}");
        }
    }
}
