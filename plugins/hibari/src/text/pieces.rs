//! Cuts a text into pieces that are spoken one after the other, the first of them short.

use super::normalize;

/// Characters of the first piece at most: they decide how soon the first sound comes.
const FIRST: usize = 140;
/// Characters of any other piece at most: they bound the memory that the networks need.
const LONGEST: usize = 280;
/// Bytes of text that are prepared at a time.
const PARAGRAPH: usize = 1_500;
/// Words that open a clause, to cut before where there is no mark.
const OPENERS: [&str; 16] = [
    "and", "but", "or", "because", "which", "that", "who", "when", "while", "where", "so", "if", "although",
    "before", "after", "with",
];

/// What comes behind a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// The sentence goes on without a mark.
    None,
    /// The sentence goes on behind a mark.
    Clause,
    /// The next sentence.
    Sentence,
    /// The next paragraph.
    Paragraph,
}

/// A sentence, or a part of a long one, in plain words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) pause: Pause,
}

/// Gives the pieces of a text; prepares no more of it than the next piece needs.
pub(crate) struct Pieces<'t> {
    text: &'t str,
    words: String,
    started: bool,
}

impl<'t> Pieces<'t> {
    pub(crate) fn new(text: &'t str) -> Pieces<'t> {
        Pieces { text, words: String::new(), started: false }
    }

    /// Takes the next paragraph off the text, or a part of a very long one.
    fn paragraph(&mut self) -> &'t str {
        let line = self.text.find('\n').unwrap_or(self.text.len());
        let end = if line > PARAGRAPH { cut(self.text, PARAGRAPH) } else { line };
        let (paragraph, rest) = self.text.split_at(end);
        self.text = rest.strip_prefix('\n').unwrap_or(rest);
        paragraph
    }

    /// Takes the next piece off the words of the paragraph.
    fn piece(&mut self) -> Piece {
        let limit = if self.started { LONGEST } else { FIRST };
        let sentence = sentence_end(&self.words);
        let end = if self.words[..sentence].chars().count() > limit {
            clause_end(&self.words[..sentence], limit)
        } else {
            sentence
        };
        let rest = self.words[end..].trim_start().to_owned();
        let mut piece = std::mem::replace(&mut self.words, rest);
        piece.truncate(end);
        piece.truncate(piece.trim_end().len());
        let pause = match (end < sentence, self.words.is_empty()) {
            (true, _) if piece.ends_with(char::is_alphanumeric) => Pause::None,
            (true, _) => Pause::Clause,
            (false, false) => Pause::Sentence,
            (false, true) => Pause::Paragraph,
        };
        Piece { text: piece, pause }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            while self.words.is_empty() {
                if self.text.is_empty() {
                    return None;
                }
                let paragraph = self.paragraph();
                self.words = normalize(paragraph);
            }
            let piece = self.piece();
            if piece.text.contains(char::is_alphabetic) {
                self.started = true;
                return Some(piece);
            }
        }
    }
}

/// The end of the first sentence, in bytes.
fn sentence_end(words: &str) -> usize {
    let mut marks = words.match_indices(['.', '!', '?', '…']);
    marks
        .find_map(|(at, mark)| {
            let after = &words[at + mark.len()..];
            let rest = after.trim_start_matches(['"', ')', '\'']);
            let ends = rest.is_empty()
                || rest.starts_with(' ') && !rest.trim_start().starts_with(char::is_lowercase);
            ends.then(|| words.len() - rest.len())
        })
        .unwrap_or(words.len())
}

/// Where to cut a sentence that is longer than `limit` characters: behind the last mark before that, or else
/// before the last word that opens a clause, or else between words.
fn clause_end(sentence: &str, limit: usize) -> usize {
    let limit = cut(sentence, sentence.char_indices().nth(limit).map_or(sentence.len(), |(at, _)| at));
    let window = &sentence[..limit];
    let smallest = limit / 3;
    let mut marks = window.rmatch_indices([',', ';', ':', '—', ')']).map(|(at, mark)| at + mark.len());
    let spaces = std::iter::once(limit).chain(window.rmatch_indices(' ').map(|(at, _)| at));
    let mut openers =
        spaces.filter(|at| sentence[at + 1..].split(' ').next().is_some_and(|word| OPENERS.contains(&word)));
    let good = |at: &usize| *at >= smallest && (sentence[*at..].starts_with(' '));
    marks.find(good).or_else(|| openers.find(good)).unwrap_or(limit)
}

/// The last space before `limit` bytes, or the last boundary of characters where there is none. Never zero.
fn cut(text: &str, limit: usize) -> usize {
    if limit >= text.len() {
        return text.len();
    }
    let boundary = text.floor_char_boundary(limit);
    match text[..boundary].rfind(' ') {
        Some(at) if at > 0 => at,
        _ if boundary > 0 => boundary,
        _ => text.ceil_char_boundary(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        Pieces::new(text).map(|piece| piece.text).collect()
    }

    #[test]
    fn sentences() {
        assert_eq!(
            texts("Hello there. \"How are you?\" asked Dr. Jones at 7:30 p.m. Fine!\n\nBye."),
            ["Hello there.", "\"How are you?\" asked Doctor Jones at seven thirty P.M.", "Fine!", "Bye."]
        );
        let pauses: Vec<Pause> = Pieces::new("One. Two.\nThree").map(|piece| piece.pause).collect();
        assert_eq!(pauses, [Pause::Sentence, Pause::Paragraph, Pause::Paragraph]);
    }

    #[test]
    fn nothing_to_say() {
        for text in ["", " \n\n ", "...", "?!", "🙂🙂", "你好，世界。", "-- * --"] {
            assert_eq!(texts(text), Vec::<String>::new());
        }
    }

    #[test]
    fn long_sentences_are_cut_at_clauses() {
        let to_the_tortoise = "When the rain had stopped at last, the children ran out into the garden and looked for the tortoise,";
        let to_the_tree = " which had hidden under the apple tree";
        let text = format!("{to_the_tortoise}{to_the_tree} because it does not like the wet at all");
        let pieces = texts(&text);
        assert_eq!(pieces[0], to_the_tortoise);
        let without_marks = text.replace(',', "");
        let first = &texts(&without_marks)[0];
        assert_eq!(without_marks.strip_prefix(first), Some(" because it does not like the wet at all"));
        assert_eq!(pieces.join(" "), text);
    }

    #[test]
    fn every_piece_is_bounded() {
        let digits = "7".repeat(5_000);
        let long_word = "x".repeat(2_000);
        let prose = "The quick brown fox jumps over the lazy dog and then it sleeps for a while ".repeat(40);
        let chinese = "漢".repeat(3_000);
        for text in [&digits, &long_word, &prose, &chinese, &"a.".repeat(2_000), &"é".repeat(4_000)] {
            for (index, piece) in Pieces::new(text).enumerate() {
                assert!(piece.text.chars().count() <= if index == 0 { FIRST } else { LONGEST });
            }
        }
        assert!(texts(&digits).iter().map(|piece| piece.split(' ').count()).sum::<usize>() >= 5_000);
    }
}
