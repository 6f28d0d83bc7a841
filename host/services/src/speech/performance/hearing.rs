//! One sentence while it is heard.

use std::time::Duration;

use wheelhouse_audio::Layout;
use wheelhouse_core::speech::Word;

use super::{super::sound::Sound, made::Made};

/// One sentence while it is heard.
#[derive(Default)]
pub(super) struct Hearing<'t> {
    pub(super) text: &'t str,
    /// What the host makes of the engine's pace.
    pub(super) left: f32,
    pub(super) sounds: Vec<Sound>,
    pub(super) words: Vec<Word>,
    /// Words that were handed on.
    pub(super) said: Vec<Word>,
    /// Samples a channel that have come, and that were handed on.
    pub(super) frames: u64,
    pub(super) released: u64,
    /// Where it begins in the speech.
    pub(super) start: Option<u64>,
}

impl Hearing<'_> {
    pub(super) fn has_sound(&self) -> bool {
        !self.sounds.is_empty()
    }

    pub(super) fn add(&mut self, sound: Option<Sound>, layout: Option<Layout>) {
        if let (Some(sound), Some(layout)) = (sound, layout) {
            self.frames += sound.frames(layout);
            self.sounds.push(sound);
        }
    }

    /// A time of the engine's in the audio as it is heard.
    pub(super) fn told(&self, time: Duration) -> Duration {
        Duration::from_secs_f64(time.as_secs_f64() / f64::from(self.left))
    }

    /// What is still to be said after the engine broke off. Where nobody knows which words were heard, it is the whole sentence: a word that
    /// is heard twice is better than one that is missing.
    pub(super) fn rest(&self, made: &Made) -> String {
        let heard = made.time(self.released);
        let mut rest = self.text;
        for word in self.said.iter().filter(|word| self.told(word.end) <= heard) {
            if let Some(at) = rest.find(&word.text) {
                rest = &rest[at + word.text.len()..];
            }
        }
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        if rest.is_empty() { self.text.to_owned() } else { rest.to_owned() }
    }
}
