//! Times of day: "7:30", "7:30 p.m.", "9am".

use std::sync::LazyLock;

use super::numbers::cardinal;
use super::rules::{Found, Rules};

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    Rules::new(&[
        (r"\b([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\s?([AaPp])\.?\s?[Mm]\b(\.?))?", clock),
        (r"\b([0-9]{1,2})()()\s?([AaPp])\.?\s?[Mm]\b(\.?)", clock),
        (r"\b([0-9]{1,3}):([0-9]{1,3})\b", ratio),
    ])
});

/// Replaces times of day by their words.
pub(super) fn speak(text: String) -> String {
    RULES.apply(text)
}

fn clock(found: &Found<'_>) -> Option<String> {
    let (hour, minute, second) = (found.number(1), found.number(2), found.number(3));
    let part_of_longer = found.before.ends_with([':', '.', ',']) && !found.starts_word()
        || found.after.starts_with(|c: char| c.is_ascii_digit() || c == ':');
    if hour > 24 || minute > 59 || second > 59 || part_of_longer {
        return None;
    }
    let half = found.get(4);
    let mut words = cardinal(hour);
    match minute {
        0 if half.is_empty() && found.get(3).is_empty() => words += " o'clock",
        0 => {}
        1..10 => words += &format!(" oh {}", cardinal(minute)),
        _ => words += &format!(" {}", cardinal(minute)),
    }
    if second > 0 {
        words += &format!(" and {} seconds", cardinal(second));
    }
    if !half.is_empty() {
        // With a full stop inside and none at the end, it is spelled and does not end a sentence.
        words += &format!(" {}.M", half.to_uppercase());
        if !found.get(5).is_empty() && found.ends_sentence() {
            words.push('.');
        }
    }
    Some(words)
}

fn ratio(found: &Found<'_>) -> Option<String> {
    Some(format!("{} to {}", cardinal(found.number(1)), cardinal(found.number(2))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, words) in [
            ("at 7:30", "at seven thirty"),
            ("at 7:05.", "at seven oh five."),
            ("at 9:00", "at nine o'clock"),
            ("at 9:00 AM", "at nine A.M"),
            ("by 7:30 p.m. today", "by seven thirty P.M today"),
            ("by 7:30 p.m.", "by seven thirty P.M."),
            ("by 9am or 10 PM.", "by nine A.M or ten P.M."),
            ("14:30:10", "fourteen thirty and ten seconds"),
            ("a 16:9 screen", "a sixteen to nine screen"),
            ("a 3:1 ratio", "a three to one ratio"),
            ("5 amps", "5 amps"),
        ] {
            assert_eq!(speak(text.to_owned()), words);
        }
    }
}
