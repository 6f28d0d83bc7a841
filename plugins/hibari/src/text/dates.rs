//! Dates: "2026-11-22", "11/22/2026", "Nov. 22nd", "22 November".

use std::sync::LazyLock;

use super::numbers::{ordinal, written, year};
use super::rules::{Found, Rules};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTH: &str = "(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|\
                     Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)";

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    Rules::new(&[
        (&format!(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]{{1,2}})?\b\.?,?\s{MONTH}\b"), weekday),
        (r"\b([12][0-9]{3})-([0-9]{2})-([0-9]{2})\b", |found| {
            date(found.number(2), found.number(3), found.get(1))
        }),
        (r"\b([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})\b", |found| {
            date(found.number(1), found.number(2), found.get(3))
        }),
        (&format!(r"\b{MONTH}\.?\s([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s([12][0-9]{{3}})\b)?"), month_first),
        (
            &format!(r"\b([0-9]{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?{MONTH}\b\.?(?:,?\s([12][0-9]{{3}})\b)?"),
            day_first,
        ),
    ])
});

/// Replaces dates by their words, the American way round where they are ambiguous.
pub(super) fn speak(text: String) -> String {
    RULES.apply(text)
}

/// "Mon, Nov" is "Monday, Nov"; the month is left to the rules that follow.
fn weekday(found: &Found<'_>) -> Option<String> {
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let day = days.iter().find(|day| day.starts_with(found.get(1)))?;
    Some(format!("{day}, {}", found.get(2)))
}

fn month_first(found: &Found<'_>) -> Option<String> {
    if found.after.starts_with([':', '%', '/', ',', '.'])
        && found.after[1..].starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    date(month(found.get(1))?, found.number(2), found.get(3))
}

fn day_first(found: &Found<'_>) -> Option<String> {
    let (day, month) = (found.number(1), month(found.get(2))?);
    if !(1..=31).contains(&day) || !found.starts_word() {
        return None;
    }
    let article = if found.before.trim_end().to_lowercase().ends_with("the") { "" } else { "the " };
    let mut words = format!("{article}{} of {}", ordinal(day), MONTHS[month as usize - 1]);
    if !found.get(3).is_empty() {
        words += &format!(", {}", year(found.number(3)));
    }
    if found.get(0).ends_with('.') && found.ends_sentence() {
        words.push('.');
    }
    Some(words)
}

/// The number of a month by its name or the start of it.
fn month(name: &str) -> Option<u64> {
    let start = name.get(..3)?;
    MONTHS.iter().position(|month| month.starts_with(start)).map(|index| index as u64 + 1)
}

fn date(month: u64, day: u64, year_text: &str) -> Option<String> {
    // 25/12/2026 can only be meant the other way round.
    let (month, day) = if month > 12 { (day, month) } else { (month, day) };
    let name = MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    if !(1..=31).contains(&day) {
        return None;
    }
    let year = match (year_text.len(), year_text.parse()) {
        (4, Ok(number)) => format!(", {}", year(number)),
        (2, Ok(number)) if number < 70 => format!(", {}", year(2000 + number)),
        (2, Ok(number)) => format!(", {}", year(1900 + number)),
        (0, _) => String::new(),
        _ => format!(", {}", written(year_text)),
    };
    Some(format!("{name} {}{year}", ordinal(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, words) in [
            ("on 2026-11-22.", "on November twenty second, twenty twenty six."),
            ("on 7/4/1999", "on July fourth, nineteen ninety nine"),
            ("on 25/12/26", "on December twenty fifth, twenty twenty six"),
            ("on 13/13/2026", "on 13/13/2026"),
            ("Nov. 5, 2026 was", "November fifth, twenty twenty six was"),
            ("by March 3rd", "by March third"),
            ("Mon, Nov 24", "Monday, November twenty fourth"),
            ("on Thurs. Sept. 3", "on Thursday, September third"),
            ("in May 5:30", "in May 5:30"),
            ("on 22 November", "on the twenty second of November"),
            ("the 1st of May", "the first of May"),
            ("you may 5 times", "you may 5 times"),
            ("June 2026", "June 2026"),
        ] {
            assert_eq!(speak(text.to_owned()), words);
        }
    }
}
