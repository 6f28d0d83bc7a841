//! Days: `today`, `last Friday`, `on November 3rd`, `the 5th`, `two days ago`, `11/3`, `2026-11-03`.

use wheelhouse_sdk::jiff::civil::{Date, Weekday};

use super::{
    Lean, Speaker,
    calendar::{Unit, day_of_month, month, ordinal, span, weekday, year},
};
use crate::words::{Word, norm, starts_with};

/// The days at `at`, perhaps behind `on`.
pub(crate) fn read(words: &[Word], at: usize, speaker: &Speaker, lean: Lean) -> Vec<(usize, Date)> {
    let at = if norm(words, at) == "on" { at + 1 } else { at };
    let reader = Reader { words, speaker, lean };
    let mut found = Vec::new();
    found.extend(reader.near(at));
    found.extend(reader.counted(at));
    found.extend(reader.week(at));
    found.extend(reader.written(at));
    reader.month(at, &mut found);
    found.extend(reader.day(at));
    found
}

struct Reader<'a> {
    words: &'a [Word],
    speaker: &'a Speaker,
    lean: Lean,
}

impl Reader<'_> {
    fn away(&self, unit: Unit, count: i64) -> Option<Date> {
        unit.after(self.speaker.today, count)
    }

    /// `today`, `yesterday evening`, `the day after tomorrow`.
    fn near(&self, at: usize) -> Option<(usize, Date)> {
        const NEAR: [(&[&str], i64); 14] = [
            (&["the", "day", "before", "yesterday"], -2),
            (&["day", "before", "yesterday"], -2),
            (&["the", "day", "after", "tomorrow"], 2),
            (&["day", "after", "tomorrow"], 2),
            (&["earlier", "today"], 0),
            (&["today"], 0),
            (&["tonight"], 0),
            (&["this", "morning"], 0),
            (&["this", "afternoon"], 0),
            (&["this", "evening"], 0),
            (&["last", "night"], -1),
            (&["yesterday"], -1),
            (&["tomorrow"], 1),
            (&["tmrw"], 1),
        ];
        let (phrase, days) = NEAR.iter().find(|(phrase, _)| starts_with(self.words, at, phrase))?;
        Some((self.part_of_day(at + phrase.len()), self.away(Unit::Day, *days)?))
    }

    fn part_of_day(&self, at: usize) -> usize {
        match norm(self.words, at) {
            "morning" | "afternoon" | "evening" | "night" => at + 1,
            _ => at,
        }
    }

    /// `two days ago`, `in a week`, `three weeks from now`.
    fn counted(&self, at: usize) -> Option<(usize, Date)> {
        if norm(self.words, at) == "in" {
            let (end, unit, count) = span(self.words, at + 1)?;
            return Some((end, self.away(unit, count)?));
        }
        let (end, unit, count) = span(self.words, at)?;
        if norm(self.words, end) == "ago" {
            return Some((end + 1, self.away(unit, -count)?));
        }
        let forward = starts_with(self.words, end, &["from", "now"])
            || starts_with(self.words, end, &["from", "today"]);
        if forward { Some((end + 2, self.away(unit, count)?)) } else { None }
    }

    /// `Friday`, `last Friday`, `next Friday`, `this Friday`.
    fn week(&self, at: usize) -> Option<(usize, Date)> {
        const WHICH: [(&[&str], Which); 9] = [
            (&["this", "past"], Which::Last),
            (&["this", "last"], Which::Last),
            (&["this", "coming"], Which::Coming),
            (&["last"], Which::Last),
            (&["past"], Which::Last),
            (&["next"], Which::Next),
            (&["coming"], Which::Coming),
            (&["this"], Which::Coming),
            (&["the"], Which::Bare),
        ];
        let named = WHICH.iter().find(|(phrase, _)| starts_with(self.words, at, phrase));
        let (length, which) = named.map_or((0, Which::Bare), |(phrase, which)| (phrase.len(), *which));
        let day = weekday(norm(self.words, at + length))?;
        Some((self.part_of_day(at + length + 1), self.nearest(day, which)?))
    }

    fn nearest(&self, day: Weekday, which: Which) -> Option<Date> {
        let today = self.speaker.today.weekday();
        // 0 to 6 days.
        let (ago, ahead) = (i64::from(today.since(day)), i64::from(today.until(day)));
        let days = match (which, self.lean) {
            (Which::Bare, Lean::Past) => -ago,
            (Which::Bare, Lean::Future) | (Which::Coming, _) => ahead,
            (Which::Last, _) => -(if ago == 0 { 7 } else { ago }),
            (Which::Next, _) => {
                if ahead == 0 {
                    7
                } else {
                    ahead
                }
            }
        };
        self.away(Unit::Day, days)
    }

    /// `2026-11-03`, `11/3`, `11/3/2026`, `3.11.2026`.
    fn written(&self, at: usize) -> Option<(usize, Date)> {
        let word = norm(self.words, at);
        let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
        let numbers: Vec<i16> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let date =
            match (numbers.as_slice(), word.find(['-', '/', '.']).and_then(|mark| word.as_bytes().get(mark)))
            {
                (&[year, month, day], Some(b'-')) if parts[0].len() == 4 => new_date(year, month, day)?,
                (&[first, second], Some(b'/')) => {
                    let (month, day) = self.month_and_day(first, second);
                    self.without_year(i8::try_from(month).ok()?, i8::try_from(day).ok()?)?
                }
                (&[first, second, year], Some(b'/' | b'-')) => {
                    let (month, day) = self.month_and_day(first, second);
                    new_date(full_year(year)?, month, day)?
                }
                (&[day, month, year], Some(b'.')) => new_date(full_year(year)?, month, day)?,
                _ => return None,
            };
        Some((at + 1, date))
    }

    fn month_and_day(&self, first: i16, second: i16) -> (i16, i16) {
        if second > 12 || (self.speaker.says_month_first() && first <= 12) {
            (first, second)
        } else {
            (second, first)
        }
    }

    /// `November 3rd`, `Nov 3 2026`, `the 3rd of November`, `3 November`.
    fn month(&self, at: usize, found: &mut Vec<(usize, Date)>) {
        let begin = if norm(self.words, at) == "the" { at + 1 } else { at };
        let said = match month(norm(self.words, begin)) {
            Some(month) => {
                let the = if norm(self.words, begin + 1) == "the" { 1 } else { 0 };
                day_of_month(self.words, begin + 1 + the).map(|(end, day)| (end, month, day))
            }
            None => day_of_month(self.words, begin).and_then(|(end, day)| {
                let end = if norm(self.words, end) == "of" { end + 1 } else { end };
                month(norm(self.words, end)).map(|month| (end + 1, month, day))
            }),
        };
        let Some((end, month, day)) = said else { return };
        if let Some(year) = year(norm(self.words, end)) {
            found.extend(Date::new(year, month, day).ok().map(|date| (end + 1, date)));
        }
        found.extend(self.without_year(month, day).map(|date| (end, date)));
    }

    /// `the 5th`, `5th`.
    fn day(&self, at: usize) -> Option<(usize, Date)> {
        let the = norm(self.words, at) == "the";
        let begin = if the { at + 1 } else { at };
        let (length, day) = ordinal(self.words, begin)?;
        // "First" alone is no day of a month.
        if !the && !norm(self.words, begin).starts_with(|char: char| char.is_ascii_digit()) {
            return None;
        }
        let step = if self.lean == Lean::Past { -1 } else { 1 };
        let this_month = self.speaker.today.first_of_month();
        let months = (0..12).filter_map(|month| Unit::Month.after(this_month, month * step));
        let days = months.filter_map(|month| Date::new(month.year(), month.month(), day).ok());
        self.first_fitting(days).map(|date| (begin + length, date))
    }

    /// The nearest such day on the side that is leant to. (The 29th of February may be years away.)
    fn without_year(&self, month: i8, day: i8) -> Option<Date> {
        let step = if self.lean == Lean::Past { -1 } else { 1 };
        let year = self.speaker.today.year();
        self.first_fitting((0..9).filter_map(|years| Date::new(year + years * step, month, day).ok()))
    }

    fn first_fitting(&self, mut days: impl Iterator<Item = Date>) -> Option<Date> {
        days.find(|day| match self.lean {
            Lean::Past => *day <= self.speaker.today,
            Lean::Future => *day >= self.speaker.today,
        })
    }
}

