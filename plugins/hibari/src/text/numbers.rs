//! Numbers as American English words, without hyphens and without "and": `142` is "one hundred forty two".

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
const SCALES: [&str; 5] = ["", "thousand", "million", "billion", "trillion"];
/// Integers with more digits than this are read digit by digit.
const LONGEST: usize = 15;

/// `1234` is "one thousand two hundred thirty four".
pub(crate) fn cardinal(number: u64) -> String {
    if number == 0 {
        return ONES[0].to_owned();
    }
    if number >= 10u64.pow(LONGEST as u32) {
        return digits(&number.to_string());
    }
    let mut words = Vec::new();
    for (power, scale) in SCALES.iter().enumerate().rev() {
        let group = (number / 1000u64.pow(power as u32) % 1000) as usize;
        if group == 0 {
            continue;
        }
        if group >= 100 {
            words.extend([ONES[group / 100], "hundred"]);
        }
        match group % 100 {
            0 => {}
            rest @ 1..20 => words.push(ONES[rest]),
            rest => {
                words.push(TENS[rest / 10]);
                if rest % 10 > 0 {
                    words.push(ONES[rest % 10]);
                }
            }
        }
        if power > 0 {
            words.push(scale);
        }
    }
    words.join(" ")
}

/// `22` is "twenty second".
pub(crate) fn ordinal(number: u64) -> String {
    let words = cardinal(number);
    let (head, last) = match words.rsplit_once(' ') {
        Some((head, last)) => (format!("{head} "), last),
        None => (String::new(), words.as_str()),
    };
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        tens if tens.ends_with('y') => format!("{}ieth", &tens[..tens.len() - 1]),
        other => format!("{other}th"),
    };
    head + &last
}

/// `1905` is "nineteen oh five", `2026` "twenty twenty six", `2005` "two thousand five".
pub(crate) fn year(number: u64) -> String {
    let (century, rest) = (number / 100, number % 100);
    match rest {
        _ if century.is_multiple_of(10) && rest < 10 => cardinal(number),
        0 => format!("{} hundred", cardinal(century)),
        1..10 => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// Each digit by its name, other characters left out: `007` is "zero zero seven".
pub(crate) fn digits(text: &str) -> String {
    let names: Vec<&str> =
        text.chars().filter_map(|c| c.to_digit(10)).map(|digit| ONES[digit as usize]).collect();
    names.join(" ")
}

/// A number as it is written, with commas or a decimal point: `1,250.5` is "one thousand two hundred fifty
/// point five". What starts with a zero or is very long is read digit by digit.
pub(crate) fn written(text: &str) -> String {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let spelled = whole.len() > LONGEST || (whole.len() > 1 && whole.starts_with('0'));
    let mut words = match whole.parse() {
        Ok(number) if !spelled => cardinal(number),
        _ => digits(&whole),
    };
    if !decimals.is_empty() {
        if !words.is_empty() {
            words.push(' ');
        }
        words += "point ";
        words += &digits(decimals);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals() {
        for (number, words) in [
            (0, "zero"),
            (13, "thirteen"),
            (20, "twenty"),
            (42, "forty two"),
            (100, "one hundred"),
            (1_001, "one thousand one"),
            (85_300, "eighty five thousand three hundred"),
            (2_000_000, "two million"),
        ] {
            assert_eq!(cardinal(number), words);
        }
        assert!(cardinal(u64::MAX).starts_with("one eight four four six"));
    }

    #[test]
    fn ordinals() {
        for (number, words) in
            [(1, "first"), (12, "twelfth"), (20, "twentieth"), (22, "twenty second"), (100, "one hundredth")]
        {
            assert_eq!(ordinal(number), words);
        }
    }

    #[test]
    fn years() {
        for (number, words) in [
            (1066, "ten sixty six"),
            (1900, "nineteen hundred"),
            (1905, "nineteen oh five"),
            (2000, "two thousand"),
            (2005, "two thousand five"),
            (2026, "twenty twenty six"),
        ] {
            assert_eq!(year(number), words);
        }
    }

    #[test]
    fn as_written() {
        for (text, words) in [
            ("1,250", "one thousand two hundred fifty"),
            ("3.14", "three point one four"),
            (".5", "point five"),
            ("007", "zero zero seven"),
            ("0", "zero"),
        ] {
            assert_eq!(written(text), words);
        }
        assert_eq!(written(&"7".repeat(5_000)).split(' ').count(), 5_000);
    }
}
