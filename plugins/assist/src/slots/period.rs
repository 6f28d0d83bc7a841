//! Periods: `this month`, `last week`, `last 30 days`, `in October`, `since Monday`, `from 11/1 to 11/15`, and any single day.

use wheelhouse_sdk::jiff::civil::Date;

use super::{
    Lean, Speaker,
    calendar::{Unit, month, span, year},
    date,
};
use crate::words::{Word, norm, starts_with};

/// Both days belong to it; the first is never after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) first: Date,
    pub(crate) last: Date,
}

impl Period {
    fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }
}

/// The periods at `at`, perhaps behind `in`, `for`, `during` or the like.
pub(crate) fn read(words: &[Word], at: usize, speaker: &Speaker, lean: Lean) -> Vec<(usize, Period)> {
    const LEADS: [&[&str]; 9] =
        [&["so", "far"], &["for"], &["during"], &["over"], &["within"], &["in"], &["of"], &["on"], &["from"]];
    let reader = Reader { words, speaker, lean };
    let mut found = Vec::new();
    reader.periods(at, &mut found);
    let lead = LEADS.iter().find(|lead| starts_with(words, at, lead)).map_or(0, |lead| lead.len());
    let the = usize::from(norm(words, at + lead) == "the");
    if lead + the > 0 {
        reader.periods(at + lead + the, &mut found);
    }
    let so_far: Vec<_> =
        found.iter().filter(|(end, _)| starts_with(words, *end, &["so", "far"])).copied().collect();
    found.extend(so_far.into_iter().map(|(end, period)| (end + 2, period)));
    found
}

struct Reader<'a> {
    words: &'a [Word],
    speaker: &'a Speaker,
    lean: Lean,
}

