//! Speech engines: text in, audio out.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::{CallContext, Result};

/// The form of an engine's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Signed 16-bit little-endian samples, channels interleaved, no header.
    PcmS16le,
    /// MPEG layer 3.
    Mp3,
    /// Opus in Ogg.
    Opus,
    /// FLAC.
    Flac,
    /// AAC in ADTS.
    Aac,
}

/// How to read an engine's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AudioFormat {
    /// The form of the bytes.
    pub encoding: Encoding,
    /// Samples a second and channel.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: u8,
}

/// How a voice sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Sounds female.
    Female,
    /// Sounds male.
    Male,
    /// Neither.
    Neutral,
}

/// One voice of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Unique in the engine.
    pub id: String,
    /// For people.
    pub name: String,
    /// BCP 47 tag.
    pub language: String,
    /// How it sounds.
    pub gender: Gender,
    /// One sentence for people.
    pub summary: Option<String>,
}

/// What to say, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// Plain text, never empty.
    pub text: String,
    /// A voice of the engine; `None` leaves the choice to it.
    pub voice: Option<String>,
    /// BCP 47 tag of the text, when it is known.
    pub language: Option<String>,
    /// 1.0 is the voice's own pace; 0.25 to 4.0.
    pub speed: f32,
}

/// Audio on its way. A stream that ends without an error is whole; dropping it stops the engine.
pub struct Speech {
    /// How to read the bytes.
    pub format: AudioFormat,
    /// Non-empty pieces as they are made. An error is the last item.
    pub audio: BoxStream<'static, Result<Bytes>>,
}

/// Port: speaks.
#[async_trait]
pub trait SpeechEngine: Send + Sync + 'static {
    /// The name in `TTS_PRIMARY_ENGINE`, kebab-case.
    fn id(&self) -> &str;

    /// The engine's voices, in its own order of preference.
    async fn voices(&self, ctx: &CallContext) -> Result<Vec<Voice>>;

    /// Begins to speak.
    ///
    /// # Errors
    /// Before the first byte in the result, after it in the stream.
    async fn synthesize(&self, ctx: &CallContext, utterance: Utterance) -> Result<Speech>;
}
