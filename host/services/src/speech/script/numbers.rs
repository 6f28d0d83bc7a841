//! Numbers in English words.

const ONES: [&str; 20] = [
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
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const GROUPS: [&str; 7] = ["", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion"];

/// `1234` is “one thousand two hundred thirty-four”.
pub(super) fn cardinal(number: u64) -> String {
    let mut words = Vec::new();
    let mut rest = number;
    for group in GROUPS {
        let part = rest % 1_000;
        if part > 0 {
            words.push(format!("{} {group}", below_thousand(part)).trim_end().to_owned());
        }
        rest /= 1_000;
    }
    words.reverse();
    if words.is_empty() { ONES[0].to_owned() } else { words.join(" ") }
}

/// `21` is “twenty-first”.
pub(super) fn ordinal(number: u64) -> String {
    let words = cardinal(number);
    let at = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (before, last) = words.split_at(at);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => match last.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{last}th"),
        },
    };
    format!("{before}{last}")
}

/// A year of four digits as people say it: `1905` is “nineteen oh five”.
pub(super) fn year(year: u16) -> String {
    let (century, rest) = (u64::from(year / 100), u64::from(year % 100));
    match (century % 10, rest) {
        (0, 0..=9) => cardinal(u64::from(year)),
        (_, 0) => format!("{} hundred", cardinal(century)),
        (_, 1..=9) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// The name of a digit; `None` for any other character.
pub(super) fn digit(c: char) -> Option<&'static str> {
    c.to_digit(10).map(|digit| ONES[digit as usize])
}

fn below_thousand(number: u64) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    match (hundreds, rest) {
        (0, _) => below_hundred(rest),
        (_, 0) => format!("{} hundred", below_hundred(hundreds)),
        _ => format!("{} hundred {}", below_hundred(hundreds), below_hundred(rest)),
    }
}

fn below_hundred(number: u64) -> String {
    let word =
        |words: &[&'static str], at: u64| usize::try_from(at).ok().and_then(|at| words.get(at).copied());
    match (number, number % 10) {
        (0..20, _) => word(&ONES, number).unwrap_or_default().to_owned(),
        (_, 0) => word(&TENS, number / 10).unwrap_or_default().to_owned(),
        (_, one) => {
            format!(
                "{}-{}",
                word(&TENS, number / 10).unwrap_or_default(),
                word(&ONES, one).unwrap_or_default()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals_are_said_in_groups_of_three_digits() {
        for (number, words) in [
            (0, "zero"),
            (13, "thirteen"),
            (40, "forty"),
            (99, "ninety-nine"),
            (100, "one hundred"),
            (1_234, "one thousand two hundred thirty-four"),
            (1_000_000, "one million"),
            (2_000_017, "two million seventeen"),
        ] {
            assert_eq!(cardinal(number), words);
        }
        assert!(cardinal(u64::MAX).starts_with("eighteen quintillion four hundred forty-six quadrillion"));
    }

    #[test]
    fn ordinals_change_the_last_word() {
        for (number, words) in [
            (1, "first"),
            (2, "second"),
            (3, "third"),
            (5, "fifth"),
            (8, "eighth"),
            (12, "twelfth"),
            (20, "twentieth"),
            (21, "twenty-first"),
            (100, "one hundredth"),
            (1_009, "one thousand ninth"),
        ] {
            assert_eq!(ordinal(number), words);
        }
    }

    #[test]
    fn years_are_said_by_their_halves() {
        for (number, words) in [
            (1066, "ten sixty-six"),
            (1900, "nineteen hundred"),
            (1905, "nineteen oh five"),
            (1984, "nineteen eighty-four"),
            (2000, "two thousand"),
            (2005, "two thousand five"),
            (2010, "twenty ten"),
            (2025, "twenty twenty-five"),
        ] {
            assert_eq!(year(number), words);
        }
    }
}
