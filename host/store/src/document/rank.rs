//! Values as texts whose order by bytes is the order of the values: null, then booleans, numbers and texts.
//!
//! | value | text |
//! |---|---|
//! | null, array, object | `0` |
//! | false, true | `1f`, `1t` |
//! | number | `2`, then 16 hexadecimal digits of the nearest double, then 4 of what an integer is off it, then an integer's decimal digits |
//! | text | `3`, then the text |
//!
//! A number is an integer when it is whole and fits 64 bits, however JSON writes it: `1`, `1.0` and `1e0` are one number.
//! Doubles cannot tell `9007199254740993` from its neighbours, which is what the four digits are for.

use std::borrow::Cow;

use serde_json::{Number, Value};
use wheelhouse_core::{Failure, Result, document::Scalar};

/// The rank of null, and of what cannot be compared.
pub(super) const NULL: &str = "0";
const BOOLEAN: &str = "1";
const FALSE: &str = "1f";
const TRUE: &str = "1t";
/// Begins numbers.
pub(super) const NUMBER: &str = "2";
/// Begins texts.
pub(super) const TEXT: &str = "3";
/// How long a decimal's rank is. An integer's is longer, with its digits from here on.
pub(super) const DECIMAL_LENGTH: usize = 21;

/// Added to the four digits, so that they are never negative.
const OFFSET_BIAS: i128 = 0x8000;

/// The rank of a JSON value.
pub(super) fn of_json(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => NULL.to_owned(),
        Value::Bool(boolean) => of_boolean(*boolean).to_owned(),
        Value::Number(number) => of_json_number(number),
        Value::String(text) => of_text(text),
    }
}

/// The rank of a value that fields are compared with.
///
/// # Errors
/// `Invalid` for NaN, which is before, after and the same as nothing.
pub(super) fn of_scalar(value: &Scalar) -> Result<String> {
    Ok(match value {
        Scalar::Null => NULL.to_owned(),
        Scalar::Boolean(boolean) => of_boolean(*boolean).to_owned(),
        Scalar::Integer(integer) => of_integer(*integer),
        Scalar::Decimal(decimal) if decimal.is_nan() => {
            return Err(Failure::invalid_field("value", "NaN cannot be compared with anything"));
        }
        Scalar::Decimal(decimal) => of_decimal(*decimal),
        Scalar::Text(text) => of_text(text),
    })
}

/// What is not after any rank of the value's type, and what is after all of them.
pub(super) fn bounds(value: &Scalar) -> (&'static str, &'static str) {
    match value {
        Scalar::Null => (NULL, BOOLEAN),
        Scalar::Boolean(_) => (BOOLEAN, NUMBER),
        Scalar::Integer(_) | Scalar::Decimal(_) => (NUMBER, TEXT),
        Scalar::Text(_) => (TEXT, "4"),
    }
}

/// The value of a rank.
///
/// # Errors
/// `Internal` for what no function of this module made.
pub(super) fn to_scalar(rank: &str) -> Result<Scalar> {
    let broken = || Failure::internal("a stored document's fields are damaged");
    Ok(match rank {
        NULL => Scalar::Null,
        FALSE => Scalar::Boolean(false),
        TRUE => Scalar::Boolean(true),
        _ => {
            if let Some(text) = rank.strip_prefix(TEXT) {
                return unescape(text).map(Scalar::Text).ok_or_else(broken);
            }
            if !rank.starts_with(NUMBER) || !rank.is_ascii() || rank.len() < DECIMAL_LENGTH {
                return Err(broken());
            }
            let digits = &rank[DECIMAL_LENGTH..];
            if digits.is_empty() {
                let order = u64::from_str_radix(&rank[1..17], 16).map_err(|_| broken())?;
                Scalar::Decimal(double_of_order(order))
            } else {
                Scalar::Integer(digits.parse().map_err(|_| broken())?)
            }
        }
    })
}

fn of_boolean(boolean: bool) -> &'static str {
    if boolean { TRUE } else { FALSE }
}

fn of_json_number(number: &Number) -> String {
    match number.as_i64() {
        Some(integer) => of_integer(integer),
        None => of_decimal(number.as_f64().unwrap_or(f64::INFINITY)),
    }
}

fn of_integer(integer: i64) -> String {
    let nearest = integer as f64;
    let offset = i128::from(integer) - nearest as i128 + OFFSET_BIAS;
    format!("{NUMBER}{:016x}{offset:04x}{integer}", order_of_double(nearest))
}

fn of_decimal(decimal: f64) -> String {
    // 2^63 is the first double that is too large for an i64; -2^63 is the last that is not too small.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if decimal.fract() == 0.0 && (-LIMIT..LIMIT).contains(&decimal) {
        return of_integer(decimal as i64);
    }
    format!("{NUMBER}{:016x}{OFFSET_BIAS:04x}", order_of_double(decimal))
}

