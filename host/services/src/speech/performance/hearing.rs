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

    /// What is still to be said after the engine broke off, if anything is. Where nobody knows which words were heard, it is the whole
    /// sentence: a word that is heard twice is better than one that is missing.
    pub(super) fn rest(&self, made: &Made) -> Option<String> {
        let heard = made.time(self.released);
        let heard = self.said.iter().filter(|word| self.told(word.end) <= heard);
        let heard: Vec<&str> = heard.map(|word| word.text.as_str()).collect();
        if heard.is_empty() {
            return Some(self.text.to_owned());
        }
        let rest = after(self.text, &heard);
        (!rest.is_empty()).then(|| rest.to_owned())
    }
}

/// What of a text comes after these words. An engine may tell them otherwise than they are written, as with numbers, so that some are not
/// found; no more words are skipped for that than were not found.
fn after<'t>(text: &'t str, words: &[&str]) -> &'t str {
    let mut rest = from_word(text);
    let mut not_found = 0;
    for word in words {
        let mut here = rest;
        let found = (0..=not_found).find_map(|_| {
            let found = without(here, word);
            here = next_word(here);
            found
        });
        match found {
            Some(found) => (rest, not_found) = (from_word(found), 0),
            None => not_found += 1,
        }
    }
    rest
}

/// What comes after the word with which the text begins, in whatever case.
fn without<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let mut rest = text.chars();
    let is_it = !word.is_empty()
        && word.chars().all(|c| rest.next().is_some_and(|other| other.to_lowercase().eq(c.to_lowercase())));
    let rest = rest.as_str();
    (is_it && !rest.starts_with(char::is_alphanumeric)).then_some(rest)
}

/// The text from its first word on.
fn from_word(text: &str) -> &str {
    text.trim_start_matches(|c: char| !c.is_alphanumeric())
}

/// The text from its second word on.
fn next_word(text: &str) -> &str {
    from_word(text.trim_start_matches(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rest_begins_after_the_last_word_that_was_heard() {
        for (text, heard, rest) in [
            ("The water is cold.", vec!["The", "water"], "is cold."),
            ("The water is cold.", vec!["the", "WATER", "is", "cold"], ""),
            ("The water is cold.", vec![], "The water is cold."),
            ("Straße 5, bitte.", vec!["straße"], "5, bitte."),
            ("Don't go, it's late.", vec!["Don't", "go,"], "it's late."),
        ] {
            assert_eq!(after(text, &heard), rest, "{text} {heard:?}");
        }
    }

    #[test]
    fn word_that_is_told_otherwise_than_it_is_written_makes_none_go_missing() {
        let text = "In 2 hours the two of us leave.";
        assert_eq!(after(text, &["In", "two"]), "2 hours the two of us leave.");
        assert_eq!(after(text, &["In", "two", "hours"]), "the two of us leave.");
        assert_eq!(after(text, &["In", "two", "hours", "the", "two"]), "of us leave.");
        assert_eq!(after("It is 5 km to it.", &["It", "is", "five", "kilometers", "to"]), "it.");
        assert_eq!(after("In the inn.", &["In", "the"]), "inn.");
    }
}