#[derive(Clone, Copy)]
enum Which {
    /// Which side, the tool decides; today counts.
    Bare,
    /// The last one before today.
    Last,
    /// The first one after today.
    Next,
    /// The first one from today on.
    Coming,
}

fn new_date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn full_year(year: i16) -> Option<i16> {
    match year {
        0..=99 => Some(2_000 + year),
        1_900..2_200 => Some(year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wheelhouse_sdk::jiff::civil::date;

    use super::*;
    use crate::words::words;

    /// Said on Sunday, 2026-11-22.
    fn whole(text: &str, locale: &str, lean: Lean) -> Option<String> {
        let words = words(text);
        let speaker = Speaker::new(date(2026, 11, 22), locale);
        let found = read(&words, 0, &speaker, lean).into_iter().find(|(end, _)| *end == words.len());
        found.map(|(_, date)| date.to_string())
    }

    #[test]
    fn days_are_understood() {
        for (text, day) in [
            ("today", "2026-11-22"),
            ("tonight", "2026-11-22"),
            ("this morning", "2026-11-22"),
            ("yesterday", "2026-11-21"),
            ("yesterday evening", "2026-11-21"),
            ("last night", "2026-11-21"),
            ("tomorrow", "2026-11-23"),
            ("the day before yesterday", "2026-11-20"),
            ("the day after tomorrow", "2026-11-24"),
            ("two days ago", "2026-11-20"),
            ("a week ago", "2026-11-15"),
            ("3 weeks ago", "2026-11-01"),
            ("a month ago", "2026-10-22"),
            ("a couple of days ago", "2026-11-20"),
            ("in 3 days", "2026-11-25"),
            ("a week from now", "2026-11-29"),
            ("Friday", "2026-11-20"),
            ("on Friday", "2026-11-20"),
            ("on Sunday", "2026-11-22"),
            ("last Friday", "2026-11-20"),
            ("last Sunday", "2026-11-15"),
            ("this past Friday", "2026-11-20"),
            ("next Friday", "2026-11-27"),
            ("next Sunday", "2026-11-29"),
            ("this Friday", "2026-11-27"),
            ("on November 3rd", "2026-11-03"),
            ("Nov. 3", "2026-11-03"),
            ("November the third", "2026-11-03"),
            ("the 3rd of November", "2026-11-03"),
            ("3 November 2025", "2025-11-03"),
            ("November 3, 2027", "2027-11-03"),
            ("November twenty-first", "2026-11-21"),
            ("December 24", "2025-12-24"),
            ("February 29th", "2024-02-29"),
            ("the 5th", "2026-11-05"),
            ("the 25th", "2026-10-25"),
            ("the 31st", "2026-10-31"),
            ("the thirty first", "2026-10-31"),
            ("2026-11-03", "2026-11-03"),
            ("11/3", "2026-11-03"),
            ("11/3/26", "2026-11-03"),
            ("11/3/2025", "2025-11-03"),
            ("25/12/2025", "2025-12-25"),
            ("3.11.2026", "2026-11-03"),
        ] {
            assert_eq!(whole(text, "en-US", Lean::Past).as_deref(), Some(day), "{text}");
        }
    }

    #[test]
    fn what_is_planned_lies_ahead() {
        for (text, day) in [
            ("Friday", "2026-11-27"),
            ("on Sunday", "2026-11-22"),
            ("November 3rd", "2027-11-03"),
            ("December 24", "2026-12-24"),
            ("the 5th", "2026-12-05"),
            ("the 31st", "2026-12-31"),
            ("2/29", "2028-02-29"),
            ("yesterday", "2026-11-21"),
            ("last Friday", "2026-11-20"),
        ] {
            assert_eq!(whole(text, "en-US", Lean::Future).as_deref(), Some(day), "{text}");
        }
    }

    #[test]
    fn most_of_the_world_says_the_day_first() {
        assert_eq!(whole("3/11", "en-GB", Lean::Past).as_deref(), Some("2026-11-03"));
        assert_eq!(whole("3/11/2026", "de-DE", Lean::Past).as_deref(), Some("2026-11-03"));
        assert_eq!(whole("11/25", "en-GB", Lean::Past).as_deref(), Some("2025-11-25"));
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in [
            "",
            "on",
            "gas",
            "november 31",
            "2026-13-01",
            "2026-02-30",
            "13/13",
            "the",
            "the 32nd",
            "first",
            "may",
            "40",
            "in",
            "days ago",
            "99999 days ago",
            "1/2/3/4",
            "-",
            "0/0",
            "32767-32767-32767",
            "9999999999 years ago",
            "4.5",
            "11/3/500",
        ] {
            assert_eq!(whole(text, "en-US", Lean::Past), None, "{text}");
        }
    }
}
