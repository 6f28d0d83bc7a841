//! Dates and times in English words.

use jiff::civil::{Date, Time};

use super::numbers::{cardinal, ordinal, year};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What the format of a date takes.
pub(super) const FORMATS: &str =
    "mdy, dmy, ymd, md, dm, my, ym, d, m and y, where a letter may be repeated as in `yyyymmdd`";
/// What is a date.
pub(super) const DATE: &str = "numbers in the order of the format, such as `2025-01-31` without one or \
    `1/31/2025` with `mdy`; a year has four digits";
/// What is a time.
pub(super) const TIME: &str = "hours and minutes such as `14:30`, `2:30pm`, `2 pm` or `14:30:15`";

/// The order of a date's parts; `None` unless it is one of [`FORMATS`].
pub(super) fn order(format: &str) -> Option<String> {
    let mut order = format.to_ascii_lowercase();
    order.retain(|c| !matches!(c, '-' | '/' | '.'));
    let mut last = None;
    order.retain(|c| last.replace(c) != Some(c));
    let known = ["mdy", "dmy", "ymd", "md", "dm", "my", "ym", "d", "m", "y"];
    known.contains(&order.as_str()).then_some(order)
}

/// `2025-01-31` is “January thirty-first, twenty twenty-five”; `None` when it is no date of this [`order`].
pub(super) fn date(text: &str, order: &str) -> Option<String> {
    let (mut of_year, mut of_month, mut of_day) = (None, None, None);
    let mut parts = parts(text, order)?.into_iter();
    for letter in order.chars() {
        let part = parts.next()?;
        let (place, fits) = match letter {
            'y' => (&mut of_year, part.len() == 4),
            'm' => (&mut of_month, part.len() <= 2),
            _ => (&mut of_day, part.len() <= 2),
        };
        *place = Some(part.parse::<i16>().ok().filter(|_| fits && part.bytes().all(|b| b.is_ascii_digit()))?);
    }
    let small = |part: Option<i16>, default: i8| part.map_or(Some(default), |part| i8::try_from(part).ok());
    // A leap year has every day.
    let date = Date::new(of_year.unwrap_or(2_000), small(of_month, 1)?, small(of_day, 1)?).ok()?;
    let day = ordinal(date.day().unsigned_abs().into());
    let month = MONTHS.get(usize::try_from(date.month() - 1).ok()?)?;
    let year = year(date.year().unsigned_abs());
    Some(match (of_year.is_some(), of_month.is_some(), of_day.is_some()) {
        (true, true, true) => format!("{month} {day}, {year}"),
        (true, true, false) => format!("{month} {year}"),
        (true, ..) => year,
        (false, true, true) => format!("{month} {day}"),
        (false, true, false) => (*month).to_owned(),
        (false, false, _) => day,
    })
}

/// As many parts as the order has letters.
fn parts<'t>(text: &'t str, order: &str) -> Option<Vec<&'t str>> {
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    if parts.len() == order.len() {
        return Some(parts);
    }
    let [mut digits] = parts[..] else { return None };
    let width = |letter| if letter == 'y' { 4 } else { 2 };
    let mut cut = Vec::new();
    for letter in order.chars() {
        let (part, rest) = digits.split_at_checked(width(letter))?;
        cut.push(part);
        digits = rest;
    }
    digits.is_empty().then_some(cut)
}

/// `14:30` is “two thirty PM”; `None` when it is no time.
pub(super) fn time(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some("AM")),
        (_, Some(clock)) => (clock.trim_end(), Some("PM")),
        _ => (text.as_str(), None),
    };
    let part = |part: &str| {
        let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i8>().ok().filter(|_| is_number)
    };
    let parts: Vec<i8> = clock.split(':').map(part).collect::<Option<_>>()?;
    let (hour, minute, second) = match (&parts[..], half) {
        (&[hour], Some(_)) => (hour, 0, 0),
        (&[hour, minute], _) => (hour, minute, 0),
        (&[hour, minute, second], _) => (hour, minute, second),
        _ => return None,
    };
    Time::new(hour, minute, second, 0).ok()?;
    if half.is_some() && !(1..=12).contains(&hour) {
        return None;
    }
    let half = half.or(match hour {
        0 => Some("AM"),
        1..=12 => None,
        _ => Some("PM"),
    });
    let word = |number: i8| cardinal(number.unsigned_abs().into());
    let hour = word(if hour % 12 == 0 { 12 } else { hour % 12 });
    let mut said = match (minute, half) {
        (0, None) => format!("{hour} o'clock"),
        (0, Some(_)) => hour,
        (1..=9, _) => format!("{hour} oh {}", word(minute)),
        _ => format!("{hour} {}", word(minute)),
    };
    if let Some(half) = half {
        said = format!("{said} {half}");
    }
    match second {
        0 => Some(said),
        1 => Some(format!("{said} and one second")),
        _ => Some(format!("{said} and {} seconds", word(second))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_date(text: &str, format: &str, said: Option<&str>) {
        let order = order(format).expect("a format");
        assert_eq!(date(text, &order).as_deref(), said, "{text} {format}");
    }

    #[test]
    fn dates_are_said_by_month_day_and_year() {
        let said = Some("January thirty-first, twenty twenty-five");
        is_date("2025-01-31", "ymd", said);
        is_date("1/31/2025", "mdy", said);
        is_date("31.1.2025", "dd.mm.yyyy", said);
        is_date("20250131", "yyyymmdd", said);
        is_date("02/29", "md", Some("February twenty-ninth"));
        is_date("5/1999", "my", Some("May nineteen ninety-nine"));
        is_date("2000", "y", Some("two thousand"));
        is_date("12", "m", Some("December"));
        is_date("3", "d", Some("third"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "2025-02-29",
            "2025-13-01",
            "2025-01",
            "2025-01-31-1",
            "25-01-31",
            "soon",
            "",
            "2025-1é",
            "+025-01-01",
        ] {
            is_date(text, "ymd", None);
        }
        assert!(["", "mdym", "hms", "ydm"].iter().all(|format| order(format).is_none()));
    }

    #[test]
    fn times_are_said_by_the_clock_of_twelve_hours() {
        for (text, said) in [
            ("14:30", "two thirty PM"),
            ("2:30pm", "two thirty PM"),
            ("2 p.m.", "two PM"),
            ("9:05", "nine oh five"),
            ("09:00", "nine o'clock"),
            ("00:15", "twelve fifteen AM"),
            ("12:00 PM", "twelve PM"),
            ("14:30:15", "two thirty PM and fifteen seconds"),
        ] {
            assert_eq!(time(text).as_deref(), Some(said), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "24:00", "13pm", "0:10am", "9", "9:5:3:1", "9:60", "+9:30", "noon", "009:30", ":"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
