//! Tables of patterns, each with a function that says what the pattern found.

use regex::{Captures, Regex};

/// What a pattern found, and what stands around it.
pub(super) struct Found<'t> {
    captures: Captures<'t>,
    /// The text up to the match.
    pub(super) before: &'t str,
    /// The text from the end of the match.
    pub(super) after: &'t str,
}

impl<'t> Found<'t> {
    /// The text of a group, or an empty text where the group took no part.
    pub(super) fn get(&self, group: usize) -> &'t str {
        self.captures.get(group).map_or("", |found| found.as_str())
    }

    /// The number in a group; zero where it is none.
    pub(super) fn number(&self, group: usize) -> u64 {
        self.get(group).parse().unwrap_or_default()
    }

    /// Whether the match stands at the start of a word.
    pub(super) fn starts_word(&self) -> bool {
        !self.before.ends_with(|c: char| c.is_alphanumeric())
    }

    /// Whether a sentence may end behind the match.
    pub(super) fn ends_sentence(&self) -> bool {
        let rest = self.after.trim_start_matches(['"', '”', ')', '\'']);
        rest.is_empty()
            || (rest.len() > rest.trim_start().len() && rest.trim_start().starts_with(char::is_uppercase))
    }
}

/// Says a match in words. `None` leaves it as it stands.
pub(super) type Say = fn(&Found<'_>) -> Option<String>;

/// Patterns that are applied one after the other.
pub(super) struct Rules(Vec<(Regex, Say)>);

impl Rules {
    /// Compiles a table. The tables are constants, and a test compiles every one of them.
    #[allow(clippy::expect_used, reason = "the patterns are constants of this crate")]
    pub(super) fn new(table: &[(&str, Say)]) -> Rules {
        Rules(
            table
                .iter()
                .map(|(pattern, say)| (Regex::new(pattern).expect("a pattern that compiles"), *say))
                .collect(),
        )
    }

    /// Replaces every match of every pattern, with a space where words would run together.
    pub(super) fn apply(&self, text: String) -> String {
        self.0.iter().fold(text, |text, (pattern, say)| {
            let mut out = String::new();
            let mut copied = 0;
            for captures in pattern.captures_iter(&text) {
                let Some(whole) = captures.get(0) else { continue };
                let found = Found { captures, before: &text[..whole.start()], after: &text[whole.end()..] };
                let Some(words) = say(&found) else { continue };
                out += &text[copied..whole.start()];
                if out.ends_with(char::is_alphanumeric) {
                    out.push(' ');
                }
                out += &words;
                if found.after.starts_with(char::is_alphanumeric) {
                    out.push(' ');
                }
                copied = whole.end();
            }
            if copied == 0 {
                return text;
            }
            out += &text[copied..];
            out
        })
    }
}
