//! Numbers: `12`, `3.5`, `1,200`, `20k`, `twelve`, `two hundred and fifty`, `a dozen`, `three point five`.

use crate::words::{Word, norm};

/// A decimal number: `digits` / 10^`scale`, at most six places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) digits: i64,
    pub(crate) scale: u32,
}

/// Larger numbers are none.
const LARGEST: i64 = 1_000_000_000_000_000;
const MOST_PLACES: usize = 6;

impl Decimal {
    /// A whole number.
    pub(crate) fn whole(number: i64) -> Self {
        Self { digits: number, scale: 0 }
    }

    fn negated(self) -> Self {
        Self { digits: -self.digits, ..self }
    }

    /// In hundredths, if that is exact.
    pub(crate) fn hundredths(self) -> Option<i64> {
        match self.scale {
            0..=2 => self.digits.checked_mul(10_i64.pow(2 - self.scale)),
            scale => {
                let over = 10_i64.pow(scale - 2);
                (self.digits % over == 0).then_some(self.digits / over)
            }
        }
    }

    /// Without places, if it has none but zeros.
    pub(crate) fn as_whole(self) -> Option<i64> {
        let over = 10_i64.pow(self.scale);
        (self.digits % over == 0).then_some(self.digits / over)
    }

    fn times(self, factor: i64) -> Option<Self> {
        let digits = self
            .digits
            .checked_mul(factor)
            .filter(|digits| digits.abs() <= LARGEST * 10_i64.pow(self.scale.min(3)))?;
        Some(Self { digits, ..self })
    }
}

/// As it is written: `-3.50`.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let (digits, unit) = (self.digits.unsigned_abs(), 10_u64.pow(self.scale));
        match self.scale as usize {
            0 => write!(f, "{sign}{digits}"),
            places => write!(f, "{sign}{}.{:0places$}", digits / unit, digits % unit),
        }
    }
}

/// The numbers at `at`.
pub(crate) fn read(words: &[Word], at: usize) -> Vec<(usize, Decimal)> {
    let (begin, negative) = match norm(words, at) {
        "-" | "minus" => (at + 1, true),
        _ => (at, false),
    };
    let found = positive(words, begin).into_iter();
    found.map(|(end, number)| (end, if negative { number.negated() } else { number })).collect()
}

/// The numbers at `at` that have no sign.
pub(super) fn positive(words: &[Word], at: usize) -> Vec<(usize, Decimal)> {
    if let Some(number) = digits(norm(words, at)) {
        let mut found = vec![(at + 1, number)];
        if let Some(scaled) = scale_word(norm(words, at + 1)).and_then(|factor| number.times(factor)) {
            found.insert(0, (at + 2, scaled));
        }
        return found;
    }
    match norm(words, at) {
        "half" if norm(words, at + 1) == "a" && norm(words, at + 2) == "dozen" => {
            return vec![(at + 3, Decimal::whole(6))];
        }
        _ => {}
    }
    let Some((end, number)) = spoken(words, at) else { return Vec::new() };
    let mut found = Vec::new();
    if norm(words, end) == "point"
        && let Some((end, places)) = spoken_places(words, end + 1, number)
    {
        found.push((end, places));
    }
    if norm(words, end) == "and" && norm(words, end + 1) == "a" && norm(words, end + 2) == "half" {
        found.push((end + 3, Decimal { digits: number * 10 + 5, scale: 1 }));
    }
    found.push((end, Decimal::whole(number)));
    found
}

/// A number in digits: `1,200.50`, `12,50`, `.5`, `20k`.
pub(super) fn digits(word: &str) -> Option<Decimal> {
    let (word, factor) = match word.strip_suffix('k') {
        Some(thousands) => (thousands, 1_000),
        None => (word, 1),
    };
    let (whole, places) = match word.split_once('.') {
        Some((whole, places)) => (whole, places),
        // Thousands have three digits: two after a comma are a decimal comma's.
        None => match word.rsplit_once(',') {
            Some((whole, places)) if places.len() == 2 && !whole.contains(',') => (whole, places),
            _ => (word, ""),
        },
    };
    if word.ends_with('.') || (whole.is_empty() && places.is_empty()) || places.len() > MOST_PLACES {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = whole.contains(',');
    if !is_digits(first) || !is_digits(places) || (grouped && !(1..=3).contains(&first.len())) {
        return None;
    }
    let mut all = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        all.push_str(group);
    }
    if all.len() > 12 {
        return None;
    }
    all.push_str(places);
    let scale = u32::try_from(places.len()).ok()?;
    Decimal { digits: all.parse().ok()?, scale }.times(factor)
}

fn scale_word(word: &str) -> Option<i64> {
    Some(match word {
        "hundred" => 100,
        "thousand" | "grand" => 1_000,
        "million" => 1_000_000,
        "dozen" => 12,
        _ => return None,
    })
}

fn unit(word: &str) -> Option<i64> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    UNITS.iter().position(|unit| *unit == word).and_then(|number| i64::try_from(number).ok())
}

