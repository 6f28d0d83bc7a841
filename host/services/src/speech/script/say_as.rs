//! SSML's `say-as`: what is written in signs, as text that any engine reads the same.

use unicode_segmentation::UnicodeSegmentation;
use wheelhouse_core::language::is_same;

use super::{
    calendar,
    numbers::{cardinal, digit, ordinal},
};

/// What `interpret-as` takes.
pub(super) const KINDS: &str =
    "characters, spell-out, digits, cardinal, number, ordinal, telephone, date and time";

/// How signs are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SayAs {
    /// One by one.
    Characters,
    /// Digit by digit.
    Digits,
    /// As a number.
    Cardinal,
    /// As a place in an order.
    Ordinal,
    /// Digit by digit, in the groups that are written.
    Telephone,
    /// With the order of its parts, when it is given.
    Date(Option<String>),
    /// As a time of day.
    Time,
}

impl SayAs {
    /// The one of this name; `None` unless it is one of [`KINDS`].
    pub(super) fn find(name: &str) -> Option<Self> {
        Some(match name {
            "characters" | "spell-out" => Self::Characters,
            "digits" => Self::Digits,
            "cardinal" | "number" => Self::Cardinal,
            "ordinal" => Self::Ordinal,
            "telephone" => Self::Telephone,
            "date" => Self::Date(None),
            "time" => Self::Time,
            _ => return None,
        })
    }

    /// The one with a format; `None` when it has no such format.
    pub(super) fn with_format(self, format: &str) -> Option<Self> {
        match self {
            Self::Date(_) => calendar::order(format).map(|order| Self::Date(Some(order))),
            // How it is written tells what it is.
            Self::Time if matches!(format, "hms12" | "hms24" | "hm12" | "hm24") => Some(self),
            _ => None,
        }
    }

    /// The formats that it has.
    pub(super) fn formats(&self) -> &'static str {
        match self {
            Self::Date(_) => calendar::FORMATS,
            Self::Time => "hms12, hms24, hm12 and hm24",
            _ => "none",
        }
    }

    /// What it reads.
    pub(super) fn expected(&self) -> &'static str {
        match self {
            Self::Characters => "any text",
            Self::Digits => "digits, with blanks, hyphens, points or commas between them",
            Self::Cardinal => "a number such as `1,234`, `-5` or `3.14`",
            Self::Ordinal => "a whole number such as `3` or `3rd`",
            Self::Telephone => {
                "digits, letters, `+`, `*` and `#`, with blanks, hyphens, points or brackets between them"
            }
            Self::Date(_) => calendar::DATE,
            Self::Time => calendar::TIME,
        }
    }

    /// The text as it is read; `None` when it is not what is [`expected`](Self::expected). Words are English:
    /// in any other language signs are separated, and numbers, dates and times are left to the engine.
    pub(super) fn read(&self, text: &str, language: Option<&str>) -> Option<String> {
        let text = text.trim();
        let is_english = language.is_none_or(|language| is_same(language, "en"));
        match self {
            Self::Characters => Some(characters(text, is_english)),
            Self::Digits => digits(text, is_english),
            Self::Telephone => telephone(text, is_english),
            _ if !is_english => Some(text.to_owned()),
            Self::Cardinal => number(text),
            Self::Ordinal => {
                let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                let suffix = text[digits.len()..].to_ascii_lowercase();
                let number =
                    whole(digits).filter(|_| ["", "st", "nd", "rd", "th"].contains(&suffix.as_str()))?;
                Some(ordinal(number))
            }
            Self::Date(order) => calendar::date(text, order.as_deref().unwrap_or("ymd")),
            Self::Time => calendar::time(text),
        }
    }
}

/// Commas keep engines from reading a word, a number or an article.
fn characters(text: &str, is_english: bool) -> String {
    let graphemes = text.graphemes(true).filter(|grapheme| !grapheme.trim().is_empty());
    graphemes.map(|grapheme| sign(grapheme, is_english)).collect::<Vec<_>>().join(", ")
}

fn sign(grapheme: &str, is_english: bool) -> String {
    let mut chars = grapheme.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return grapheme.to_owned() };
    let name = if is_english { digit(c).or_else(|| name(c)) } else { None };
    match name {
        Some(name) => name.to_owned(),
        None if c.to_uppercase().count() == 1 => c.to_uppercase().collect(),
        None => grapheme.to_owned(),
    }
}

/// Of signs that engines leave out.
fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '.' => "dot",
        ',' => "comma",
        ':' => "colon",
        ';' => "semicolon",
        '-' => "dash",
        '_' => "underscore",
        '/' => "slash",
        '\\' => "backslash",
        '@' => "at",
        '#' => "hash",
        '&' => "and",
        '+' => "plus",
        '*' => "star",
        '=' => "equals",
        '%' => "percent",
        '!' => "exclamation mark",
        '?' => "question mark",
        '\'' => "apostrophe",
        '"' => "quote",
        '(' => "open bracket",
        ')' => "close bracket",
        '~' => "tilde",
        '$' => "dollar",
        '€' => "euro",
        '£' => "pound",
        _ => return None,
    })
}

