//! What a listener gets.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use wheelhouse_core::speech::Word;

/// Something of spoken audio, in the order in which it is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpokenPiece {
    /// Bytes of the audio; never empty.
    Audio(Bytes),
    /// What is said, when and by whom. Comes before the audio that it is about.
    Mark(Mark),
}

/// What is said, when and by whom; times are from the beginning of the audio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub enum Mark {
    /// A sentence begins.
    Sentence {
        /// Its text as it is spoken.
        text: String,
        /// When it begins.
        start: Duration,
    },
    /// A word is said.
    Word(Word),
    /// Another engine goes on.
    Engine {
        /// Who speaks from here on.
        engine: String,
        /// With which voice; `None` when the engine chose.
        voice: Option<String>,
        /// From when on.
        start: Duration,
    },
    /// The audio is whole.
    End {
        /// How long it is.
        length: Duration,
    },
}