fn tens(word: &str) -> Option<i64> {
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    TENS.iter().position(|tens| *tens == word).and_then(|number| i64::try_from(number * 10 + 20).ok())
}

/// `twenty five`, `seven`.
fn below_hundred(words: &[Word], at: usize) -> Option<(usize, i64)> {
    if let Some(tens) = tens(norm(words, at)) {
        return Some(match unit(norm(words, at + 1)) {
            Some(unit @ 1..=9) => (at + 2, tens + unit),
            _ => (at + 1, tens),
        });
    }
    unit(norm(words, at)).map(|unit| (at + 1, unit))
}

/// `two hundred and fifty`, `a hundred`, `fifty`.
fn below_thousand(words: &[Word], at: usize) -> Option<(usize, i64)> {
    let first = match norm(words, at) {
        "a" | "an" => Some((at + 1, 1)),
        _ => below_hundred(words, at),
    };
    let (end, hundreds) = first?;
    if norm(words, end) != "hundred" {
        return below_hundred(words, at);
    }
    let (end, hundreds) = (end + 1, hundreds * 100);
    let rest = if norm(words, end) == "and" { end + 1 } else { end };
    match below_hundred(words, rest) {
        Some((end, rest)) => Some((end, hundreds + rest)),
        None => Some((end, hundreds)),
    }
}

/// A whole number in words.
fn spoken(words: &[Word], at: usize) -> Option<(usize, i64)> {
    let mut total = 0;
    let mut end = at;
    for (name, factor) in [("million", 1_000_000), ("thousand", 1_000)] {
        let begin = if end > at && norm(words, end) == "and" { end + 1 } else { end };
        let many = match (norm(words, begin), norm(words, begin + 1)) {
            ("a" | "an", next) if next == name => Some((begin + 1, 1)),
            _ => below_thousand(words, begin),
        };
        if let Some((after, many)) = many
            && (norm(words, after) == name || (factor == 1_000 && norm(words, after) == "grand"))
        {
            total += many * factor;
            end = after + 1;
        }
    }
    let begin = if end > at && norm(words, end) == "and" { end + 1 } else { end };
    if let Some((after, rest)) = below_thousand(words, begin) {
        return match norm(words, after) {
            "dozen" if end == at => Some((after + 1, rest * 12)),
            _ => Some((after, total + rest)),
        };
    }
    if end == at && matches!(norm(words, at), "a" | "an") && norm(words, at + 1) == "dozen" {
        return Some((at + 2, 12));
    }
    if end == at && norm(words, at) == "a" && norm(words, at + 1) == "couple" {
        return Some((if norm(words, at + 2) == "of" { at + 3 } else { at + 2 }, 2));
    }
    (end > at).then_some((end, total))
}

fn spoken_places(words: &[Word], at: usize, whole: i64) -> Option<(usize, Decimal)> {
    let mut number = Decimal::whole(whole);
    let mut end = at;
    while number.scale < 6
        && let Some(digit @ 0..=9) = unit(norm(words, end))
    {
        number =
            Decimal { digits: number.digits.checked_mul(10)?.checked_add(digit)?, scale: number.scale + 1 };
        end += 1;
    }
    (end > at).then_some((end, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    fn whole(text: &str) -> Option<String> {
        let words = words(text);
        read(&words, 0).into_iter().find(|(end, _)| *end == words.len()).map(|(_, number)| number.to_string())
    }

    #[test]
    fn numbers_are_understood() {
        for (text, number) in [
            ("12", "12"),
            ("3.5", "3.5"),
            ("-4", "-4"),
            ("minus four", "-4"),
            ("1,200", "1200"),
            ("1,200.50", "1200.50"),
            ("12,50", "12.50"),
            (".5", "0.5"),
            ("20k", "20000"),
            ("1.5 million", "1500000.0"),
            ("twelve", "12"),
            ("Twenty-five", "25"),
            ("a hundred", "100"),
            ("two hundred and fifty", "250"),
            ("three thousand four hundred and five", "3405"),
            ("one million and two", "1000002"),
            ("twelve hundred", "1200"),
            ("two grand", "2000"),
            ("a dozen", "12"),
            ("two dozen", "24"),
            ("half a dozen", "6"),
            ("a couple", "2"),
            ("three point five", "3.5"),
            ("two and a half", "2.5"),
            ("zero", "0"),
        ] {
            assert_eq!(whole(text).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "gas",
            "a",
            "1,20,0",
            "1.2.3",
            "1,2000",
            "12x",
            "twenty thirty",
            "hundred",
            "1234567890123",
            "٣",
            "1.1234567",
            "k",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn hundredths_are_exact() {
        let decimal = |digits, scale| Decimal { digits, scale };
        assert_eq!(decimal(855, 1).hundredths(), Some(8_550));
        assert_eq!(decimal(85_500, 3).hundredths(), Some(8_550));
        assert_eq!(decimal(85_505, 3).hundredths(), None);
        assert_eq!(decimal(-5, 2).to_string(), "-0.05");
        assert_eq!(decimal(30, 1).as_whole(), Some(3));
        assert_eq!(decimal(35, 1).as_whole(), None);
    }
}