/// Doubles in the order of these integers are in the order of their values.
fn order_of_double(double: f64) -> u64 {
    let bits = double.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn double_of_order(order: u64) -> f64 {
    f64::from_bits(if order >> 63 == 1 { order & !(1 << 63) } else { !order })
}

fn of_text(text: &str) -> String {
    format!("{TEXT}{}", escape(text))
}

/// PostgreSQL's JSON has no U+0000, so it and three others, to escape it with, are written as three characters that appear
/// nowhere else. The order stays, and a text still contains another exactly when the escaped one contains the escaped other.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < 4) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => escaped.push_str("\u{1}\u{2}\u{2}"),
            '\u{1}' => escaped.push_str("\u{1}\u{2}\u{3}"),
            '\u{2}' => escaped.push_str("\u{1}\u{3}\u{2}"),
            '\u{3}' => escaped.push_str("\u{1}\u{3}\u{3}"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

fn unescape(escaped: &str) -> Option<String> {
    if !escaped.bytes().any(|byte| byte < 4) {
        return Some(escaped.to_owned());
    }
    let mut text = String::with_capacity(escaped.len());
    let mut characters = escaped.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\u{1}' => match (characters.next()?, characters.next()?) {
                ('\u{2}', '\u{2}') => '\0',
                ('\u{2}', '\u{3}') => '\u{1}',
                ('\u{3}', '\u{2}') => '\u{2}',
                ('\u{3}', '\u{3}') => '\u{3}',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn ranks_are_in_the_order_of_their_values() {
        let ascending = [
            json!(null),
            json!(false),
            json!(true),
            json!(-1e300),
            json!(i64::MIN),
            json!(i64::MIN + 1),
            json!(-9_007_199_254_740_993_i64),
            json!(-9_007_199_254_740_992_i64),
            json!(-1.5),
            json!(-1),
            json!(-5e-324),
            json!(0),
            json!(5e-324),
            json!(0.1),
            json!(0.30000000000000004),
            json!(1),
            json!(1.5),
            json!(10),
            json!(9_007_199_254_740_992_i64),
            json!(9_007_199_254_740_993_i64),
            json!(i64::MAX - 1),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e300),
            json!(""),
            json!("\0"),
            json!("\0a"),
            json!("\u{1}"),
            json!("\u{2}"),
            json!("\u{3}"),
            json!("\u{4}"),
            json!("A"),
            json!("B"),
            json!("a"),
            json!("ab"),
            json!("é"),
            json!("\u{ffff}"),
            json!("😀"),
        ];
        for pair in ascending.windows(2) {
            assert!(of_json(&pair[0]) < of_json(&pair[1]), "{} is before {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn number_has_one_rank_however_it_is_written() {
        assert_eq!(of_json(&json!(1)), of_json(&json!(1.0)));
        assert_eq!(of_json(&json!(0)), of_json(&json!(-0.0)));
        assert_eq!(of_json(&json!(1e15)), of_json(&json!(1_000_000_000_000_000_i64)));
        assert_eq!(of_json(&json!(1.0)), of_scalar(&Scalar::Integer(1)).unwrap());
        assert_eq!(of_json(&json!(u64::MAX)), of_scalar(&Scalar::Decimal(u64::MAX as f64)).unwrap());
    }

    #[test]
    fn rank_gives_its_value_back() {
        for value in [
            Scalar::Null,
            Scalar::Boolean(true),
            Scalar::Integer(i64::MAX),
            Scalar::Integer(i64::MIN),
            Scalar::Integer(-7),
            Scalar::Decimal(-0.1),
            Scalar::Decimal(9_223_372_036_854_775_808.0),
            Scalar::Text("3 \0\u{1}\u{2}\u{3}\u{4} ü".to_owned()),
        ] {
            assert_eq!(to_scalar(&of_scalar(&value).unwrap()).unwrap(), value);
        }
    }

    #[test]
    fn damaged_rank_is_an_error() {
        for rank in ["", "1", "2", "2ü0000000000000000000", "3\u{1}x", "9"] {
            assert!(to_scalar(rank).is_err(), "{rank}");
        }
    }

    #[test]
    fn escaped_text_contains_exactly_what_the_text_contains() {
        // Every pair of texts of up to three characters from those that matter.
        let alphabet = ['\0', '\u{1}', '\u{2}', '\u{3}', 'a'];
        let mut texts = vec![String::new()];
        for length in 0..3 {
            let longest: Vec<String> =
                texts.iter().filter(|t| t.chars().count() == length).cloned().collect();
            texts.extend(longest.iter().flat_map(|text| alphabet.map(|c| format!("{text}{c}"))));
        }
        for text in &texts {
            for part in &texts {
                assert_eq!(escape(text).contains(&*escape(part)), text.contains(part), "{text:?} {part:?}");
                assert_eq!(escape(text).cmp(&escape(part)), text.cmp(part), "{text:?} {part:?}");
            }
        }
    }

    #[test]
    fn nan_is_refused() {
        assert!(of_scalar(&Scalar::Decimal(f64::NAN)).is_err());
        assert!(of_scalar(&Scalar::Decimal(f64::INFINITY)).is_ok());
    }
}
