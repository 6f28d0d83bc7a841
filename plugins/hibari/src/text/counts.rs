//! Every other number: phone numbers, ranges, fractions, ordinals, decades, versions, years, plain numbers.

use std::sync::LazyLock;

use super::numbers::{cardinal, digits, ordinal, written, year};
use super::rules::{Found, Rules};

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    Rules::new(&[
        (r"(?:\+?\b1[-. ])?(?:\(([0-9]{3})\)\s?|\b([0-9]{3})[-. ])([0-9]{3})[-. ]([0-9]{4})\b", phone),
        (r"\b([0-9]{3})-([0-9]{4})\b", |found| {
            whole_word(found).then(|| grouped(&[found.get(1), found.get(2)]))
        }),
        (r"(?:\b([0-9]+)\s)?\b([0-9]{1,2})/([0-9]{1,3})\b", fraction),
        (r"([0-9]+(?:,[0-9]{3})*)(?:st|nd|rd|th)\b", |found| {
            found.get(1).replace(',', "").parse().ok().map(ordinal)
        }),
        (r"'?\b([0-9]{1,2})?([0-9]0)'?s\b", decade),
        (r"\b[0-9]+(?:\.[0-9]+){2,}\b", |found| {
            let parts: Vec<String> = found.get(0).split('.').map(written).collect();
            Some(parts.join(" point "))
        }),
        (r"(-?)([0-9]+(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)", plain),
    ])
});

/// Replaces all numbers that are left by their words: no digit stays.
pub(super) fn speak(text: String) -> String {
    RULES.apply(text)
}

fn whole_word(found: &Found<'_>) -> bool {
    !found.before.ends_with(['-', '.', ',']) && !found.after.starts_with(['-'])
}

/// Digits one by one, with a breath between the groups.
fn grouped(groups: &[&str]) -> String {
    let groups: Vec<String> =
        groups.iter().filter(|group| !group.is_empty()).map(|group| digits(group)).collect();
    groups.join(", ")
}

fn phone(found: &Found<'_>) -> Option<String> {
    whole_word(found).then(|| grouped(&[found.get(1), found.get(2), found.get(3), found.get(4)]))
}

fn fraction(found: &Found<'_>) -> Option<String> {
    let (over, under) = (found.number(2), found.number(3));
    if (over, under) == (24, 7) {
        return Some("twenty four seven".to_owned());
    }
    let unit = match under {
        2 if over == 1 => "half".to_owned(),
        4 => "quarter".to_owned(),
        3 | 5..=10 | 12 | 16 | 100 => ordinal(under),
        _ => String::new(),
    };
    let words = if unit.is_empty() || over >= under {
        format!("{} over {}", cardinal(over), cardinal(under))
    } else {
        format!("{} {unit}{}", cardinal(over), if over == 1 { "" } else { "s" })
    };
    Some(match found.get(1) {
        "" => words,
        whole => format!("{} and {words}", written(whole)),
    })
}

fn decade(found: &Found<'_>) -> Option<String> {
    let tens = cardinal(found.number(2));
    let plural = match tens.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if found.get(2) == "00" => "hundreds".to_owned(),
        None => format!("{tens}s"),
    };
    match (found.get(1), found.number(1)) {
        ("", _) => Some(plural),
        ("20", _) if found.get(2) == "00" => Some("two thousands".to_owned()),
        (_, century) => Some(format!("{} {plural}", cardinal(century))),
    }
}

fn plain(found: &Found<'_>) -> Option<String> {
    let number = found.get(2);
    let before = found.before.chars().next_back();
    let sign = match (found.get(1), before) {
        ("", _) => "",
        (_, Some(c)) if c.is_ascii_digit() && is_range(found) => "to ",
        (_, Some(c)) if c.is_alphanumeric() => "",
        _ => "minus ",
    };
    let words = match number.parse::<u64>() {
        // A four-digit number is read as a year, as people do.
        Ok(number @ 1100..=2099) if found.get(2).len() == 4 => year(number),
        _ => written(number),
    };
    Some(format!("{sign}{words}"))
}

/// Whether the match ends a range such as "5-10", and not a chain such as "1-2-3" or "555-0100-2".
fn is_range(found: &Found<'_>) -> bool {
    let chain = |c: char| c.is_ascii_digit() || c == '-';
    !found.after.starts_with('-')
        && !found.before.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        for (text, words) in [
            ("call 555-0100.", "call five five five, zero one zero zero."),
            ("(303) 555-0123", "three zero three, five five five, zero one two three"),
            ("303-555-0123", "three zero three, five five five, zero one two three"),
            ("5-10 people", "five to ten people"),
            ("1-2-3", "one two three"),
            ("1/2", "one half"),
            ("2 3/4 cups", "two and three quarters cups"),
            ("24/7", "twenty four seven"),
            ("7/9", "seven ninths"),
            ("the 1st, 22nd and 103rd", "the first, twenty second and one hundred third"),
            ("the 1990s", "the nineteen nineties"),
            ("the '80s", "the eighties"),
            ("the 1900s", "the nineteen hundreds"),
            ("version 1.2.3", "version one point two point three"),
            ("in 2026", "in twenty twenty six"),
            ("1,250 of 12345", "one thousand two hundred fifty of twelve thousand three hundred forty five"),
            ("3.14", "three point one four"),
            ("-40", "minus forty"),
            ("B12 and COVID-19", "B twelve and COVID nineteen"),
            ("H2O", "H two O"),
            ("007", "zero zero seven"),
        ] {
            assert_eq!(speak(text.to_owned()).replace("  ", " "), words, "{text}");
        }
    }

    #[test]
    fn no_digit_stays() {
        for text in ["1.2.3.4-5/6:7,8", "99999999999999999999999", "1/0", "-", "1-", "00s", "3,14,15", "٣"] {
            let words = speak(text.to_owned());
            assert!(!words.contains(|c: char| c.is_ascii_digit()), "{words}");
        }
    }
}
