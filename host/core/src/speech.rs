//! Speech engines: text in, audio out.

use std::{ops::RangeInclusive, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
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
    /// 1.0 is the voice's own pace; 0.25 to 4.0, and within [`Abilities::speed`].
    pub speed: f32,
    /// Semitones above the voice's own pitch, -12.0 to 12.0; 0.0 unless [`Abilities::pitch`].
    pub pitch: f32,
    /// The form that spares the host work, if it asks for one. An engine that makes several gives this one, any other what it makes.
    pub encoding: Option<Encoding>,
}

impl Utterance {
    /// A text as the engine likes to say it.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), voice: None, language: None, speed: 1.0, pitch: 0.0, encoding: None }
    }
}

/// A word that has been said: when, from the beginning of the utterance's audio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// As the engine read it.
    pub text: String,
    /// When it begins.
    pub start: Duration,
    /// When it ends; not before `start`.
    pub end: Duration,
}

/// What comes from an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechPiece {
    /// Bytes of audio; never empty.
    Audio(Bytes),
    /// When a word is said, of engines that know. Words come in their order, each before the end of the audio.
    Word(Word),
}

/// Audio on its way. A stream that ends without an error is whole; dropping it stops the engine.
pub struct Speech {
    /// How to read the bytes.
    pub format: AudioFormat,
    /// Pieces as they are made. An error is the last item.
    pub pieces: BoxStream<'static, Result<SpeechPiece>>,
}

impl Speech {
    /// Audio of an engine that does not know when which word is said.
    pub fn of_audio(format: AudioFormat, audio: BoxStream<'static, Result<Bytes>>) -> Self {
        Self { format, pieces: audio.map(|piece| piece.map(SpeechPiece::Audio)).boxed() }
    }

    /// The audio alone.
    pub fn into_audio(self) -> BoxStream<'static, Result<Bytes>> {
        let audio = self.pieces.filter_map(async |piece| match piece {
            Ok(SpeechPiece::Audio(bytes)) => Some(Ok(bytes)),
            Ok(SpeechPiece::Word(_)) => None,
            Err(failure) => Some(Err(failure)),
        });
        audio.boxed()
    }
}

/// What an engine does by itself. What it does not, the host makes of its samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Abilities {
    /// The paces that it speaks at.
    pub speed: RangeInclusive<f32>,
    /// Whether it speaks higher and lower.
    pub pitch: bool,
    /// Whether it tells when which word is said.
    pub words: bool,
}

impl Default for Abilities {
    /// Of a component: every pace, no other pitch, no words.
    fn default() -> Self {
        Self { speed: 0.25..=4.0, pitch: false, words: false }
    }
}

/// Port: speaks.
#[async_trait]
pub trait SpeechEngine: Send + Sync + 'static {
    /// The name in `TTS_PRIMARY_ENGINE`, kebab-case.
    fn id(&self) -> &str;

    /// What it does by itself.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    /// Differs between two engines of one name that speak differently, or with other credentials: another version, model or key. Holds
    /// no secret.
    fn revision(&self) -> &str;

    /// The engine's voices, in its own order of preference.
    async fn voices(&self, ctx: &CallContext) -> Result<Vec<Voice>>;

    /// Begins to speak.
    ///
    /// # Errors
    /// Before the first byte in the result, after it in the stream.
    async fn synthesize(&self, ctx: &CallContext, utterance: Utterance) -> Result<Speech>;
}
