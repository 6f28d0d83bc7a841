//! Amounts of money: "$85.50", "€3.2 million", "50¢".

use std::sync::LazyLock;

use super::numbers::{cardinal, written};
use super::rules::{Found, Rules};

const AMOUNT: &str = r"([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)";
const SCALE: &str = r"(?:\s?(thousand|million|billion|trillion|[kK]|[mM]n?|[bB]n?)\b)?";

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    Rules::new(&[
        (&format!(r"(-?)((?:\b(?:US|C|A|NZ))?\$|[£€¥₹])\s?{AMOUNT}{SCALE}"), |found| {
            spoken(found, found.get(2), found.get(3), found.get(4))
        }),
        (&format!(r"(-?)\b{AMOUNT}\s?([€£¥₹¢]|USD\b|EUR\b|GBP\b)"), |found| {
            spoken(found, found.get(3), found.get(2), "")
        }),
        (&format!(r"(-?)\b(USD|EUR|GBP)\s?{AMOUNT}{SCALE}"), |found| {
            spoken(found, found.get(2), found.get(3), found.get(4))
        }),
    ])
});

/// Replaces amounts of money by their words.
pub(super) fn speak(text: String) -> String {
    RULES.apply(text)
}

/// Names of a currency: one and many units, one and many hundredths.
fn names(currency: &str) -> [&'static str; 4] {
    match currency {
        "£" | "GBP" => ["pound", "pounds", "penny", "pence"],
        "€" | "EUR" => ["euro", "euros", "cent", "cents"],
        "¥" => ["yen", "yen", "", ""],
        "₹" => ["rupee", "rupees", "paisa", "paise"],
        "¢" => ["cent", "cents", "", ""],
        _ => ["dollar", "dollars", "cent", "cents"],
    }
}

fn spoken(found: &Found<'_>, currency: &str, amount: &str, scale: &str) -> Option<String> {
    let sign = match (found.get(1), found.before.chars().next_back()) {
        ("", _) => "",
        (_, Some(c)) if c.is_alphanumeric() || c == '%' => "to ",
        _ => "minus ",
    };
    Some(format!("{sign}{}", words(currency, amount, scale)))
}

fn words(currency: &str, amount: &str, scale: &str) -> String {
    let [one, many, one_part, many_parts] = names(currency);
    let scale = match scale.to_lowercase().as_str() {
        "k" => "thousand",
        "m" | "mn" => "million",
        "b" | "bn" => "billion",
        "" => "",
        _ => scale,
    };
    if !scale.is_empty() {
        return format!("{} {scale} {many}", written(amount));
    }
    let (whole, parts) = amount.split_once('.').unwrap_or((amount, ""));
    let units = format!("{} {}", written(whole), if whole == "1" { one } else { many });
    match parts.parse::<u64>() {
        Ok(0) => units,
        Ok(number) if parts.len() == 2 && !one_part.is_empty() => {
            let parts = format!("{} {}", cardinal(number), if number == 1 { one_part } else { many_parts });
            if whole == "0" { parts } else { format!("{units} and {parts}") }
        }
        Ok(_) => format!("{} {many}", written(amount)),
        Err(_) => units,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, words) in [
            ("$85.50", "eighty five dollars and fifty cents"),
            ("$1", "one dollar"),
            ("$1.01", "one dollar and one cent"),
            ("$0.99", "ninety nine cents"),
            ("$20.00.", "twenty dollars."),
            ("$1,250", "one thousand two hundred fifty dollars"),
            ("-$5", "minus five dollars"),
            ("$5-$10", "five dollars to ten dollars"),
            ("$3.2 billion", "three point two billion dollars"),
            ("$10k", "ten thousand dollars"),
            ("£2.50", "two pounds and fifty pence"),
            ("€3", "three euros"),
            ("5 €", "five euros"),
            ("50¢", "fifty cents"),
            ("USD 5", "five dollars"),
            ("US$5", "five dollars"),
            ("¥1500", "one thousand five hundred yen"),
        ] {
            assert_eq!(speak(text.to_owned()).replace("  ", " "), words);
        }
    }
}
