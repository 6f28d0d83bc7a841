//! Quantities: "50%", "72°F", "5 mi", "60 mph", "3 kg/day".

use std::sync::LazyLock;

use super::numbers::written;
use super::rules::{Found, Rules};

/// Units by how they are written: one, many.
const UNITS: &[(&str, &str, &str)] = &[
    ("sq ft", "square foot", "square feet"),
    ("sq mi", "square mile", "square miles"),
    ("km/h", "kilometer per hour", "kilometers per hour"),
    ("kmh", "kilometer per hour", "kilometers per hour"),
    ("kph", "kilometer per hour", "kilometers per hour"),
    ("mph", "mile per hour", "miles per hour"),
    ("mpg", "mile per gallon", "miles per gallon"),
    ("m/s", "meter per second", "meters per second"),
    ("km", "kilometer", "kilometers"),
    ("cm", "centimeter", "centimeters"),
    ("mm", "millimeter", "millimeters"),
    ("nm", "nanometer", "nanometers"),
    ("mi", "mile", "miles"),
    ("yd", "yard", "yards"),
    ("ft", "foot", "feet"),
    ("m", "meter", "meters"),
    ("kg", "kilogram", "kilograms"),
    ("mg", "milligram", "milligrams"),
    ("mcg", "microgram", "micrograms"),
    ("g", "gram", "grams"),
    ("lbs", "pound", "pounds"),
    ("lb", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("gal", "gallon", "gallons"),
    ("ml", "milliliter", "milliliters"),
    ("mL", "milliliter", "milliliters"),
    ("L", "liter", "liters"),
    ("tbsp", "tablespoon", "tablespoons"),
    ("tsp", "teaspoon", "teaspoons"),
    ("hrs", "hour", "hours"),
    ("hr", "hour", "hours"),
    ("h", "hour", "hours"),
    ("mins", "minute", "minutes"),
    ("min", "minute", "minutes"),
    ("secs", "second", "seconds"),
    ("sec", "second", "seconds"),
    ("ms", "millisecond", "milliseconds"),
    ("yrs", "year", "years"),
    ("yr", "year", "years"),
    ("kHz", "kilohertz", "kilohertz"),
    ("MHz", "megahertz", "megahertz"),
    ("GHz", "gigahertz", "gigahertz"),
    ("Hz", "hertz", "hertz"),
    ("kB", "kilobyte", "kilobytes"),
    ("KB", "kilobyte", "kilobytes"),
    ("MB", "megabyte", "megabytes"),
    ("GB", "gigabyte", "gigabytes"),
    ("TB", "terabyte", "terabytes"),
    ("Mbps", "megabit per second", "megabits per second"),
    ("Gbps", "gigabit per second", "gigabits per second"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("kW", "kilowatt", "kilowatts"),
    ("MW", "megawatt", "megawatts"),
    ("W", "watt", "watts"),
    ("V", "volt", "volts"),
    ("cal", "calorie", "calories"),
    ("kcal", "kilocalorie", "kilocalories"),
];

/// What stands behind a stroke, as in "20 dollars/hr".
const RATES: &[(&str, &str)] = &[
    ("h", "hour"),
    ("hr", "hour"),
    ("hour", "hour"),
    ("min", "minute"),
    ("minute", "minute"),
    ("s", "second"),
    ("sec", "second"),
    ("second", "second"),
    ("day", "day"),
    ("night", "night"),
    ("wk", "week"),
    ("week", "week"),
    ("mo", "month"),
    ("month", "month"),
    ("yr", "year"),
    ("year", "year"),
    ("person", "person"),
    ("lb", "pound"),
    ("kg", "kilogram"),
];

const AMOUNT: &str = r"(-?)([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|\.[0-9]+)";

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut units: Vec<&str> = UNITS.iter().map(|(unit, ..)| *unit).collect();
    units.sort_by_key(|unit| std::cmp::Reverse(unit.len()));
    let rates: Vec<&str> = RATES.iter().map(|(rate, _)| *rate).collect();
    Rules::new(&[
        (r#"\b([0-9]{1,2})'([0-9]{1,2})(?:"|\b)"#, |found| {
            Some(format!("{} foot {}", written(found.get(1)), written(found.get(2))))
        }),
        (&format!(r"{AMOUNT}\s?%"), |found| Some(format!("{} percent", quantity(found)))),
        (&format!(r"{AMOUNT}\s?°\s?(?:([CF])\b)?"), degrees),
        (&format!(r"{AMOUNT}\s?({})\b(\.?)", units.join("|")), unit),
        (&format!(r"/({})\b", rates.join("|")), rate),
    ])
});

/// Replaces quantities by their words.
pub(super) fn speak(text: String) -> String {
    RULES.apply(text)
}

fn quantity(found: &Found<'_>) -> String {
    let sign = match (found.get(1), found.before.chars().next_back()) {
        ("", _) => "",
        (_, Some(c)) if c.is_ascii_digit() || c == '%' || c == '°' => "to ",
        (_, Some(c)) if c.is_alphanumeric() => "",
        _ => "minus ",
    };
    format!("{sign}{}", written(found.get(2)))
}

fn degrees(found: &Found<'_>) -> Option<String> {
    let degrees = if found.get(2) == "1" { "degree" } else { "degrees" };
    let scale = match found.get(3) {
        "C" => " Celsius",
        "F" => " Fahrenheit",
        _ => "",
    };
    Some(format!("{} {degrees}{scale}", quantity(found)))
}

fn unit(found: &Found<'_>) -> Option<String> {
    let written_unit = found.get(3);
    // "4K", "5G", "3D" and "10m" are mostly no measures; a space before a single letter says that it is one.
    let touching = found.get(0).ends_with(&format!("{}{written_unit}{}", found.get(2), found.get(4)));
    if written_unit.len() == 1 && touching && written_unit != "h" {
        return None;
    }
    let (_, one, many) = UNITS.iter().find(|(unit, ..)| *unit == written_unit)?;
    let name = if found.get(2) == "1" { one } else { many };
    let stop = if !found.get(4).is_empty() && found.ends_sentence() { "." } else { "" };
    Some(format!("{} {name}{stop}", quantity(found)))
}

fn rate(found: &Found<'_>) -> Option<String> {
    let (_, name) = RATES.iter().find(|(rate, _)| *rate == found.get(1))?;
    found.before.ends_with(char::is_alphanumeric).then(|| format!("per {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        for (text, words) in [
            ("50%", "fifty percent"),
            ("3.5 %.", "three point five percent."),
            ("-5%", "minus five percent"),
            ("5%-10%", "five percent to ten percent"),
            ("72°F.", "seventy two degrees Fahrenheit."),
            ("-40 °C", "minus forty degrees Celsius"),
            ("1°", "one degree"),
            ("5 mi away", "five miles away"),
            ("1 mi.", "one mile."),
            ("60mph", "sixty miles per hour"),
            ("100 km/h", "one hundred kilometers per hour"),
            ("1,500 sq ft", "one thousand five hundred square feet"),
            ("2 oz. of it", "two ounces of it"),
            ("5 m", "five meters"),
            ("10m", "10m"),
            ("6'2\" tall", "six foot two tall"),
            ("16 GB", "sixteen gigabytes"),
            ("twenty dollars/hr", "twenty dollars per hour"),
            ("and/or", "and/or"),
            ("5 mice", "5 mice"),
        ] {
            assert_eq!(speak(text.to_owned()), words);
        }
    }
}
