//! From any text to one that Pico can be given.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The paces that Pico knows, in hundredths of a voice's own.
const LEVELS: std::ops::RangeInclusive<f32> = 20.0..=500.0;
/// Characters between two spaces at most. Pico cuts what is longer than its buffers wherever these end, and
/// if that is within a letter it never comes to an end.
const WORD: usize = 60;
/// Digits in a row at most. Of longer numbers Pico says nothing.
const NUMBER: usize = 30;

/// Pico's own text: the characters that its voices have in their tables, without anything that could be
/// markup, at a pace of which 1.0 is the voice's own, with the end that Pico waits for. `None` if the text is
/// nothing but pauses.
pub(crate) fn prepare(text: &str, speed: f32) -> Option<Vec<u8>> {
    let plain = plain(text);
    if plain.chars().all(is_pause) {
        return None;
    }
    let prepared = match level(speed) {
        100 => format!("{plain}\0"),
        level => format!("<speed level=\"{level}\"> {plain}\0"),
    };
    Some(prepared.into_bytes())
}

/// A pace as Pico counts it.
fn level(speed: f32) -> u16 {
    (speed * 100.0).round().clamp(*LEVELS.start(), *LEVELS.end()) as u16
}

/// The text in characters that Pico knows, and in no more of them in a row than it can stand.
fn plain(text: &str) -> String {
    let mut known = String::with_capacity(text.len());
    text.nfc().for_each(|c| write(c, &mut known));
    let mut plain = String::with_capacity(known.len());
    let (mut word, mut number) = (0, 0);
    for c in known.chars() {
        // Each mark of a row would be a pause of its own. Two ends of a line are one of a paragraph.
        let row = if c == '\n' { plain.ends_with("\n\n") } else { plain.ends_with(c) };
        if row && !c.is_alphanumeric() {
            continue;
        }
        word = if c.is_whitespace() { 0 } else { word + 1 };
        number = if c.is_ascii_digit() { number + 1 } else { 0 };
        if word > WORD || number > NUMBER {
            plain.push(' ');
            (word, number) = (1, number.min(1));
        }
        plain.push(c);
    }
    plain
}

/// Whether Pico says nothing for the character.
fn is_pause(c: char) -> bool {
    c.is_whitespace() || ".,;:!?¡¿'\"‘’«»()[]{}".contains(c)
}

/// Writes a character with such as Pico knows, without what it would take for markup; a space where there is
/// no way.
fn write(c: char, plain: &mut String) {
    match c {
        '\n' => plain.push('\n'),
        // Pico's markup begins with the first, and text could end a tag with the second.
        '<' | '>' => plain.push(' '),
        c if is_known(c) => plain.push(c),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => plain.push('-'),
        '\u{2012}'..='\u{2015}' => plain.push_str(" - "),
        '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' => plain.push('\u{2019}'),
        '\u{201c}'..='\u{201f}' | '\u{2039}' | '\u{203a}' | '\u{2033}' => plain.push('"'),
        '\u{2022}' => plain.push(','),
        '\u{2028}' | '\u{2029}' => plain.push('\n'),
        // What is there to be seen, or not even that.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => {}
        'ł' => plain.push('l'),
        'Ł' => plain.push('L'),
        'đ' => plain.push('d'),
        'Đ' => plain.push('D'),
        'ħ' => plain.push('h'),
        'ı' => plain.push('i'),
        'ẞ' => plain.push_str("SS"),
        _ => {
            let before = plain.len();
            // Markup has forms that are as good as the plain one here.
            let parts =
                std::iter::once(c).nfkd().filter(|part| is_known(*part) && !matches!(part, '<' | '>'));
            plain.extend(parts);
            if plain.len() == before && !is_combining_mark(c) {
                plain.push(' ');
            }
        }
    }
}

/// Whether the voices have the character in their tables (those of all languages have the same letters, but
/// for German, which has to do without the French ones).
fn is_known(c: char) -> bool {
    matches!(c, ' '..='~' | '¡'..='ÿ' | 'Œ' | 'œ' | 'Š' | 'š' | 'Ÿ' | 'Ž' | 'ž' | '‘' | '’' | '‰' | '€')
        && c != '\u{ad}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_pico_knows_stays_as_it_is() {
        for text in [
            "Dr. Smith paid $5.20 at 7:30!",
            "Grüße, ça va?\n\n¿Qué?",
            "c’est l’œuvre",
            "AT&T 50% [a] {b} \\c",
        ] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn no_text_is_markup() {
        for text in
            ["<speed level=\"500\">", "</speed>", "a<b>c", "＜p＞", "﹤p﹥", "≮", "&lt;p&gt;", "\u{0}<\u{0}"]
        {
            let plain = plain(text);
            assert!(!plain.contains(['<', '>', '\0']), "{text}: {plain}");
        }
        assert_eq!(plain("<volume level=\"0\">Hi"), " volume level=\"0\" Hi");
    }

    #[test]
    fn what_pico_does_not_know_is_written_with_what_it_knows() {
        for (text, expected) in [
            ("Dvořák", "Dvorák"),
            ("Łódź", "Lódz"),
            ("“so” it’s", "\"so\" it’s"),
            ("1939–45", "1939 - 45"),
            ("wait…", "wait."),
            ("ﬁne x² ①", "fine x² 1"),
            ("Cafe\u{301}", "Café"),
            ("no\u{ad}thing\u{200b}ness", "nothingness"),
            ("a\u{a0}b\tc\r\n", "a b c \n"),
            ("Привет ✗ 漢", " "),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn no_row_is_longer_than_pico_can_stand() {
        for (c, most) in [('é', WORD), ('7', NUMBER)] {
            let plain = plain(&c.to_string().repeat(1_000));
            assert!(plain.split(' ').all(|word| word.chars().count() <= most));
            assert_eq!(plain.chars().filter(|other| *other == c).count(), 1_000);
        }
        assert!(plain(&"’-".repeat(1_000)).split(' ').all(|word| word.chars().count() <= WORD));
        assert_eq!(plain("so!!! == what?\n\n\n\n12,000  '' aaa"), "so! = what?\n\n12,000 ' aaa");
    }

    #[test]
    fn what_is_only_pauses_is_nothing_to_say() {
        for text in ["", " ", "…", "✗", "?!", "\"«»\"", "\n.\n", "\0", "Привет."] {
            assert_eq!(prepare(text, 1.0), None, "{text}");
        }
        for text in ["a", "1", "%", "½", "é."] {
            assert!(prepare(text, 1.0).is_some(), "{text}");
        }
    }

    #[test]
    fn a_pace_is_a_level_that_pico_has() {
        for (speed, expected) in [
            (1.0, 100),
            (0.25, 25),
            (4.0, 400),
            (1.333, 133),
            (0.0, 20),
            (-1.0, 20),
            (99.0, 500),
            (f32::INFINITY, 500),
        ] {
            assert_eq!(level(speed), expected, "{speed}");
        }
        assert_eq!(prepare("Hi", 1.0).as_deref(), Some(&b"Hi\0"[..]));
        assert_eq!(prepare("Hi", 1.5).as_deref(), Some(&b"<speed level=\"150\"> Hi\0"[..]));
    }
}
