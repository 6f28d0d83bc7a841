//! Amounts of money: `$85.50`, `20 dollars`, `forty euros`, `€40`, `85 dollars and 50 cents`, `1,200 bucks`, `40`.

use super::{Decimal, Speaker, number};
use crate::words::{Word, norm, starts_with, stem};

/// An amount in hundredths, never negative, and the currency's ISO 4217 code if one was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Money {
    pub(crate) minor: i64,
    pub(crate) currency: Option<&'static str>,
}

/// A million million.
const LARGEST: i64 = 100_000_000_000_000;

/// The amounts at `at`, perhaps behind `about` or the like.
pub(crate) fn read(words: &[Word], at: usize, speaker: &Speaker) -> Vec<(usize, Money)> {
    match norm(words, at) {
        "about" | "around" | "roughly" | "approximately" | "exactly" | "only" | "like" => {
            exactly(words, at + 1, speaker)
        }
        _ => exactly(words, at, speaker),
    }
}

fn exactly(words: &[Word], at: usize, speaker: &Speaker) -> Vec<(usize, Money)> {
    let mut found = Vec::new();
    if let Some((begin, currency)) = sign(words, at, speaker) {
        for (end, number) in number::positive(words, begin) {
            push(&mut found, end, number, Some(currency));
        }
        return found;
    }
    let begin_of_unit = matches!(norm(words, at), "a" | "an" | "one").then(|| (at + 1, Decimal::whole(1)));
    for (end, number) in number::positive(words, at).into_iter().chain(begin_of_unit) {
        if let Some((after, currency)) = name(words, end, speaker) {
            push(&mut found, after, number, Some(currency));
            with_cents(words, after, number, currency, &mut found);
        } else if let Some((after, currency)) = cents(words, end) {
            let minor = number.as_whole().unwrap_or(i64::MAX);
            push_minor(&mut found, after, minor, currency);
        } else if words.get(at).is_some_and(|word| !matches!(word.norm.as_str(), "a" | "an") || end > at + 1)
        {
            push(&mut found, end, number, None);
        }
    }
    if found.is_empty()
        && let Some((number, currency)) = joined(norm(words, at), speaker)
    {
        push(&mut found, at + 1, number, Some(currency));
    }
    found
}

/// `… and 50 cents` after whole dollars.
fn with_cents(
    words: &[Word],
    at: usize,
    whole: Decimal,
    currency: &'static str,
    found: &mut Vec<(usize, Money)>,
) {
    let begin = if norm(words, at) == "and" { at + 1 } else { at };
    let Some(whole) = whole.as_whole() else { return };
    for (end, number) in number::positive(words, begin) {
        if let Some((after, _)) = cents(words, end)
            && let Some(minor @ 0..=99) = number.as_whole()
        {
            push_minor(found, after, whole.saturating_mul(100).saturating_add(minor), Some(currency));
        }
    }
}

fn push(found: &mut Vec<(usize, Money)>, end: usize, number: Decimal, currency: Option<&'static str>) {
    if let Some(minor) = number.hundredths() {
        push_minor(found, end, minor, currency);
    }
}

fn push_minor(found: &mut Vec<(usize, Money)>, end: usize, minor: i64, currency: Option<&'static str>) {
    if minor <= LARGEST {
        found.push((end, Money { minor, currency }));
    }
}

/// A currency before the number: `$`, `US$`, `eur`.
fn sign(words: &[Word], at: usize, speaker: &Speaker) -> Option<(usize, &'static str)> {
    let currency = match norm(words, at) {
        "$" => dollar(speaker),
        "€" | "eur" => "EUR",
        "£" | "gbp" => "GBP",
        "¥" | "jpy" => "JPY",
        "₹" | "inr" => "INR",
        "usd" => "USD",
        "cad" => "CAD",
        "aud" => "AUD",
        "nzd" => "NZD",
        "mxn" => "MXN",
        "chf" => "CHF",
        country if norm(words, at + 1) == "$" => {
            let currency = match country {
                "us" => "USD",
                "c" | "ca" => "CAD",
                "a" | "au" => "AUD",
                "nz" => "NZD",
                "mx" => "MXN",
                _ => return None,
            };
            return Some((at + 2, currency));
        }
        _ => return None,
    };
    Some((at + 1, currency))
}

/// A currency after the number: `dollars`, `Canadian dollars`, `euros`, `€`.
fn name(words: &[Word], at: usize, speaker: &Speaker) -> Option<(usize, &'static str)> {
    const DOLLARS: [(&[&str], &str); 6] = [
        (&["us"], "USD"),
        (&["american"], "USD"),
        (&["canadian"], "CAD"),
        (&["australian"], "AUD"),
        (&["new", "zealand"], "NZD"),
        (&["mexican"], "MXN"),
    ];
    for (country, currency) in DOLLARS {
        let after = at + country.len();
        if starts_with(words, at, country) && matches!(stem(norm(words, after)), "dollar" | "peso") {
            return Some((after + 1, currency));
        }
    }
    let word = norm(words, at);
    Some((at + 1, one_word(word, speaker).or_else(|| (word == "$").then(|| dollar(speaker)))?))
}

