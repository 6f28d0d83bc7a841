//! The calendar's words: names of months and days, ordinals, spans of time.

use wheelhouse_sdk::jiff::{
    Span, ToSpan,
    civil::{Date, Weekday},
};

use super::number;
use crate::words::{Word, norm, stem};

/// January is 1.
pub(super) fn month(word: &str) -> Option<i8> {
    const MONTHS: [(&str, &str); 12] = [
        ("january", "jan"),
        ("february", "feb"),
        ("march", "mar"),
        ("april", "apr"),
        ("may", "may"),
        ("june", "jun"),
        ("july", "jul"),
        ("august", "aug"),
        ("september", "sep"),
        ("october", "oct"),
        ("november", "nov"),
        ("december", "dec"),
    ];
    let found = MONTHS
        .iter()
        .position(|(long, short)| word == *long || word == *short || (word == "sept" && *short == "sep"));
    found.and_then(|month| i8::try_from(month + 1).ok())
}

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match stem(word) {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// `3rd`, `third`, `twenty first`: 1 to 31, and how many words it takes.
pub(super) fn ordinal(words: &[Word], at: usize) -> Option<(usize, i8)> {
    const ORDINALS: [&str; 20] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    let word = norm(words, at);
    if let Some(end) = word.find(|char: char| !char.is_ascii_digit()) {
        let (digits, ending) = word.split_at(end);
        if matches!(ending, "st" | "nd" | "rd" | "th") {
            return digits.parse().ok().filter(|day| (1..=31).contains(day)).map(|day| (1, day));
        }
    }
    let named = |word: &str| {
        ORDINALS.iter().position(|name| *name == word).and_then(|place| i8::try_from(place + 1).ok())
    };
    match word {
        "twenty" => named(norm(words, at + 1)).filter(|unit| *unit < 10).map(|unit| (2, 20 + unit)),
        "thirty" => (norm(words, at + 1) == "first").then_some((2, 31)),
        "thirtieth" => Some((1, 30)),
        word => named(word).map(|day| (1, day)),
    }
}

/// `3rd`, `3`, `three`: a day of a month, and the first word after it.
pub(super) fn day_of_month(words: &[Word], at: usize) -> Option<(usize, i8)> {
    if let Some((length, day)) = ordinal(words, at) {
        return Some((at + length, day));
    }
    let (end, number) = number::positive(words, at).pop()?;
    let day = i8::try_from(number.as_whole()?).ok()?;
    (number.scale == 0 && (1..=31).contains(&day)).then_some((end, day))
}

/// `2026`, with or without anything that is said about the era.
pub(super) fn year(word: &str) -> Option<i16> {
    let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|year| is_year && (1_900..2_200).contains(year))
}

/// `three days`, `a week`: the first word after it and the span.
pub(super) fn span(words: &[Word], at: usize) -> Option<(usize, Unit, i64)> {
    let (end, count) = match norm(words, at) {
        "a" | "an" if Unit::named(norm(words, at + 1)).is_some() => (at + 1, 1),
        _ => {
            let (end, number) = number::positive(words, at).into_iter().max_by_key(|(end, _)| *end)?;
            (end, number.as_whole()?)
        }
    };
    let unit = Unit::named(norm(words, end))?;
    (1..=3_660).contains(&count).then_some((end + 1, unit, count))
}

/// What the calendar counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    pub(super) fn named(word: &str) -> Option<Self> {
        Some(match stem(word) {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }

    fn times(self, count: i64) -> Span {
        match self {
            Self::Day => count.days(),
            Self::Week => count.weeks(),
            Self::Month => count.months(),
            Self::Quarter => (count * 3).months(),
            Self::Year => count.years(),
        }
    }

    /// So many of it after `day`, or before it if `count` is negative.
    pub(super) fn after(self, day: Date, count: i64) -> Option<Date> {
        // Larger counts leave the calendar, or what a span can hold.
        if count.abs() > 4_000 {
            return None;
        }
        day.checked_add(self.times(count)).ok()
    }

    /// The first day of the one that `day` is in. Weeks begin on Monday.
    pub(super) fn first_day(self, day: Date) -> Option<Date> {
        match self {
            Self::Day => Some(day),
            Self::Week => Self::Day.after(day, -i64::from(day.weekday().to_monday_zero_offset())),
            Self::Month => Some(day.first_of_month()),
            Self::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok(),
            Self::Year => Some(day.first_of_year()),
        }
    }
}
