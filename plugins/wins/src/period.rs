//! Days that figures are asked for.

use wheelhouse_sdk::{Call, Date, Failure, jiff::ToSpan, prelude::*};

/// The longest period in days: ten years.
const LONGEST: i32 = 3_660;

/// From a day to a day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Period {
    /// The first day.
    pub(crate) start: Date,
    /// The last day.
    pub(crate) end: Date,
}

impl Period {
    /// What a caller asked for: an interval, or so many days up to today, or else the last 30 days.
    pub(crate) fn asked(call: &Call, days: Option<u32>, interval: Option<&str>) -> Result<Self, Failure> {
        match (days, interval) {
            (Some(_), Some(_)) => {
                Err(Failure::invalid_field("period", "Please give either `days` or `period`, not both."))
            }
            (None, Some(interval)) => Self::parse(interval),
            (days, None) => {
                let days = i32::try_from(days.unwrap_or(30)).unwrap_or(i32::MAX);
                if !(1..=LONGEST).contains(&days) {
                    return Err(Failure::invalid_field("days", "`days` must be from 1 to 3660."));
                }
                let end = call.today();
                Ok(Self { start: Date(end.saturating_sub((days - 1).days())), end })
            }
        }
    }

    /// The month of the call's today, up to its last day.
    pub(crate) fn this_month(call: &Call) -> Self {
        let today = call.today();
        Self { start: Date(today.first_of_month()), end: Date(today.last_of_month()) }
    }

    /// Reads `2026-10-01/2026-10-31`.
    fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = |message: &str| Failure::invalid_field("period", message);
        let days =
            text.split_once('/').and_then(|(start, end)| Some((start.parse().ok()?, end.parse().ok()?)));
        let (start, end): (Date, Date) =
            days.ok_or_else(|| wrong("`period` must be two days such as 2026-10-01/2026-10-31."))?;
        if end < start {
            return Err(wrong("The period ends before it starts."));
        }
        if (*end - *start).get_days() >= LONGEST {
            return Err(wrong("The period must not be longer than ten years."));
        }
        Ok(Self { start, end })
    }

    /// The period in words, seen from a day: `this month`, `in the last 30 days`, `in October`.
    pub(crate) fn spoken(self, today: Date) -> String {
        let Self { start, end } = self;
        let whole_month = *start == start.first_of_month() && *end == start.last_of_month();
        let this_month = start.first_of_month() == today.first_of_month();
        if start == end {
            return day(start, today);
        }
        if this_month && *start == start.first_of_month() && (end == today || whole_month) {
            return "this month".into();
        }
        if end == today {
            let days = (*end - *start).get_days() + 1;
            return match weekday_of(start) {
                "Monday" if days <= 7 => "this week".into(),
                _ => format!("in the last {days} days"),
            };
        }
        if whole_month {
            return match start.year() == today.year() {
                true => format!("in {}", month(start)),
                false => format!("in {} {}", month(start), start.year()),
            };
        }
        format!("from {} to {}", date(start, today), date(end, today))
    }
}

/// A day in words, seen from another: `today`, `yesterday`, `on Tuesday, November 3`.
pub(crate) fn day(day: Date, today: Date) -> String {
    match (*today - *day).get_days() {
        0 => "today".into(),
        1 => "yesterday".into(),
        -1 => "tomorrow".into(),
        _ if day.year() == today.year() => format!("on {}, {}", weekday_of(day), date(day, today)),
        _ => format!("on {}", date(day, today)),
    }
}

fn date(day: Date, today: Date) -> String {
    if day.year() == today.year() {
        format!("{} {}", month(day), day.day())
    } else {
        format!("{} {}, {}", month(day), day.day(), day.year())
    }
}

fn month(day: Date) -> &'static str {
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
    usize::try_from(day.month() - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

fn weekday_of(day: Date) -> &'static str {
    use wheelhouse_sdk::jiff::civil::Weekday::*;
    match day.weekday() {
        Monday => "Monday",
        Tuesday => "Tuesday",
        Wednesday => "Wednesday",
        Thursday => "Thursday",
        Friday => "Friday",
        Saturday => "Saturday",
        Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn spoken(start: &str, end: &str) -> String {
        let period = Period { start: start.parse().unwrap(), end: end.parse().unwrap() };
        period.spoken("2026-11-22".parse().unwrap())
    }

    #[test]
    fn periods_are_spoken_as_people_say_them() {
        for (start, end, words) in [
            ("2026-11-22", "2026-11-22", "today"),
            ("2026-11-21", "2026-11-21", "yesterday"),
            ("2026-11-03", "2026-11-03", "on Tuesday, November 3"),
            ("2025-11-03", "2025-11-03", "on November 3, 2025"),
            ("2026-11-01", "2026-11-22", "this month"),
            ("2026-11-01", "2026-11-30", "this month"),
            ("2026-11-16", "2026-11-22", "this week"),
            ("2026-10-24", "2026-11-22", "in the last 30 days"),
            ("2026-10-01", "2026-10-31", "in October"),
            ("2025-10-01", "2025-10-31", "in October 2025"),
            ("2026-11-09", "2026-11-15", "from November 9 to November 15"),
        ] {
            assert_eq!(spoken(start, end), words);
        }
    }

    #[test]
    fn days_end_today() {
        let call = wheelhouse_sdk::testing::call();
        let period = Period::asked(&call, Some(1), None).unwrap();
        assert_eq!((period.start, period.end), (call.today(), call.today()));
        let period = Period::asked(&call, None, None).unwrap();
        assert_eq!(period.start.to_string(), "2026-10-24");
    }

    #[test]
    fn what_is_no_period_names_its_field() {
        let call = wheelhouse_sdk::testing::call();
        for (days, interval, field) in [
            (Some(0), None, "days"),
            (Some(u32::MAX), None, "days"),
            (Some(3), Some("2026-10-01/2026-10-31"), "period"),
            (None, Some("October"), "period"),
            (None, Some("2026-10-31/2026-10-01"), "period"),
            (None, Some("0001-01-01/9999-12-31"), "period"),
        ] {
            let failure = Period::asked(&call, days, interval).unwrap_err();
            assert_eq!(failure.fields().collect::<Vec<_>>(), [field]);
        }
    }
}