fn one_word(word: &str, speaker: &Speaker) -> Option<&'static str> {
    Some(match stem(word) {
        "dollar" | "buck" => dollar(speaker),
        "euro" | "eur" | "€" => "EUR",
        "pound" | "quid" | "sterling" | "gbp" | "£" => "GBP",
        "yen" | "jpy" | "¥" => "JPY",
        "rupee" | "inr" | "₹" => "INR",
        "peso" | "mxn" => "MXN",
        "franc" | "chf" => "CHF",
        "usd" => "USD",
        "cad" => "CAD",
        "aud" => "AUD",
        "nzd" => "NZD",
        _ => return None,
    })
}

/// Whose dollar it is: the speaker's own where they have one.
fn dollar(speaker: &Speaker) -> &'static str {
    match speaker.currency() {
        own @ ("CAD" | "AUD" | "NZD") => own,
        _ => "USD",
    }
}

fn cents(words: &[Word], at: usize) -> Option<(usize, Option<&'static str>)> {
    match norm(words, at) {
        // Several currencies have cents.
        "cent" | "cents" => Some((at + 1, None)),
        "penny" | "pence" => Some((at + 1, Some("GBP"))),
        _ => None,
    }
}

/// Number and currency in one word: `20usd`, `40euros`.
fn joined(word: &str, speaker: &Speaker) -> Option<(Decimal, &'static str)> {
    let split = word.find(|char: char| char.is_alphabetic())?;
    let (number, currency) = word.split_at(split);
    Some((number::digits(number)?, one_word(currency, speaker)?))
}

#[cfg(test)]
mod tests {
    use wheelhouse_sdk::jiff::civil::date;

    use super::*;
    use crate::words::words;

    fn whole(text: &str, locale: &str) -> Option<(i64, Option<&'static str>)> {
        let words = words(text);
        let speaker = Speaker::new(date(2026, 11, 22), locale);
        let found = read(&words, 0, &speaker).into_iter().find(|(end, _)| *end == words.len());
        found.map(|(_, money)| (money.minor, money.currency))
    }

    #[test]
    fn amounts_are_understood() {
        for (text, minor, currency) in [
            ("$85.50", 8_550, Some("USD")),
            ("85.50", 8_550, None),
            ("85.5", 8_550, None),
            ("20 dollars", 2_000, Some("USD")),
            ("20$", 2_000, Some("USD")),
            ("forty euros", 4_000, Some("EUR")),
            ("1,200 bucks", 120_000, Some("USD")),
            ("€40", 4_000, Some("EUR")),
            ("40 €", 4_000, Some("EUR")),
            ("£12.99", 1_299, Some("GBP")),
            ("US$20", 2_000, Some("USD")),
            ("C$20", 2_000, Some("CAD")),
            ("20 Canadian dollars", 2_000, Some("CAD")),
            ("20usd", 2_000, Some("USD")),
            ("usd 20", 2_000, Some("USD")),
            ("85 dollars and 50 cents", 8_550, Some("USD")),
            ("eighty five dollars fifty cents", 8_550, Some("USD")),
            ("twenty bucks", 2_000, Some("USD")),
            ("a buck", 100, Some("USD")),
            ("a hundred dollars", 10_000, Some("USD")),
            ("50 cents", 50, None),
            ("80 pence", 80, Some("GBP")),
            ("about 40 dollars", 4_000, Some("USD")),
            ("two grand", 200_000, None),
            ("20k", 2_000_000, None),
            ("$1.5 million", 150_000_000, Some("USD")),
            (".99", 99, None),
            ("$.99", 99, Some("USD")),
            ("0", 0, None),
            ("500 pesos", 50_000, Some("MXN")),
        ] {
            assert_eq!(whole(text, "en-US"), Some((minor, currency)), "{text}");
        }
    }

    #[test]
    fn a_dollar_is_the_speakers_own() {
        assert_eq!(whole("$20", "en-CA"), Some((2_000, Some("CAD"))));
        assert_eq!(whole("20 bucks", "en-AU"), Some((2_000, Some("AUD"))));
        assert_eq!(whole("$20", "de-DE"), Some((2_000, Some("USD"))));
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for text in [
            "",
            "$",
            "gas",
            "-5",
            "$-5",
            "-$5",
            "85.505",
            "dollars",
            "a",
            "5th",
            "11/3",
            "2026-11-03",
            "99999999999999",
            "20 gallons",
            "an",
            "one hundred cents and 5",
        ] {
            assert_eq!(whole(text, "en-US"), None, "{text}");
        }
    }
}
