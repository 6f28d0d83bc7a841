//! `[speech]`.

use std::thread;

use serde::{Deserialize, Serialize};

use crate::breaker::BreakerConfig;

/// Speech engines and their limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechConfig {
    /// The engine that is asked first (`TTS_PRIMARY_ENGINE`).
    pub primary_engine: String,
    /// The engines that are asked when it fails, in order (`TTS_FALLBACK_ENGINES`).
    pub fallback_engines: Vec<String>,
    /// Longest text in characters, 1 to 100,000.
    pub max_text_chars: usize,
    /// How long an engine may take to its first byte, as long as there is another to ask; the last one may take thrice as long.
    pub first_byte_seconds: u64,
    /// How long an engine that has begun may pause before its audio counts as broken off.
    pub stall_seconds: u64,
    /// How long an engine may take for one sentence.
    pub sentence_seconds: u64,
    /// How long a whole speech may take.
    pub speech_seconds: u64,
    /// After so many milliseconds without a first byte the next engine is asked as well, and whoever begins first speaks. 0: never.
    pub hedge_ms: u64,
    /// Sentences that are synthesised at once, of all speeches together. 0: as many as there are processors, and at least 2.
    pub at_once: usize,
    /// Speeches that wait for their first sentence, before the host answers that it is busy.
    pub queue: usize,
    /// Sentences of one speech that are synthesised beside the one that is heard, 0 to 8.
    pub ahead: usize,
    /// Speeches that are being made, of all users together.
    pub streams: usize,
    /// Speeches that are being made for one user.
    pub streams_per_user: usize,
    /// Most bytes of running speeches that are held so that others can join and they can be kept afterwards.
    pub recording_bytes: usize,
    /// When an engine that fails is left out.
    pub breaker: BreakerConfig,
}

impl Default for SpeechConfig {
    fn default() -> Self {
        Self {
            primary_engine: "hibari".to_owned(),
            fallback_engines: vec!["pico".to_owned()],
            max_text_chars: 5_000,
            first_byte_seconds: 10,
            stall_seconds: 20,
            sentence_seconds: 60,
            speech_seconds: 600,
            hedge_ms: 0,
            at_once: 0,
            queue: 64,
            ahead: 1,
            streams: 256,
            streams_per_user: 16,
            recording_bytes: 32 << 20,
            breaker: BreakerConfig::default(),
        }
    }
}

impl SpeechConfig {
    /// All engines in the order in which they are asked.
    pub fn chain(&self) -> Vec<String> {
        let names = std::iter::once(&self.primary_engine).chain(&self.fallback_engines);
        names.filter(|name| !name.is_empty()).cloned().collect()
    }

    /// Takes engines that are off out of the chain, so that it begins with the first that is not; there may be none left. Those that were
    /// taken out.
    pub fn leave_out(&mut self, is_off: impl Fn(&str) -> bool) -> Vec<String> {
        let (off, mut on): (Vec<_>, Vec<_>) = self.chain().into_iter().partition(|name| is_off(name));
        self.primary_engine = if on.is_empty() { String::new() } else { on.remove(0) };
        self.fallback_engines = on;
        off
    }

    /// Sentences that are synthesised at once.
    pub(super) fn at_once(&self) -> usize {
        match self.at_once {
            0 => thread::available_parallelism().map_or(2, |processors| processors.get().max(2)),
            some => some,
        }
    }

    /// What is wrong with it, a sentence each. Whether engines of these names exist, [`validate_names`](crate::validate_names) tells.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.breaker.problems("speech.breaker");
        let mut names = std::iter::once(&self.primary_engine).chain(&self.fallback_engines);
        if names.any(|name| name.trim().is_empty()) {
            problems.push("speech.primary_engine: an engine's name must not be empty".to_owned());
        }
        let small = |value: usize| value as u64;
        for (field, value, from, to) in [
            ("max_text_chars", small(self.max_text_chars), 1, 100_000),
            ("first_byte_seconds", self.first_byte_seconds, 1, 600),
            ("stall_seconds", self.stall_seconds, 1, 600),
            ("sentence_seconds", self.sentence_seconds, 1, 600),
            ("speech_seconds", self.speech_seconds, 1, 86_400),
            ("hedge_ms", self.hedge_ms, 0, 600_000),
            ("at_once", small(self.at_once), 0, 1_024),
            ("queue", small(self.queue), 0, 100_000),
            ("ahead", small(self.ahead), 0, 8),
            ("streams", small(self.streams), 1, 100_000),
            ("streams_per_user", small(self.streams_per_user), 1, 100_000),
            ("recording_bytes", small(self.recording_bytes), 0, 1 << 40),
        ] {
            if !(from..=to).contains(&value) {
                problems.push(format!("speech.{field}: is {value} and must be from {from} to {to}"));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_goes_on_without_engines_that_are_off() {
        let mut config = SpeechConfig {
            primary_engine: "openai".to_owned(),
            fallback_engines: vec!["edge".to_owned(), "hibari".to_owned()],
            ..SpeechConfig::default()
        };
        assert_eq!(config.leave_out(|name| name == "openai"), ["openai"]);
        assert_eq!(config.chain(), ["edge", "hibari"]);
        assert_eq!(config.leave_out(|_| true), ["edge", "hibari"]);
        assert!(config.chain().is_empty());
    }
}
