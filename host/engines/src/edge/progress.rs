//! Whether a text was said to its end.
//!
//! The service tells the words of the text as it says them, mostly as they stand there. So they are looked
//! for in the text, one after the other, by their letters and digits alone.

use std::time::Duration;

use wheelhouse_core::speech::Word;

/// How far ahead a word is looked for, in letters: the service leaves out what it does not pronounce.
const AHEAD: usize = 64;
/// How much of the last word may be missing from the audio: more than any rounding.
const SLACK: Duration = Duration::from_millis(250);
/// Bytes of audio a second: 48 kbit/s.
const BYTES: u64 = 6_000;

/// How long so much audio is heard.
pub(super) fn length_of(bytes: u64) -> Duration {
    Duration::from_micros(bytes.saturating_mul(1_000_000) / BYTES)
}

/// How far a text has been said.
pub(super) struct Progress {
    /// Of the text, in lower case.
    letters: Vec<char>,
    /// Where its words end in `letters`.
    ends: Vec<usize>,
    said: usize,
    /// When the last word ends.
    until: Duration,
    audio: u64,
}

impl Progress {
    pub(super) fn of(text: &str) -> Self {
        let (mut letters, mut ends) = (Vec::new(), Vec::new());
        for word in text.split_whitespace() {
            letters.extend(letters_of(word));
            ends.push(letters.len());
        }
        Self { letters, ends, said: 0, until: Duration::ZERO, audio: 0 }
    }

    pub(super) fn heard(&mut self, bytes: usize) {
        self.audio += bytes as u64;
    }

    pub(super) fn said(&mut self, word: &Word) {
        self.until = self.until.max(word.end);
        let wanted: Vec<char> = letters_of(&word.text).collect();
        if wanted.is_empty() {
            return;
        }
        let rest = &self.letters[self.said..];
        let near = &rest[..rest.len().min(AHEAD + wanted.len())];
        self.said = match near.windows(wanted.len()).position(|letters| letters == wanted) {
            Some(place) => self.said + place + wanted.len(),
            // The service reads it in its own way; it stands for some word of the text.
            None => self.ends.iter().copied().find(|end| *end > self.said).unwrap_or(self.said),
        };
    }

    /// # Errors
    /// What is missing, without saying what it is.
    pub(super) fn whole(&self) -> Result<(), String> {
        let (letters, said) = (self.letters.len(), self.said);
        if self.audio == 0 {
            return Err("the turn ended without audio".to_owned());
        }
        if said < letters {
            return Err(format!("the turn ended after {said} of {letters} letters"));
        }
        let heard = length_of(self.audio);
        if heard + SLACK < self.until {
            let (heard, until) = (heard.as_millis(), self.until.as_millis());
            return Err(format!("the turn ended after {heard} ms of audio, its last word at {until} ms"));
        }
        Ok(())
    }
}

fn letters_of(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_whole(text: &str, words: &[&str]) -> bool {
        let mut progress = Progress::of(text);
        for (place, word) in (1..).zip(words) {
            let end = Duration::from_millis(place * 200);
            progress.said(&Word { text: (*word).to_owned(), start: end, end });
        }
        progress.heard(1_200 * words.len() + 1);
        progress.whole().is_ok()
    }

    #[test]
    fn text_is_whole_once_its_last_word_was_said() {
        let text = "Turn left, at the LAKES … (really)!";
        assert!(is_whole(text, &["turn", "left", "at", "the", "lakes", "really"]));
        assert!(!is_whole(text, &["turn", "left", "at", "the", "lakes"]));
        assert!(!is_whole(text, &[]));
    }

    #[test]
    fn words_that_are_joined_or_read_in_another_way_are_followed() {
        assert!(is_whole("I live in New York City", &["I", "live", "in", "New York", "City"]));
        assert!(is_whole("It costs ½ now", &["it", "costs", "one half", "now"]));
        assert!(is_whole("In the year MMXX", &["in", "the", "year", "2020"]));
        assert!(!is_whole("In the year MMXX, so", &["in", "the", "year", "2020"]));
        assert!(is_whole("今天天气很好。", &["今天", "天气", "很", "好"]));
        assert!(!is_whole("今天天气很好。", &["今天", "天气"]));
    }

    #[test]
    fn word_that_is_said_twice_is_not_taken_for_the_last_one() {
        let text = format!("one two {} one two", "three ".repeat(30));
        assert!(!is_whole(&text, &["one", "two"]));
    }

    #[test]
    fn text_without_words_needs_only_audio() {
        let mut progress = Progress::of("?!");
        assert!(progress.whole().is_err());
        progress.heard(1);
        assert_eq!(progress.whole(), Ok(()));
    }

    #[test]
    fn audio_that_ends_before_the_last_word_is_not_whole() {
        let mut progress = Progress::of("hello");
        let (start, end) = (Duration::from_millis(100), Duration::from_millis(1_000));
        progress.said(&Word { text: "hello".to_owned(), start, end });
        progress.heard(4_000);
        assert!(progress.whole().is_err());
        progress.heard(2_000);
        assert_eq!(progress.whole(), Ok(()));
        assert_eq!(length_of(144), Duration::from_millis(24), "one frame");
    }
}
