//! From plain text to words with their parts and part-of-speech tags, as misaki cuts them.

use misaki_rs::norms::norm_of;
use misaki_rs::spacy_tagger::{Tagger, hash_string};
use misaki_rs::spacy_tokenizer::SpacyTokenizer;

/// A part of a word that may have a reading of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) text: String,
    /// Penn Treebank tag of the token that the part comes from.
    pub(super) tag: String,
    /// What a mark of punctuation is in phonemes; none for what must be looked up.
    pub(super) mark: Option<String>,
}

/// Parts that nothing separates, such as `well-known` or `don't`; a mark stands alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
    /// Whether a space follows.
    pub(super) space: bool,
}

/// The tokenizer and the tagger of spaCy, as ported by misaki-rs.
pub(super) struct Splitter {
    tokenizer: SpacyTokenizer,
    tagger: Tagger,
}

impl Splitter {
    pub(super) fn new() -> Splitter {
        Splitter { tokenizer: SpacyTokenizer::new(), tagger: Tagger::load() }
    }

    /// The words of a sentence in plain words.
    pub(super) fn words(&self, text: &str) -> Vec<Word> {
        let tokens = self.tokenizer.tokenize(text);
        let inputs: Vec<(String, String, bool)> = tokens
            .iter()
            .map(|token| {
                let norm = token.norm.clone().unwrap_or_else(|| norm_of(&token.text, hash_string));
                (token.text.clone(), norm, !token.whitespace.is_empty())
            })
            .collect();
        let tags = self.tagger.tag(&inputs);
        let mut words: Vec<Word> = Vec::new();
        for (token, tag) in tokens.iter().zip(tags) {
            for text in parts(&token.text) {
                let part =
                    Part { text: text.to_owned(), tag: tag.to_owned(), mark: mark(text, tag, &token.text) };
                match words.last_mut() {
                    Some(word) if !word.space && part.mark.is_none() && !ends_in_mark(word) => {
                        word.parts.push(part)
                    }
                    _ => words.push(Word { parts: vec![part], space: false }),
                }
            }
            if let Some(word) = words.last_mut() {
                word.space = !token.whitespace.is_empty();
            }
        }
        words
    }
}

fn ends_in_mark(word: &Word) -> bool {
    word.parts.last().is_some_and(|part| part.mark.is_some())
}

/// The phonemes of a mark, by its tag: the tagger tells an opening quote from a closing one. A mark inside a
/// token with letters, such as `U.S.A`, belongs to the word.
fn mark(text: &str, tag: &str, token: &str) -> Option<String> {
    let is_mark_tag = matches!(tag, "." | "," | "-LRB-" | "-RRB-" | "``" | "\"\"" | "''" | ":" | "NFP");
    if token.contains(char::is_alphabetic) {
        return None;
    }
    let phonemes = match (tag, text) {
        ("-LRB-", _) | (_, "(") => "(",
        ("-RRB-", _) | (_, ")") => ")",
        ("``", _) => "“",
        ("''" | "\"\"", _) | (_, "\"") => "”",
        (":", "-") | (_, "—") => "—",
        _ if text.chars().all(|c| ";:,.!?…".contains(c)) => text,
        _ if is_mark_tag => "",
        _ => return None,
    };
    Some(phonemes.to_owned())
}

/// Cuts a token where its kind of characters changes, and inside words such as `iPhone` or `PDFViewer`.
fn parts(token: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = token.char_indices().collect();
    let at = |index: usize| chars.get(index).map(|(_, c)| *c);
    let letter = |index: usize| at(index).is_some_and(char::is_alphabetic);
    let upper = |index: usize| at(index).is_some_and(char::is_uppercase);
    let lower = |index: usize| at(index).is_some_and(char::is_lowercase);
    let mut parts = Vec::new();
    let mut start = 0;
    for index in 1..=chars.len() {
        let inside = match at(index) {
            None => false,
            Some('\'') => at(index - 1) == Some('\'') || (letter(index - 1) && letter(index + 1)),
            Some('-') => at(index - 1) == Some('-'),
            Some(_) if letter(index) => {
                let after_apostrophe = at(index - 1) == Some('\'') && index >= 2 && letter(index - 2);
                let new_hump =
                    lower(index - 1) && upper(index) || upper(index - 1) && upper(index) && lower(index + 1);
                after_apostrophe || (letter(index - 1) && !new_hump)
            }
            Some(_) => false,
        };
        if !inside {
            let end = chars.get(index).map_or(token.len(), |(at, _)| *at);
            parts.push(&token[start..end]);
            start = end;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_cut_into_parts() {
        for (token, expected) in [
            ("hello", vec!["hello"]),
            ("don't", vec!["don't"]),
            ("iPhone", vec!["i", "Phone"]),
            ("PDFViewer", vec!["PDF", "Viewer"]),
            ("well-known", vec!["well", "-", "known"]),
            ("'tis", vec!["'", "tis"]),
            ("A.M", vec!["A", ".", "M"]),
            ("Zoë", vec!["Zoë"]),
            ("", vec![]),
        ] {
            if !token.is_empty() {
                assert_eq!(parts(token), expected);
            }
        }
    }

    #[test]
    fn marks_stand_alone() {
        let splitter = Splitter::new();
        let words = splitter.words("\"Well-known,\" he said — (don't).");
        let texts: Vec<String> = words
            .iter()
            .map(|word| word.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().concat())
            .collect();
        assert_eq!(texts, ["\"", "Well-known", ",", "\"", "he", "said", "—", "(", "don't", ")", "."]);
        let marks: Vec<&str> = words.iter().filter_map(|word| word.parts[0].mark.as_deref()).collect();
        assert_eq!(marks, ["“", ",", "”", "—", "(", ")", "."]);
    }
}
