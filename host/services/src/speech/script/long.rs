//! Cuts a sentence that is too long for an engine where a speaker would take breath.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::abbreviations::CLOSERS;

/// A sentence with more characters is cut.
pub(super) const LONG: usize = 300;
/// No piece has more characters.
pub(super) const LONGEST: usize = 400;

/// The sentence in pieces of about the same length, none above [`LONGEST`] characters; one piece when it is
/// not long.
pub(super) fn pieces(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut from = sentence.start;
    let mut left = text[sentence.clone()].chars().count();
    while left > LONG {
        let rest = &text[from..sentence.end];
        let cut = find_cut(rest, left / left.div_ceil(LONG));
        let piece = rest[..cut].trim_end();
        pieces.push(from..from + piece.len());
        let next = cut + (rest[cut..].len() - rest[cut..].trim_start().len());
        left -= rest[..next].chars().count();
        from += next;
    }
    if left > 0 {
        pieces.push(from..sentence.end);
    }
    pieces
}

/// How well a sentence is cut before a white space: the lower, the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seam {
    Sentence,
    Clause,
    Comma,
    Word,
}

/// Where to cut, in bytes; above 0. `aim` is the wished length in characters.
fn find_cut(rest: &str, aim: usize) -> usize {
    let near = aim / 2..=LONG.min(aim + aim / 2);
    let mut best = None;
    let mut last_word = None;
    let mut before = None;
    let mut chars = rest.char_indices().enumerate().take(LONG + 1).peekable();
    while let Some((nth, (at, c))) = chars.next() {
        let next = chars.peek().map(|(_, (_, next))| *next);
        let seam = if c.is_whitespace() { seam(before, next) } else { wide_seam(before, c) };
        if let Some(seam) = seam
            && nth > 0
        {
            last_word = Some(at);
            let offer = (seam, nth.abs_diff(aim), at);
            if near.contains(&nth) && best.is_none_or(|best| offer < best) {
                best = Some(offer);
            }
        }
        if !CLOSERS.contains(&c) {
            before = Some(c);
        }
    }
    best.map(|(_, _, at)| at).or(last_word).unwrap_or_else(|| find_cut_in_word(rest))
}

/// White space between these characters; `None` where nothing may be cut, as before French marks.
fn seam(before: Option<char>, next: Option<char>) -> Option<Seam> {
    match (before?, next) {
        (_, Some(';' | ':' | '!' | '?' | '»' | '–' | '—' | ',' | '.')) => None,
        ('.' | '!' | '?' | '…', _) => Some(Seam::Sentence),
        (';' | ':' | '–' | '—', _) => Some(Seam::Clause),
        (',', _) => Some(Seam::Comma),
        _ => Some(Seam::Word),
    }
}

/// The seam after a mark that is written without white space.
fn wide_seam(before: Option<char>, next: char) -> Option<Seam> {
    if CLOSERS.contains(&next) {
        return None;
    }
    match before? {
        '。' | '！' | '？' => Some(Seam::Sentence),
        '；' | '：' => Some(Seam::Clause),
        '、' | '，' | '،' => Some(Seam::Comma),
        _ => None,
    }
}

/// The last end of a word or of a character as people see it; inside of that only when it has hundreds of
/// code points.
fn find_cut_in_word(rest: &str) -> usize {
    let end_of = |chars: usize| rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at);
    let (wished, longest) = (&rest[..end_of(LONG)], &rest[..end_of(LONGEST)]);
    let bound = |at: &usize| *at > 0 && *at <= wished.len();
    let word = longest.split_word_bound_indices().map(|(at, _)| at).rfind(bound);
    let grapheme = || longest.grapheme_indices(true).map(|(at, _)| at).rfind(|at| *at > 0);
    word.or_else(grapheme).unwrap_or(longest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        pieces(text, 0..text.len()).into_iter().map(|piece| &text[piece]).collect()
    }

    #[test]
    fn sentence_that_is_not_long_stays_whole() {
        let text = "word, ".repeat(50);
        assert_eq!(cut(text.trim()), [text.trim()]);
    }

    #[test]
    fn clause_is_preferred_to_comma_and_comma_to_word() {
        let words = "some words here ".repeat(10);
        let (first, second) = (format!("{words}and so, they went on;"), format!("{words}to the end"));
        assert_eq!(cut(&format!("{first} {second}")), [first.as_str(), &second]);
        let (first, second) = (format!("{words}went on,”"), format!("{words}to the end"));
        assert_eq!(cut(&format!("{first} {second}")), [first.as_str(), &second]);
    }

    #[test]
    fn pieces_are_about_as_long_as_each_other() {
        let text = ["word"; 130].join(" ");
        let lengths: Vec<usize> = cut(&text).iter().map(|piece| piece.len()).collect();
        assert!(
            lengths.len() == 3 && lengths.iter().all(|length| (190..=240).contains(length)),
            "{lengths:?}"
        );
    }

    #[test]
    fn text_without_white_space_is_cut_at_its_own_marks_or_words() {
        let text = format!("{}、{}", "漢".repeat(160), "字".repeat(160));
        assert_eq!(cut(&text)[0], format!("{}、", "漢".repeat(160)));
        assert_eq!(cut(&"漢字".repeat(200)).len(), 2);
        let address = format!("https://example.com/{}", "path/".repeat(100));
        assert!(cut(&address)[0].ends_with("path/"));
    }

    #[test]
    fn visible_character_is_kept_together_unless_it_has_hundreds_of_code_points() {
        let family = "👨‍👩‍👧".repeat(100);
        let parts = cut(&family);
        assert!(parts.len() > 1 && parts.iter().all(|part| part.ends_with('👧')), "{parts:?}");
        let zalgo = format!("a{}", "\u{301}".repeat(1_000));
        assert!(cut(&zalgo).iter().all(|part| part.chars().count() <= LONGEST));
        assert_eq!(cut(&zalgo).concat(), zalgo);
    }

    #[test]
    fn mark_with_a_space_before_it_stays_with_its_sentence() {
        let text = format!("{}mot ; {}", "mot ".repeat(39), "mot ".repeat(40));
        assert!(cut(text.trim())[0].ends_with("mot ;"));
    }
}
