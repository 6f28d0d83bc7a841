//! What a look at a template tells before it is read: most templates have a word that a sentence has not.

use crate::words::{is_plain, stem};

/// Words that stand outside of all brackets: a sentence without them is none of this template's. Not necessarily all of them.
pub(crate) fn sure_words(template: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let mut has_choice = false;
    for byte in template.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => has_choice = true,
            _ => {}
        }
    }
    let mut depth = 0_usize;
    let chunks = template.split_inclusive(['(', '[', '{', ')', ']', '}']).filter_map(move |chunk| {
        let outside = depth == 0;
        match chunk.as_bytes().last() {
            Some(b'(' | b'[' | b'{') => depth += 1,
            Some(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        outside.then(|| chunk.trim_end_matches(['(', '[', '{', ')', ']', '}']))
    });
    let words = chunks.flat_map(|chunk| {
        chunk.split(|char: char| char.is_whitespace() || matches!(char, ',' | '?' | '.' | '!'))
    });
    words.filter(move |word| !has_choice && !word.is_empty() && is_plain(word))
}

/// Whether a sentence with these stems may be one of the template's.
pub(crate) fn may_match(template: &str, has_stem: impl Fn(&str) -> bool) -> bool {
    sure_words(template).all(|word| has_stem(stem(&word.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_outside_of_brackets_are_sure() {
        let sure = |template| sure_words(template).collect::<Vec<_>>();
        assert_eq!(
            sure("(set|change) my [monthly [old]] {category} budgets to {a:money}?"),
            ["my", "budgets", "to"]
        );
        assert_eq!(sure("what's [the] gas like, OK"), ["gas", "like"]);
        assert_eq!(sure("a|b c"), Vec::<&str>::new());
        assert_eq!(sure(")a(b"), ["a"]);
    }

    #[test]
    fn a_sentence_without_a_sure_word_does_not_match() {
        let has = |stem: &str| ["my", "budget"].contains(&stem);
        assert!(may_match("[show] My Budgets", has));
        assert!(!may_match("my gas budget", has));
    }
}
