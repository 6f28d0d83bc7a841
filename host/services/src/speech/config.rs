//! `[speech]`.

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
    /// How long an engine may take to its first byte, as long as there is another to ask.
    pub first_byte_seconds: u64,
    /// How long an engine that has begun may pause before its audio counts as broken off.
    pub stall_seconds: u64,
    /// When an engine that fails is left out.
    pub breaker: BreakerConfig,
}

impl Default for SpeechConfig {
    fn default() -> Self {
        Self {
            primary_engine: "hibari".to_owned(),
            fallback_engines: Vec::new(),
            max_text_chars: 5_000,
            first_byte_seconds: 10,
            stall_seconds: 20,
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

    /// What is wrong with it, a sentence each. Whether engines of these names exist, [`validate_names`](crate::validate_names) tells.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.breaker.problems("speech.breaker");
        let mut names = std::iter::once(&self.primary_engine).chain(&self.fallback_engines);
        if names.any(|name| name.trim().is_empty()) {
            problems.push("speech.primary_engine: an engine's name must not be empty".to_owned());
        }
        if !(1..=100_000).contains(&self.max_text_chars) {
            problems.push(format!(
                "speech.max_text_chars: is {} and must be from 1 to 100000",
                self.max_text_chars
            ));
        }
        for (field, value) in
            [("first_byte_seconds", self.first_byte_seconds), ("stall_seconds", self.stall_seconds)]
        {
            if !(1..=600).contains(&value) {
                problems.push(format!("speech.{field}: is {value} and must be from 1 to 600"));
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
