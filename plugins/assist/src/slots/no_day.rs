//! What is written like a day and is none: `2026-02-30`, `on 13/13`, `November 31st`.

use std::ops::Range;

use wheelhouse_sdk::jiff::civil::Date;

use super::{
    Lean, Speaker,
    calendar::{day_of_month, month},
    date,
};
use crate::words::{Word, norm};

/// The first such words. Nobody means them, so they may not be taken for a part of something else.
pub(crate) fn find(words: &[Word], speaker: &Speaker) -> Option<Range<usize>> {
    (0..words.len()).find_map(|at| {
        let end = written(words, at).or_else(|| named(words, at))?;
        let is_day = [Lean::Past, Lean::Future]
            .into_iter()
            .any(|lean| date::read(words, at, speaker, lean).iter().any(|(read, _)| *read >= end));
        (!is_day).then_some(at..end)
    })
}

/// Three numbers of which one can be a year, or two behind `on`: "a 50/50 raffle" is about no day.
fn written(words: &[Word], at: usize) -> Option<usize> {
    let mut parts = norm(words, at).split(['-', '/', '.']);
    let lengths = [parts.next(), parts.next(), parts.next()].map(|part| part.map_or(0, digits));
    let is_short = |length: usize| (1..=2).contains(&length);
    let is_written = parts.next().is_none()
        && match lengths {
            [4, first, second] | [first, second, 4] => is_short(first) && is_short(second),
            [first, second, 0] => {
                let behind_on = at > 0 && words[at - 1].is("on");
                behind_on && norm(words, at).contains('/') && is_short(first) && is_short(second)
            }
            _ => false,
        };
    is_written.then_some(at + 1)
}

/// How long a part is, or 0 when it is no number.
fn digits(part: &str) -> usize {
    if part.bytes().all(|byte| byte.is_ascii_digit()) { part.len() } else { 0 }
}

/// A day that its month does not have in any year.
fn named(words: &[Word], at: usize) -> Option<usize> {
    const LEAP_YEAR: i16 = 2024;
    let (end, month, day) = match month(norm(words, at)) {
        Some(month) => {
            let the = usize::from(norm(words, at + 1) == "the");
            let (end, day) = day_of_month(words, at + 1 + the)?;
            (end, month, day)
        }
        None => {
            let (end, day) = day_of_month(words, at)?;
            let of = usize::from(norm(words, end) == "of");
            (end + of + 1, month(norm(words, end + of))?, day)
        }
    };
    Date::new(LEAP_YEAR, month, day).is_err().then_some(end)
}

#[cfg(test)]
mod tests {
    use wheelhouse_sdk::jiff::civil::date;

    use super::*;
    use crate::{free_text::said, words::words};

    fn found(text: &str) -> Option<String> {
        let (words, speaker) = (words(text), Speaker::new(date(2026, 11, 22), "en-US"));
        find(&words, &speaker).map(|range| said(text, &words[range]).to_owned())
    }

    #[test]
    fn what_nobody_can_mean_is_found() {
        for (text, day) in [
            ("gas on 2026-02-30", "2026-02-30"),
            ("2026-13-01", "2026-13-01"),
            ("gas on 13/32/2026", "13/32/2026"),
            ("gas on 31.2.2026 in town", "31.2.2026"),
            ("gas on 13/13", "13/13"),
            ("gas on 2/30", "2/30"),
            ("gas on november 31", "november 31"),
            ("gas on Feb the 30th", "Feb the 30th"),
            ("the 31st of June", "31st of June"),
        ] {
            assert_eq!(found(text).as_deref(), Some(day), "{text}");
        }
    }

    #[test]
    fn days_and_what_only_looks_like_one_are_left_alone() {
        for text in [
            "gas on 2026-11-03",
            "on 2/29",
            "gas on 25/12/2025",
            "on february 29",
            "december 31st",
            "a 50/50 raffle",
            "a 24/7 gym",
            "1/2 pound of beef",
            "version 1.2.3",
            "555-12-3456",
            "may 40",
            "2026",
            "on",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