fn digits(text: &str, is_english: bool) -> Option<String> {
    let signs = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | ','));
    let signs: Vec<String> = signs
        .map(|c| c.is_ascii_digit().then(|| sign(c.encode_utf8(&mut [0; 4]), is_english)))
        .collect::<Option<_>>()?;
    (!signs.is_empty()).then(|| signs.join(if is_english { " " } else { ", " }))
}

fn telephone(text: &str, is_english: bool) -> Option<String> {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '*' | '#');
    let is_gap = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}');
    if !text.contains(is_sign) || !text.chars().all(|c| is_sign(c) || is_gap(c)) {
        return None;
    }
    let between = if is_english { " " } else { ", " };
    let groups = text.split(is_gap).filter(|group| !group.is_empty()).map(|group| {
        group.graphemes(true).map(|sign_of| sign(sign_of, is_english)).collect::<Vec<_>>().join(between)
    });
    Some(groups.collect::<Vec<_>>().join(", "))
}

fn number(text: &str) -> Option<String> {
    let (minus, unsigned) = match text.strip_prefix(['-', '−']) {
        Some(unsigned) => ("minus ", unsigned),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (integer, fraction) = match unsigned.split_once('.') {
        Some((integer, fraction)) => (integer, Some(digits(fraction, true).filter(|_| is_number(fraction))?)),
        None => (unsigned, None),
    };
    let integer = cardinal(whole(integer)?);
    Some(match fraction {
        Some(fraction) => format!("{minus}{integer} point {fraction}"),
        None => format!("{minus}{integer}"),
    })
}

/// A number below a quintillion, with commas or without.
fn whole(text: &str) -> Option<u64> {
    let digits = text.replace(',', "");
    (is_number(&digits) && digits.len() <= 18 && !text.starts_with(','))
        .then(|| digits.parse().ok())
        .flatten()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(kind: &str, text: &str, english: Option<&str>, german: Option<&str>) {
        let kind = SayAs::find(kind).expect("a kind");
        assert_eq!(kind.read(text, None).as_deref(), english, "{kind:?} {text}");
        assert_eq!(kind.read(text, Some("de-DE")).as_deref(), german, "{kind:?} {text} in German");
    }

    #[test]
    fn characters_are_read_one_by_one_with_the_names_of_signs() {
        reads("characters", "a1-ß", Some("A, one, dash, ß"), Some("A, 1, -, ß"));
        reads("spell-out", " US é\u{301}", Some("U, S, é\u{301}"), Some("U, S, é\u{301}"));
        reads("characters", "", Some(""), Some(""));
    }

    #[test]
    fn digits_are_read_one_by_one() {
        reads("digits", "12-05", Some("one two zero five"), Some("1, 2, 0, 5"));
        reads("digits", "12a", None, None);
        reads("digits", "", None, None);
    }

    #[test]
    fn numbers_are_words_in_english_and_left_alone_elsewhere() {
        reads("cardinal", "1,234", Some("one thousand two hundred thirty-four"), Some("1,234"));
        reads("number", "-3.05", Some("minus three point zero five"), Some("-3.05"));
        reads("ordinal", "22nd", Some("twenty-second"), Some("22nd"));
        for text in ["", "about 5", "1.2.3", "1.", ".5", "1234567890123456789", "5 6", "1e3", ",5"] {
            assert_eq!(SayAs::Cardinal.read(text, None), None, "{text}");
        }
        for text in ["3xx", "th", "3.1", "third"] {
            assert_eq!(SayAs::Ordinal.read(text, None), None, "{text}");
        }
    }

    #[test]
    fn telephone_numbers_are_read_in_their_groups() {
        let said = "plus one, five five five, zero one nine nine";
        reads("telephone", "+1 (555) 0199", Some(said), Some("+, 1, 5, 5, 5, 0, 1, 9, 9"));
        reads(
            "telephone",
            "1-800-CAMP",
            Some("one, eight zero zero, C A M P"),
            Some("1, 8, 0, 0, C, A, M, P"),
        );
        reads("telephone", "call me!", None, None);
        reads("telephone", "- -", None, None);
    }

    #[test]
    fn dates_and_times_are_words_in_english() {
        reads("date", "2025-01-31", Some("January thirty-first, twenty twenty-five"), Some("2025-01-31"));
        reads("time", "14:30", Some("two thirty PM"), Some("14:30"));
        reads("date", "1/31/2025", None, Some("1/31/2025"));
        let date = SayAs::Date(None).with_format("mdy").expect("a format");
        assert_eq!(
            date.read("1/31/2025", Some("en-GB")).as_deref(),
            Some("January thirty-first, twenty twenty-five")
        );
    }

    #[test]
    fn only_dates_and_times_have_formats() {
        assert_eq!(SayAs::Date(None).with_format("fast"), None);
        assert_eq!(SayAs::Time.with_format("hms12"), Some(SayAs::Time));
        assert_eq!(SayAs::Digits.with_format("mdy"), None);
        assert_eq!(SayAs::find("currency"), None);
    }
}
