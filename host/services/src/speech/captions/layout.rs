//! Cuts a sentence into what is read at once.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// The widest line, in columns; of wide characters, half as many.
const LINE: usize = 42;
/// What a mark at the end of a line may go beyond it.
const HANGING: usize = 2;

/// Parts of one line or two; none when the sentence is blank.
pub(super) fn parts(sentence: &str) -> Vec<String> {
    let words = words(sentence);
    let mut parts = Vec::new();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        let fitting = fitting(rest);
        let (part, behind) =
            rest.split_at(if fitting < rest.len() { breath(&rest[..fitting]) } else { fitting });
        parts.push(in_lines(part));
        rest = behind;
    }
    parts
}

/// What is never cut, and whether white space goes before it.
#[derive(Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    is_apart: bool,
}

/// Words by their white space; what is wider than a line, such as Chinese, by Unicode's rules.
fn words(sentence: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for text in sentence.split_whitespace() {
        if width(text) <= LINE {
            words.push(Word { text, is_apart: true });
            continue;
        }
        for (nth, part) in unspaced(text).into_iter().enumerate() {
            words.push(Word { text: &text[part], is_apart: nth == 0 });
        }
    }
    words
}

/// Where a text without white space may be cut. A mark stays with what goes before it, because no line begins
/// with one.
fn unspaced(text: &str) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for word in text.split_word_bounds() {
        let is_mark = !word.contains(char::is_alphanumeric);
        for part in narrow(word) {
            let at = parts.last().map_or(0, |last| last.end);
            match parts.last_mut() {
                Some(last) if is_mark && width(&text[last.clone()]) + width(part) <= LINE + HANGING => {
                    last.end += part.len();
                }
                _ => parts.push(at..at + part.len()),
            }
        }
    }
    parts
}

/// Stretches that fit into a line.
fn narrow(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut columns) = (0, 0);
    for (at, c) in text.char_indices() {
        columns += columns_of(c);
        if columns > LINE {
            parts.push(&text[start..at]);
            (start, columns) = (at, columns_of(c));
        }
    }
    parts.push(&text[start..]);
    parts
}

/// How many words fit into two lines; one at least.
fn fitting(words: &[Word<'_>]) -> usize {
    let first = line(words);
    first + line(&words[first..])
}

/// How many words fit into a line; one at least when there are any.
fn line(words: &[Word<'_>]) -> usize {
    let mut columns = 0;
    for (nth, word) in words.iter().enumerate() {
        columns += width(word.text) + usize::from(word.is_apart && nth > 0);
        if columns > LINE && nth > 0 {
            return nth;
        }
    }
    words.len()
}

/// The last place in the second half where a speaker takes breath, or else the end.
fn breath(words: &[Word<'_>]) -> usize {
    let marks = [',', ';', ':', '.', '!', '?', '–', '—', '、', '，', '。', '；', '：'];
    let second_half = words.len() / 2..words.len();
    let last = words[second_half.clone()].iter().rposition(|word| word.text.ends_with(marks));
    last.map_or(words.len(), |at| second_half.start + at + 1)
}

/// One line, or two of about the same length.
fn in_lines(words: &[Word<'_>]) -> String {
    let whole = in_line(words);
    if width(&whole) <= LINE {
        return whole;
    }
    let halves = (1..words.len()).map(|at| (in_line(&words[..at]), in_line(&words[at..])));
    let longer = |(first, second): &(String, String)| width(first).max(width(second));
    halves.min_by_key(longer).map_or(whole, |(first, second)| format!("{first}\n{second}"))
}

fn in_line(words: &[Word<'_>]) -> String {
    let mut line = String::new();
    for word in words {
        if word.is_apart && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word.text);
    }
    line
}

fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(c: char) -> usize {
    let is_wide = matches!(
c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
        | '\u{20000}'..='\u{3fffd}');
    if is_wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_of_two_lines_is_halved() {
        let text = "Take the exit behind the bridge, then turn left to the arch.";
        assert_eq!(parts(text), ["Take the exit behind the bridge,\nthen turn left to the arch."]);
        assert_eq!(parts("Turn  left."), ["Turn left."]);
        assert!(parts(" \n ").is_empty());
    }

    #[test]
    fn longer_sentence_is_cut_where_a_speaker_takes_breath() {
        let text = "The road to the arch is closed for the rest of this week, so take the exit after the \
                    bridge and follow the signs.";
        let found = parts(text);
        assert!(found[0].ends_with("week,"), "{found:?}");
        assert_eq!(found.join(" ").replace('\n', " "), text);
    }

    #[test]
    fn no_line_is_too_wide_and_no_part_has_three() {
        let texts = [
            "word ".repeat(300),
            "漢字です。".repeat(60),
            "x".repeat(500),
            format!("https://a.b/{}", "c/".repeat(200)),
            format!("{}{}", "x".repeat(41), "–".repeat(99)),
        ];
        for text in texts {
            for part in parts(&text) {
                assert!(
                    part.lines().count() <= 2 && part.lines().all(|line| width(line) <= LINE + HANGING),
                    "{part:?}"
                );
            }
            let joined: String = parts(&text).concat();
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert_eq!(letters(&joined), letters(&text));
        }
    }

    #[test]
    fn full_stop_does_not_begin_a_line() {
        let found = parts(&"漢字漢字漢字です。".repeat(20));
        assert!(found.iter().all(|part| part.lines().all(|line| !line.starts_with('。'))), "{found:?}");
    }
}
