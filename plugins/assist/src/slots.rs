//! What typed slots understand: every reading of the words at a place, the longest first.

pub(crate) mod calendar;
pub(crate) mod date;
pub(crate) mod money;
pub(crate) mod no_day;
pub(crate) mod number;
pub(crate) mod period;

pub(crate) use money::Money;
pub(crate) use number::Decimal;
pub(crate) use period::Period;

use wheelhouse_sdk::jiff::civil::Date;

use crate::{template::Kind, words::Word};

/// Who speaks, as far as the meaning of words depends on it.
#[derive(Debug, Clone)]
pub(crate) struct Speaker {
    /// The day that it is where they are.
    pub(crate) today: Date,
    /// Two capital letters, such as `US`; empty when unknown.
    region: String,
}

impl Speaker {
    /// Somebody on this day with this locale, a BCP 47 tag.
    pub(crate) fn new(today: Date, locale: &str) -> Self {
        let is_region = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let region =
            locale.split(['-', '_']).skip(1).find(is_region).unwrap_or_default().to_ascii_uppercase();
        Self { today, region }
    }

    /// The currency of the place that the locale names.
    pub(crate) fn currency(&self) -> &'static str {
        match self.region.as_str() {
            "CA" => "CAD",
            "AU" => "AUD",
            "NZ" => "NZD",
            "GB" => "GBP",
            "MX" => "MXN",
            "IN" => "INR",
            "JP" => "JPY",
            "CH" => "CHF",
            "AT" | "BE" | "DE" | "ES" | "FI" | "FR" | "GR" | "IE" | "IT" | "LU" | "NL" | "PT" => "EUR",
            _ => "USD",
        }
    }

    /// Whether 11/3 is the third of November, not the eleventh of March.
    pub(crate) fn says_month_first(&self) -> bool {
        matches!(self.region.as_str(), "" | "US" | "PH")
    }
}

/// Where a day belongs that is said without saying which: "on Friday".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lean {
    /// To what has happened, such as an expense: the last Friday.
    Past,
    /// To what will happen, such as an appointment: the next Friday.
    Future,
}

/// What a slot's words mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    Money(Money),
    Number(Decimal),
    Date(Date),
    Period(Period),
    /// The words themselves.
    Text,
}

/// A meaning of the words up to `end`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// The first word that is no part of it.
    pub(crate) end: usize,
    pub(crate) value: Value,
}

/// All readings of the words at `at`, the longest first. None for kinds that take any words.
pub(crate) fn read(kind: Kind, words: &[Word], at: usize, speaker: &Speaker, lean: Lean) -> Vec<Reading> {
    let mut readings: Vec<Reading> = match kind {
        Kind::Text | Kind::Place => Vec::new(),
        Kind::Money => reading(money::read(words, at, speaker), Value::Money),
        Kind::Number => reading(number::read(words, at), Value::Number),
        Kind::Date => reading(date::read(words, at, speaker, lean), Value::Date),
        Kind::Period => reading(period::read(words, at, speaker, lean), Value::Period),
    };
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.end));
    readings.dedup_by_key(|reading| reading.end);
    readings
}

fn reading<T>(found: Vec<(usize, T)>, value: impl Fn(T) -> Value) -> Vec<Reading> {
    found.into_iter().map(|(end, found)| Reading { end, value: value(found) }).collect()
}
