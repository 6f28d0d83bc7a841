//! What is to be spoken, one thing after the other: sentences and pauses, of plain text or of SSML.
#![allow(dead_code)]

mod abbreviations;
mod long;
mod sentences;

use std::{ops::Range, time::Duration};

use super::prose;

/// One thing after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// Something to say.
    Say(Sentence),
    /// Silence, above zero.
    Pause(Duration),
}

/// What an engine is given at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sentence {
    /// Plain text without white space around it, of 1 to 400 characters.
    pub text: String,
    /// How it is said.
    pub prosody: Prosody,
}

/// Relative to what the request asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prosody {
    /// A factor, 0.25 to 4.0.
    pub speed: f32,
    /// Semitones, -12.0 to 12.0.
    pub pitch: f32,
    /// A factor of the samples, 0.0 to 4.0.
    pub volume: f32,
}

impl Default for Prosody {
    /// As the request asks for.
    fn default() -> Self {
        Self { speed: 1.0, pitch: 0.0, volume: 1.0 }
    }
}

/// The sentences of a text that was written to be read; none when nothing of it can be spoken. `language` is
/// a BCP 47 tag.
pub(super) fn of_text(text: &str, language: Option<&str>) -> Vec<Line> {
    let said = prose::spoken(text);
    let say =
        |unit: Range<usize>| Line::Say(Sentence { text: said[unit].to_owned(), prosody: Prosody::default() });
    sentences::units(&said, language, true).into_iter().map(say).collect()
}
