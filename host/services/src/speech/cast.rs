//! Which of an engine's voices plays the part.

use std::{sync::Arc, time::Duration};

use wheelhouse_core::{
    CallContext, Failure, Result, language,
    speech::{SpeechEngine, Voice},
};

use super::voice::{VoiceBook, Wish, closest};

/// What a speech wants of whoever speaks it.
#[derive(Clone)]
pub(super) struct Role {
    pub(super) book: Arc<VoiceBook>,
    /// A voice of one engine.
    pub(super) exact: Option<(String, Voice)>,
    /// What other engines' voices should sound like.
    pub(super) wish: Wish,
    /// BCP 47 tag of the text.
    pub(super) language: Option<String>,
}

/// Why an engine cannot have the part.
pub(super) enum Miscast {
    /// Its voices cannot be told.
    Failed(Failure),
    /// It does not speak the language, but these.
    Language(Vec<String>),
}

impl Role {
    /// The voice of this engine that speaks; `None` leaves the choice to the engine.
    pub(super) async fn voice(
        &self,
        ctx: &CallContext,
        engine: &Arc<dyn SpeechEngine>,
    ) -> Result<Option<String>, Miscast> {
        if let Some((owner, voice)) = &self.exact
            && owner == engine.id()
        {
            return Ok(Some(voice.id.clone()));
        }
        if self.wish == Wish::default() {
            return Ok(None);
        }
        let voices = self.book.voices(ctx, engine).await.map_err(Miscast::Failed)?;
        let Some(wished) = &self.language else {
            return Ok(closest(&voices, &self.wish).map(|voice| voice.id.clone()));
        };
        let fitting: Vec<Voice> =
            voices.iter().filter(|voice| language::is_same(wished, &voice.language)).cloned().collect();
        match fitting.as_slice() {
            [] => Err(Miscast::Language(voices.iter().map(|voice| voice.language.clone()).collect())),
            // The engine knows best which of its voices goes with a language.
            _ if self.wish.is_of_language_alone() => Ok(None),
            fitting => Ok(closest(fitting, &self.wish).map(|voice| voice.id.clone())),
        }
    }
}

/// A pace, split into what an engine does and what is left for the host.
pub(super) fn split_speed(wanted: f32, engine: &dyn SpeechEngine) -> (f32, f32) {
    let able = engine.abilities().speed;
    let own = wanted.clamp(*able.start(), *able.end());
    (own, wanted / own)
}

/// How long a text sounds at least, at this pace: nobody speaks a letter in less.
pub(super) fn shortest(text: &str, speed: f32) -> Duration {
    const LETTER: f32 = 0.012;
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    // Scraps are no measure: an abbreviation is a letter, or a word.
    if letters < 24 { Duration::ZERO } else { Duration::from_secs_f32(letters as f32 * LETTER / speed) }
}
