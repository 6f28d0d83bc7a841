//! Money without floats.

use std::{borrow::Cow, fmt, iter::Sum, ops, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The largest amount that is read, in hundredths: beyond it a JSON number is no longer exact to two places.
const LARGEST: i64 = 100_000_000_000_000;

/// An amount in hundredths of a currency's unit. In JSON and in routes it is a decimal number of at most two places, such as
/// `85.5`; a text of that form is read as well. Amounts over a million million are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From hundredths.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// In hundredths: what belongs into documents.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Without its sign.
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }
}

impl ops::Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, ops::Add::add)
    }
}

/// Always with two places: `85.50`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

/// A text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAmount {
    /// It is no decimal number.
    NotANumber,
    /// It has more than two places.
    TooPrecise,
    /// It is over a million million.
    TooLarge,
}

impl fmt::Display for NoAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "must be an amount such as 12.50",
            Self::TooPrecise => "must be an amount with at most two decimal places, such as 12.50",
            Self::TooLarge => "must be an amount of at most 1000000000000",
        })
    }
}

impl std::error::Error for NoAmount {}

impl FromStr for Amount {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, places) = match digits.split_once('.') {
            Some((_, "")) => return Err(NoAmount::NotANumber),
            Some((whole, places)) => (whole, places),
            None => (digits, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(places) {
            return Err(NoAmount::NotANumber);
        }
        let (places, rest) = places.split_at(places.len().min(2));
        if rest.bytes().any(|b| b != b'0') {
            return Err(NoAmount::TooPrecise);
        }
        let whole: i64 = whole.parse().map_err(|_| NoAmount::TooLarge)?;
        let places: i64 = format!("{places:0<2}").parse().map_err(|_| NoAmount::NotANumber)?;
        let minor = whole.checked_mul(100).and_then(|w| w.checked_add(places)).ok_or(NoAmount::TooLarge)?;
        if minor > LARGEST {
            return Err(NoAmount::TooLarge);
        }
        Ok(Self(if negative { -minor } else { minor }))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            serializer.serialize_i64(self.0 / 100)
        } else {
            // The nearest float to a decimal of at most 15 digits is written as that decimal again.
            #[allow(clippy::cast_precision_loss)]
            serializer.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount such as 12.50")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Amount, E> {
                self.visit_str(&whole.to_string())
            }

            fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Amount, E> {
                self.visit_str(&whole.to_string())
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Amount, E> {
                // The shortest decimal that means this float is the one that was sent.
                self.visit_str(&number.to_string())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "format": "decimal" })
    }
}

/// A currency by its ISO 4217 code, such as `USD`. Read without regard to case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// US dollar.
    pub const USD: Self = Self(*b"USD");

    /// The three letters, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII letters are stored")
    }

    fn symbol(self) -> Option<&'static str> {
        Some(match &self.0 {
            b"USD" => "$",
            b"EUR" => "€",
            b"GBP" => "£",
            b"JPY" => "¥",
            b"INR" => "₹",
            b"CAD" => "C$",
            b"AUD" => "A$",
            b"NZD" => "NZ$",
            b"MXN" => "MX$",
            _ => return None,
        })
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text is no currency's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCurrency;

impl fmt::Display for NoCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a currency's three letters, such as USD")
    }
}

impl std::error::Error for NoCurrency {}

impl FromStr for Currency {
    type Err = NoCurrency;

    fn from_str(text: &str) -> Result<Self, NoCurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| NoCurrency)?;
        if letters.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
        } else {
            Err(NoCurrency)
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Currency {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z]{3}$" })
    }
}

/// An amount of a currency: `{"amount": 85.5, "currency": "USD"}` in JSON, `$85.50` for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what: an ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// So much of this currency.
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }
}

/// With the currency's sign where it has a well-known one: `$85.50`, `€9.00`, `CHF 12.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < Amount::ZERO { "-" } else { "" };
        let amount = self.amount.abs();
        match self.currency.symbol() {
            Some(symbol) => write!(f, "{sign}{symbol}{amount}"),
            None => write!(f, "{} {sign}{amount}", self.currency),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(json: &str) -> Result<i64, String> {
        serde_json::from_str::<Amount>(json).map(Amount::minor).map_err(|error| error.to_string())
    }

    #[test]
    fn amounts_are_read_exactly() {
        for (json, minor) in [
            ("85.50", 8_550),
            ("85.5", 8_550),
            ("\"85.50\"", 8_550),
            ("0.1", 10),
            ("0.29", 29),
            ("1.10", 110),
            ("4.35", 435),
            ("60", 6_000),
            ("-3.07", -307),
            ("1e2", 10_000),
            ("999999999999.99", 99_999_999_999_999),
            ("1000000000000", LARGEST),
        ] {
            assert_eq!(read(json), Ok(minor), "{json}");
        }
    }

    #[test]
    fn every_amount_is_written_as_it_is_read() {
        for minor in (0..20_000).chain([99_999_999_999_999, 12_345_678_901_234, LARGEST]) {
            let json = serde_json::to_string(&Amount::from_minor(minor)).unwrap();
            assert_eq!(read(&json), Ok(minor), "{json}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for json in ["\"\"", "\"12.\"", "\".5\"", "\"1,50\"", "\"NaN\"", "\"12 \"", "true", "[]", "null"] {
            assert!(read(json).unwrap_err().contains("an amount such as 12.50"), "{json}");
        }
        assert!(read("1.005").unwrap_err().contains("two decimal places"));
        assert!(read("1e300").unwrap_err().contains("at most 1000000000000"));
        assert!(read("1000000000000.01").unwrap_err().contains("at most 1000000000000"));
    }

    #[test]
    fn money_is_written_for_people() {
        let money = |minor, currency: &str| Money::new(Amount::from_minor(minor), currency.parse().unwrap());
        assert_eq!(money(8_550, "usd").to_string(), "$85.50");
        assert_eq!(money(-5, "EUR").to_string(), "-€0.05");
        assert_eq!(money(1_200, "CHF").to_string(), "CHF 12.00");
    }
}
