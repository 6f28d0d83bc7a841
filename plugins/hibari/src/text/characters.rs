//! Characters: what is left of any Unicode text before it is read, and how lone symbols are said.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of a word that come without a break, at most; longer ones are cut.
const LONGEST_WORD: usize = 24;

/// Brings a text to the characters that the rules know: letters of alphabets without accents, digits, plain
/// quotes and dashes, single spaces. Pictures, controls and scripts that the voice cannot read become spaces.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '‘' | '’' | 'ʼ' | '`' | '´' | '′' => out.push('\''),
            '“' | '”' | '„' | '«' | '»' | '″' => out.push('"'),
            '–' | '‒' | '−' | '‐' | '‑' => out.push('-'),
            '—' | '―' => out.push_str(" — "),
            '…' => out.push_str("... "),
            '。' | '।' => out.push_str(". "),
            '、' => out.push_str(", "),
            '°' | '¢' | '£' | '€' | '¥' | '₹' | '×' | '÷' | '±' => out.push(c),
            '½' => out.push_str(" 1/2 "),
            '¼' => out.push_str(" 1/4 "),
            '¾' => out.push_str(" 3/4 "),
            '²' => out.push_str(" squared "),
            '³' => out.push_str(" cubed "),
            '©' => out.push_str(" copyright "),
            '™' | '®' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => {}
            'ß' => out.push_str("ss"),
            'æ' | 'Æ' => out.push_str("ae"),
            'œ' | 'Œ' => out.push_str("oe"),
            'ø' | 'Ø' => out.push('o'),
            'ł' | 'Ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            _ if c.is_ascii() => out.push(if c.is_ascii_control() { ' ' } else { c }),
            _ => decompose(c, &mut out),
        }
    }
    collapse(&out)
}

/// A character without its accents, or a space where nothing readable is left of it.
fn decompose(c: char, out: &mut String) {
    let mut readable = is_combining_mark(c);
    for part in std::iter::once(c).nfkd() {
        if part.is_ascii_graphic() || is_alphabet(part) {
            out.push(part);
            readable = true;
        }
    }
    if !readable {
        out.push(' ');
    }
}

/// Letters beyond ASCII that the network for unknown words has seen: Latin, Greek, Cyrillic.
fn is_alphabet(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{45f}')
}

/// Says the symbols that no rule has said, drops the marks of Markdown, and tidies punctuation.
pub(super) fn speak_symbols(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut letters = 0;
    for c in text.chars() {
        letters = if c.is_alphabetic() { letters + 1 } else { 0 };
        if letters > LONGEST_WORD {
            out.push(' ');
            letters = 1;
        }
        match c {
            '&' => out.push_str(" and "),
            '@' => out.push_str(" at "),
            '+' => out.push_str(" plus "),
            '=' => out.push_str(" equals "),
            '<' => out.push_str(" less than "),
            '>' => out.push_str(" greater than "),
            '~' => out.push_str(" about "),
            '×' => out.push_str(" times "),
            '÷' => out.push_str(" divided by "),
            '±' => out.push_str(" plus or minus "),
            '%' => out.push_str(" percent "),
            '°' => out.push_str(" degrees "),
            '$' => out.push_str(" dollars "),
            '£' => out.push_str(" pounds "),
            '€' => out.push_str(" euros "),
            '¥' => out.push_str(" yen "),
            '₹' => out.push_str(" rupees "),
            '¢' => out.push_str(" cents "),
            '#' if out.ends_with(char::is_alphanumeric) => out.push_str(" sharp "),
            '[' | '{' => out.push('('),
            ']' | '}' => out.push(')'),
            '|' => out.push_str(", "),
            _ if c.is_alphabetic() || " '-()\".,;:!?—".contains(c) => out.push(c),
            _ => out.push(' '),
        }
    }
    let spaced = out.replace("...", "…").replace(" - ", " — ").replace("--", " — ");
    tidy(&spaced)
}

/// One space between words, none before a mark that ends something, and no mark twice.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in collapse(text).chars() {
        let stop = matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…' | '—' | '-');
        if stop && c != '—' && c != '-' {
            while out.ends_with(' ') {
                out.pop();
            }
        }
        let last = out.trim_end().chars().next_back();
        let repeats = last == Some(c) || matches!(last, Some('.' | '!' | '?' | '…')) || last.is_none();
        if !(stop && repeats) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning() {
        for (text, plain) in [
            ("café naïve Zoë\u{a0}ﬁne", "cafe naive Zoe fine"),
            ("“It’s” – fine…", "\"It's\" - fine..."),
            ("hi 👋🏽 there\u{200b}\u{fe0f}", "hi there"),
            ("e\u{301}t\u{301}", "et"),
            ("你好，世界。", ", ."),
            ("Ｈｉ！", "Hi!"),
            ("a\tb\u{0}c", "a b c"),
            ("5 m²", "5 m squared"),
            ("Привет αβγ", "Привет αβγ"),
        ] {
            assert_eq!(clean(text), plain);
        }
    }

    #[test]
    fn symbols() {
        for (text, words) in [
            ("R&D", "R and D"),
            ("**Bold** and _code_", "Bold and code"),
            ("# Title", "Title"),
            ("what?!! no....", "what? no…"),
            ("C++ or C#", "C plus plus or C sharp"),
            ("wait - no", "wait — no"),
            ("one , two", "one, two"),
            ("... and", "and"),
            ("a[b]", "a(b)"),
        ] {
            assert_eq!(speak_symbols(&clean(text)), words);
        }
        assert_eq!(speak_symbols(&"a".repeat(60)).split(' ').count(), 3);
    }
}
