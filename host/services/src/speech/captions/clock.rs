//! When a part of a sentence is said.

use std::time::Duration;

use wheelhouse_core::speech::Word;

/// How much of a sentence a text is: its letters and digits, or else its characters.
pub(super) fn weight(text: &str) -> usize {
    match text.chars().filter(|c| c.is_alphanumeric()).count() {
        0 => text.chars().count(),
        letters => letters,
    }
}

/// The times of one sentence.
pub(super) struct Clock {
    start: Duration,
    end: Duration,
    /// Of each word: how much has been said before and after it, and when it begins and ends.
    words: Vec<(usize, usize, Duration, Duration)>,
    said: usize,
}

impl Clock {
    /// A sentence of this time, with its words when they are known.
    pub(super) fn new(start: Duration, end: Duration, words: &[Word]) -> Self {
        let mut said = 0;
        let words = words.iter().filter(|word| !word.text.is_empty()).map(|word| {
            let before = said;
            said += weight(&word.text);
            (before, said, word.start, word.end)
        });
        let words = words.collect();
        Self { start, end, words, said }
    }

    /// When what follows begins, after `said` of `whole`.
    pub(super) fn start(&self, said: usize, whole: usize) -> Duration {
        if self.words.is_empty() {
            return self.share(said, whole);
        }
        // A word goes to the side that has more of it. Twice, because a half counts.
        let at = 2 * said * self.said;
        let word = self.words.iter().find(|(before, after, ..)| at < (before + after) * whole.max(1));
        word.or(self.words.last()).map_or(self.start, |(_, _, start, _)| *start)
    }

    /// When what went before ends, after `said` of `whole`.
    pub(super) fn end(&self, said: usize, whole: usize) -> Duration {
        if self.words.is_empty() {
            return self.share(said, whole);
        }
        let at = 2 * said * self.said;
        let word = self.words.iter().rfind(|(before, after, ..)| at >= (before + after) * whole.max(1));
        word.or(self.words.first()).map_or(self.end, |(_, _, _, end)| *end)
    }

    fn share(&self, said: usize, whole: usize) -> Duration {
        if said == whole {
            return self.end;
        }
        let share = said as f64 / whole.max(1) as f64;
        self.start + self.end.saturating_sub(self.start).mul_f64(share)
    }
}
