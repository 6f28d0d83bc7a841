//! Texts that are longer than a server takes.

/// The text in parts of at most `max` characters: after the end of a sentence where there is one in the latter half, else between words, else
/// anywhere. No part is blank, unless the whole text is.
pub(super) fn parts(text: &str, max: usize) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((end, _)) = rest.char_indices().nth(max) {
        let cut = place(&rest[..end]);
        let (part, after) = rest.split_at(cut);
        if !part.trim().is_empty() {
            parts.push(part);
        }
        rest = after;
    }
    if parts.is_empty() || !rest.trim().is_empty() {
        parts.push(rest);
    }
    parts
}

/// Where a part ends.
fn place(window: &str) -> usize {
    let latter = |at: &usize| *at > window.len() / 2;
    let mut before = None;
    let (mut sentence, mut word) = (None, None);
    for (at, letter) in window.char_indices() {
        let next = at + letter.len_utf8();
        if letter.is_whitespace() {
            word = Some(next);
            if before.is_some_and(|before| matches!(before, '.' | '!' | '?' | '…' | '\n')) {
                sentence = Some(next);
            }
        } else if matches!(letter, '。' | '！' | '？') {
            sentence = Some(next);
        }
        before = Some(letter);
    }
    sentence.filter(latter).or(word.filter(latter)).unwrap_or(window.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_fits_is_one_part() {
        assert_eq!(parts("Turn left.", 10), ["Turn left."]);
        assert_eq!(parts("", 10), [""]);
    }

    #[test]
    fn long_text_is_cut_after_a_sentence_or_between_words_and_nothing_is_lost() {
        assert_eq!(parts("One two. Three four.", 12), ["One two. ", "Three four."]);
        assert_eq!(parts("one two three four", 10), ["one two ", "three four"]);
        assert_eq!(parts("ありがとう。さようなら。", 8), ["ありがとう。", "さようなら。"]);
        assert_eq!(parts("xxxxxxxxxx", 4), ["xxxx", "xxxx", "xx"]);
        let text = "Grüße aus Köln! ".repeat(100);
        let parts = parts(&text, 50);
        assert_eq!(parts.concat(), text);
        assert!(parts.iter().all(|part| part.chars().count() <= 50 && part.ends_with("! ")));
    }
}
