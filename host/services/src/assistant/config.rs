//! `[assistant]`.

use serde::{Deserialize, Serialize};

use crate::breaker::BreakerConfig;

/// AI providers and the limits of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssistantConfig {
    /// AI providers in the order in which they are asked (`AI_PROVIDERS`).
    pub providers: Vec<String>,
    /// How often a provider may have tools called in one turn before it must answer, 1 to 50.
    pub max_rounds: usize,
    /// Tool calls that are run in one round, 1 to 64; the provider is told that more were not.
    pub max_tool_calls: usize,
    /// How long one tool may take.
    pub tool_seconds: u64,
    /// How long a turn may take, whether or not the client is still there.
    pub turn_seconds: u64,
    /// How long a provider may take to its first word, as long as there is another to ask.
    pub first_event_seconds: u64,
    /// How long a provider that has begun may pause before it counts as stalled.
    pub stall_seconds: u64,
    /// Stored messages that a provider gets to see, 0 to 500.
    pub history_messages: u32,
    /// Characters of stored messages that a provider gets to see; the newest are kept.
    pub history_chars: usize,
    /// Longest message of a user in characters, 1 to 100,000.
    pub max_message_chars: usize,
    /// Longest answer in tokens that a provider is asked for.
    pub max_output_tokens: u32,
    /// Turns that run at once in this process.
    pub max_running_turns: usize,
    /// Turns of one user that run at once in this process.
    pub max_turns_per_user: usize,
    /// When a provider that fails is left out.
    pub breaker: BreakerConfig,
}

impl Default for AssistantConfig {
    fn default() -> Self {
        Self {
            providers: vec!["openai".to_owned(), "assist".to_owned()],
            max_rounds: 8,
            max_tool_calls: 16,
            tool_seconds: 20,
            turn_seconds: 90,
            first_event_seconds: 20,
            stall_seconds: 20,
            history_messages: 40,
            history_chars: 16_000,
            max_message_chars: 2_000,
            max_output_tokens: 1_500,
            max_running_turns: 256,
            max_turns_per_user: 4,
            breaker: BreakerConfig::default(),
        }
    }
}

impl AssistantConfig {
    /// What is wrong with it, a sentence each. Whether providers of these names exist, [`validate_names`](crate::validate_names) tells.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.breaker.problems("assistant.breaker");
        if self.providers.is_empty() {
            problems.push("assistant.providers: names at least one provider, such as `assist`".to_owned());
        }
        for (field, value, range) in [
            ("max_rounds", self.max_rounds as u64, 1..=50),
            ("max_tool_calls", self.max_tool_calls as u64, 1..=64),
            ("tool_seconds", self.tool_seconds, 1..=600),
            ("turn_seconds", self.turn_seconds, 1..=600),
            ("first_event_seconds", self.first_event_seconds, 1..=600),
            ("stall_seconds", self.stall_seconds, 1..=600),
            ("history_messages", self.history_messages.into(), 0..=500),
            ("history_chars", self.history_chars as u64, 0..=1_000_000),
            ("max_message_chars", self.max_message_chars as u64, 1..=100_000),
            ("max_output_tokens", self.max_output_tokens.into(), 16..=1_000_000),
            ("max_running_turns", self.max_running_turns as u64, 1..=100_000),
            ("max_turns_per_user", self.max_turns_per_user as u64, 1..=1_000),
        ] {
            if !range.contains(&value) {
                problems.push(format!(
                    "assistant.{field}: is {value} and must be from {} to {}",
                    range.start(),
                    range.end()
                ));
            }
        }
        problems
    }
}