impl Reader<'_> {
    fn periods(&self, at: usize, found: &mut Vec<(usize, Period)>) {
        for (end, day) in date::read(self.words, at, self.speaker, self.lean) {
            found.push((end, Period { first: day, last: day }));
        }
        found.extend(self.weekend(at));
        found.extend(self.whole_unit(at));
        found.extend(self.counted(at));
        self.month(at, found);
        found.extend(self.year(at));
        found.extend(self.since(at));
        self.between(at, found);
    }

    /// `last`, `this`, `next`: -1, 0, 1, and the first word after it.
    fn which(&self, at: usize) -> Option<(usize, i64)> {
        let which = match norm(self.words, at) {
            "this" if matches!(norm(self.words, at + 1), "past" | "last") => return Some((at + 2, -1)),
            "this" | "current" => 0,
            "last" | "past" | "previous" => -1,
            "next" | "coming" | "upcoming" => 1,
            _ => return None,
        };
        Some((at + 1, which))
    }

    /// `this week`, `last month`; the `past week` is the last seven days.
    fn whole_unit(&self, at: usize) -> Option<(usize, Period)> {
        let (begin, which) = self.which(at)?;
        let unit = Unit::named(norm(self.words, begin)).filter(|unit| *unit != Unit::Day)?;
        if norm(self.words, begin - 1) == "past" {
            return Some((begin + 1, self.rolling(unit, 1, true)?));
        }
        let first = unit.first_day(unit.after(unit.first_day(self.speaker.today)?, which)?)?;
        let last = Unit::Day.after(unit.after(first, 1)?, -1)?;
        Some((begin + 1, Period::new(first, last)?))
    }

    fn weekend(&self, at: usize) -> Option<(usize, Period)> {
        let (begin, which) = self.which(at).unwrap_or((at + usize::from(norm(self.words, at) == "the"), 0));
        if norm(self.words, begin) != "weekend" {
            return None;
        }
        let saturday = Unit::Day.after(Unit::Week.first_day(self.speaker.today)?, 5 + which * 7)?;
        Some((begin + 1, Period::new(saturday, Unit::Day.after(saturday, 1)?)?))
    }

    /// `last 30 days`, `next two weeks`, `7 days`; today is one of them.
    fn counted(&self, at: usize) -> Option<(usize, Period)> {
        let (begin, back) = match self.which(at) {
            Some((_, 0)) => return None,
            Some((begin, which)) => (begin, which < 0),
            None => (at, self.lean == Lean::Past),
        };
        let (end, unit, count) = span(self.words, begin)?;
        // "Two days ago" and "two days from now" are days.
        if matches!(norm(self.words, end), "ago" | "from") {
            return None;
        }
        Some((end, self.rolling(unit, count, back)?))
    }

    fn rolling(&self, unit: Unit, count: i64, back: bool) -> Option<Period> {
        let today = self.speaker.today;
        if back {
            Period::new(Unit::Day.after(unit.after(today, -count)?, 1)?, today)
        } else {
            Period::new(today, Unit::Day.after(unit.after(today, count)?, -1)?)
        }
    }

    /// `October`, `October 2025`, `last October`.
    fn month(&self, at: usize, found: &mut Vec<(usize, Period)>) {
        let (begin, which) = self.which(at).map_or((at, None), |(begin, which)| (begin, Some(which)));
        let Some(month) = month(norm(self.words, begin)) else { return };
        let in_year = |year| {
            let first = Date::new(year, month, 1).ok()?;
            Period::new(first, first.last_of_month())
        };
        if let Some(year) = year(norm(self.words, begin + 1)) {
            found.extend(in_year(year).map(|period| (begin + 2, period)));
        }
        let (year, present) = (self.speaker.today.year(), self.speaker.today.month());
        let year = match (which, self.lean) {
            (Some(0), _) => year,
            (Some(-1), _) => year - i16::from(month >= present),
            (Some(_), _) => year + i16::from(month <= present),
            (None, Lean::Past) => year - i16::from(month > present),
            (None, Lean::Future) => year + i16::from(month < present),
        };
        found.extend(in_year(year).map(|period| (begin + 1, period)));
    }

    fn year(&self, at: usize) -> Option<(usize, Period)> {
        let first = Date::new(year(norm(self.words, at))?, 1, 1).ok()?;
        Some((at + 1, Period::new(first, first.last_of_year())?))
    }

    /// `since Monday`, `since October`.
    fn since(&self, at: usize) -> Option<(usize, Period)> {
        if norm(self.words, at) != "since" {
            return None;
        }
        let mut begun: Vec<(usize, Date)> = date::read(self.words, at + 1, self.speaker, Lean::Past);
        let reader = Reader { lean: Lean::Past, ..*self };
        let mut periods = Vec::new();
        reader.month(at + 1, &mut periods);
        periods.extend(reader.year(at + 1));
        periods.extend(reader.whole_unit(at + 1));
        begun.extend(periods.into_iter().map(|(end, period)| (end, period.first)));
        let (end, first) = begun.into_iter().max_by_key(|(end, _)| *end)?;
        Some((end, Period::new(first, self.speaker.today)?))
    }

    /// `from November 1st to November 15th`, `between 11/1 and 11/15`.
    fn between(&self, at: usize, found: &mut Vec<(usize, Period)>) {
        let until: &[&str] = match norm(self.words, at) {
            "between" => &["and"],
            "from" => &["to", "until", "till", "through"],
            _ => return,
        };
        for (middle, first) in date::read(self.words, at + 1, self.speaker, self.lean) {
            if until.contains(&norm(self.words, middle)) {
                let ends = date::read(self.words, middle + 1, self.speaker, self.lean);
                found.extend(
                    ends.into_iter().filter_map(|(end, last)| Some((end, Period::new(first, last)?))),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wheelhouse_sdk::jiff::civil::date;

    use super::*;
    use crate::words::words;

    /// Said on Sunday, 2026-11-22.
    fn whole(text: &str, lean: Lean) -> Option<(String, String)> {
        let words = words(text);
        let speaker = Speaker::new(date(2026, 11, 22), "en-US");
        let found = read(&words, 0, &speaker, lean).into_iter().find(|(end, _)| *end == words.len());
        found.map(|(_, period)| (period.first.to_string(), period.last.to_string()))
    }

    #[test]
    fn periods_are_understood() {
        for (text, first, last) in [
            ("today", "2026-11-22", "2026-11-22"),
            ("yesterday", "2026-11-21", "2026-11-21"),
            ("on Friday", "2026-11-20", "2026-11-20"),
            ("this week", "2026-11-16", "2026-11-22"),
            ("last week", "2026-11-09", "2026-11-15"),
            ("next week", "2026-11-23", "2026-11-29"),
            ("the past week", "2026-11-16", "2026-11-22"),
            ("this month", "2026-11-01", "2026-11-30"),
            ("so far this month", "2026-11-01", "2026-11-30"),
            ("this month so far", "2026-11-01", "2026-11-30"),
            ("last month", "2026-10-01", "2026-10-31"),
            ("in the last month", "2026-10-01", "2026-10-31"),
            ("this quarter", "2026-10-01", "2026-12-31"),
            ("last quarter", "2026-07-01", "2026-09-30"),
            ("this year", "2026-01-01", "2026-12-31"),
            ("last year", "2025-01-01", "2025-12-31"),
            ("last 30 days", "2026-10-24", "2026-11-22"),
            ("over the last thirty days", "2026-10-24", "2026-11-22"),
            ("the past two weeks", "2026-11-09", "2026-11-22"),
            ("for the past 3 months", "2026-08-23", "2026-11-22"),
            ("next 7 days", "2026-11-22", "2026-11-28"),
            ("7 days", "2026-11-16", "2026-11-22"),
            ("this weekend", "2026-11-21", "2026-11-22"),
            ("last weekend", "2026-11-14", "2026-11-15"),
            ("in October", "2026-10-01", "2026-10-31"),
            ("in december", "2025-12-01", "2025-12-31"),
            ("last November", "2025-11-01", "2025-11-30"),
            ("October 2024", "2024-10-01", "2024-10-31"),
            ("in 2025", "2025-01-01", "2025-12-31"),
            ("since Monday", "2026-11-16", "2026-11-22"),
            ("since October", "2026-10-01", "2026-11-22"),
            ("since last month", "2026-10-01", "2026-11-22"),
            ("from November 1st to November 15th", "2026-11-01", "2026-11-15"),
            ("between 11/1 and 11/15", "2026-11-01", "2026-11-15"),
        ] {
            assert_eq!(whole(text, Lean::Past), Some((first.into(), last.into())), "{text}");
        }
    }

    #[test]
    fn what_is_planned_lies_ahead() {
        for (text, first, last) in [
            ("in December", "2026-12-01", "2026-12-31"),
            ("in October", "2027-10-01", "2027-10-31"),
            ("7 days", "2026-11-22", "2026-11-28"),
            ("next month", "2026-12-01", "2026-12-31"),
        ] {
            assert_eq!(whole(text, Lean::Future), Some((first.into(), last.into())), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_is_none() {
        for text in [
            "",
            "in",
            "gas",
            "this",
            "this gas",
            "last 0 days",
            "last 99999 days",
            "from today to yesterday",
            "since",
            "3026",
            "week",
        ] {
            assert_eq!(whole(text, Lean::Past), None, "{text}");
        }
    }
}
