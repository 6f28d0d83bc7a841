//! What is to be spoken, one thing after the other: sentences and pauses, of plain text or of SSML.

mod abbreviations;
mod calendar;
#[cfg(test)]
mod dice;
mod element;
mod flow;
mod long;
mod numbers;
mod prosody;
mod say_as;
mod sentences;
mod ssml;
mod xml;

use std::{ops::Range, time::Duration};

use wheelhouse_core::Result;

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

/// Whether a text is SSML: begins with `<speak`, after white space or an XML declaration.
pub(super) fn is_ssml(text: &str) -> bool {
    ssml::is_ssml(text)
}

/// What SSML asks for; something to say is among it. `language` is a BCP 47 tag; without one the root's
/// `xml:lang` is taken.
///
/// # Errors
/// `Invalid` naming `text`: what is wrong at which line and column, and what would be right.
pub(super) fn of_ssml(text: &str, language: Option<&str>) -> Result<Vec<Line>> {
    ssml::lines(text, language)
}

/// The language that SSML says it is in; `None` when it says none, is not well-formed, or the text is no SSML.
pub(super) fn language_of_ssml(text: &str) -> Option<String> {
    if is_ssml(text) { ssml::language(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: Vec<Line>) -> Vec<String> {
        let text = |line| match line {
            Line::Say(sentence) => Some(sentence.text),
            Line::Pause(_) => None,
        };
        lines.into_iter().filter_map(text).collect()
    }

    #[test]
    fn text_is_said_without_marks_sentence_by_sentence() {
        let text = "# Your trip to Utah\n\nDr. Lee says **hi** there. See <https://a.example/b?c>.\n\n\
                    1. Moab is red.\n2. Zion is green.";
        let said = [
            "Your trip to Utah.",
            "Dr. Lee says hi there. See a.example.",
            "1. Moab is red.",
            "2. Zion is green.",
        ];
        assert_eq!(texts(of_text(text, Some("en"))), said);
    }

    #[test]
    fn sign_alone_is_said_and_nothing_is_not() {
        assert_eq!(texts(of_text("✗", None)), ["✗"]);
        assert_eq!(texts(of_text("```\nlet x = 1;\n```", None)), [""; 0]);
    }

    #[test]
    fn markdown_is_text_in_ssml() {
        let text = "<speak>*Hi* there, [you](all)!</speak>";
        assert!(is_ssml(text));
        assert_eq!(of_ssml(text, None).map(texts), Ok(vec!["*Hi* there, [you](all)!".to_owned()]));
        assert_eq!(language_of_ssml("<speak xml:lang='de'/>").as_deref(), Some("de"));
    }
}
