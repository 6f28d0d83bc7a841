//! Cuts a text into what an engine speaks well by itself: sentences, as a rule.
//!
//! Unicode's rules find where sentences end, those of short forms which of the ends are none. What is cut off
//! is always a whole part of the text, and between two parts there is white space at most.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::{abbreviations::goes_on, long};

/// Unicode's rules look this many characters ahead at most: without an end they would look to the end of the
/// text, again for every character. A sentence that is longer is cut anyway.
const WINDOW: usize = 400;
/// A sentence of this many words is joined with another.
const SCRAP_WORDS: usize = 2;
/// What opens where no white space is written.
const WIDE_OPENERS: [char; 5] = ['「', '『', '（', '【', '《'];
/// Joined sentences have this many characters at most.
const JOINED: usize = 80;

/// The parts of `text` to be spoken, in order; none of them is blank or has more than 400 characters. Takes
/// time in proportion to the text.
///
/// Sentences of one or two words are joined with a neighbour of their paragraph, and what has no word at all.
/// When the speech begins with this text (`opens`), nothing is joined to its first sentence, so that it
/// begins soon.
pub(super) fn units(text: &str, language: Option<&str>, opens: bool) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    for sentence in whole(text, language) {
        pieces.extend(long::pieces(text, sentence));
    }
    join(text, pieces, opens)
}

/// Sentences without white space around them.
fn whole(text: &str, language: Option<&str>) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for end in ends(text) {
        // To Unicode, what opens a quotation closes the sentence before it.
        let end = start + text[start..end].trim_end_matches(WIDE_OPENERS).len();
        let before = text[start..end].trim_end();
        if before.is_empty() {
            start = end;
            continue;
        }
        let after = text[end..].trim_start();
        let gap = &text[start + before.len()..text.len() - after.len()];
        let ends_line = gap.contains(is_line_end);
        let is_seam = !gap.is_empty() || before.ends_with(is_wide_end);
        if ends_line || is_seam && !goes_on(before.trim_start(), after, language) {
            sentences.extend(trimmed(text, start..end));
            start = end;
        }
    }
    sentences.extend(trimmed(text, start..text.len()));
    sentences
}

/// Where sentences end by Unicode's rules, in order and inside of the text.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let rest = &text[from..];
        let window = rest.char_indices().nth(WINDOW).map_or(rest, |(at, _)| &rest[..at]);
        let mut found: Vec<usize> = window.split_sentence_bound_indices().map(|(at, _)| from + at).collect();
        if window.len() == rest.len() {
            ends.extend(found.into_iter().filter(|at| *at > from));
            break;
        }
        // The last sentence of a window may go on behind it.
        match found.pop() {
            Some(last) if last > from => {
                ends.extend(found.into_iter().filter(|at| *at > from));
                ends.push(last);
                from = last;
            }
            _ => from += window.rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(window.len()),
        }
    }
    ends
}

/// Scraps joined with what follows, or else with what goes before.
fn join(text: &str, pieces: Vec<Range<usize>>, opens: bool) -> Vec<Range<usize>> {
    let mut units: Vec<Range<usize>> = Vec::new();
    for piece in pieces {
        let is_first = opens && units.len() == 1;
        match units.last_mut() {
            Some(unit) if belongs(text, unit, &piece, is_first) => unit.end = piece.end,
            _ => units.push(piece),
        }
    }
    units
}

/// Whether a piece is spoken in one with the unit before it.
fn belongs(text: &str, unit: &Range<usize>, piece: &Range<usize>, unit_is_first: bool) -> bool {
    let is_within = |limit: usize| text[unit.start..piece.end].chars().nth(limit).is_none();
    let (before, after) = (words(&text[unit.clone()]), words(&text[piece.clone()]));
    if before == 0 || after == 0 {
        return is_within(long::LONGEST);
    }
    let is_scrap = before <= SCRAP_WORDS || after <= SCRAP_WORDS && !unit_is_first;
    is_scrap && is_within(JOINED) && !is_between_paragraphs(&text[unit.end..piece.start])
}

/// As many as matter.
fn words(text: &str) -> usize {
    text.unicode_words().take(SCRAP_WORDS + 1).count()
}

fn is_between_paragraphs(gap: &str) -> bool {
    gap.contains('\u{2029}') || gap.matches('\n').count() > 1
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// After these no white space is written; behind them may come what closes.
fn is_wide_end(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '」' | '』' | '）' | '】' | '》' | '”' | '’')
}

fn trimmed(text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let end = part.start + text[part.clone()].trim_end().len();
    let start = end - text[part.start..end].trim_start().len();
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::{super::dice::Dice, *};

    fn cut<'t>(text: &'t str, language: Option<&str>) -> Vec<&'t str> {
        units(text, language, true).into_iter().map(|unit| &text[unit]).collect()
    }

    /// Holds `text` against its parts, which are separated by ` | ` where white space is and `¦` where there
    /// is none.
    #[track_caller]
    fn is_cut(language: &str, marked: &str) {
        let text = marked.replace(" | ", " ").replace('¦', "");
        let parts: Vec<&str> = marked.split(['|', '¦']).map(str::trim).collect();
        assert_eq!(cut(&text, Some(language)), parts);
    }

    #[test]
    fn sentences_end_at_full_stops_and_their_like() {
        is_cut("en", "The road is closed. | Take the next exit! | Where are we now? | We are in Moab.");
        is_cut("es", "¿Dónde estamos ahora? | ¡Toma la próxima salida! | Estamos en Moab.");
        is_cut("fr", "Où sommes-nous ? | Prenez la sortie ! | Nous y sommes.");
        is_cut("hi", "सड़क आज बंद है। | अगला मोड़ अभी लें।");
        is_cut("ar", "أين نحن الآن يا صديقي؟ | نحن الآن في موآب.");
    }

    #[test]
    fn short_forms_do_not_end_sentences() {
        is_cut(
            "en",
            "Dr. Smith and Mrs. Jones met J. R. R. Tolkien on St. Mary's Rd. near Oxford. | He smiled.",
        );
        is_cut(
            "en",
            "Use salt, e.g. Maldon. | The U.S. Army left 5 p.m. Friday. | It was in the U.S. | We saw it.",
        );
        is_cut(
            "de",
            "Das kostet z. B. Herrn Dr. Maier ca. 3 Euro. | Am 3. Oktober ist frei. | Obst usw. gibt es.",
        );
        is_cut(
            "es",
            "El Sr. García vive, p. ej. Madrid, en la pág. 5 del libro. | La Dra. López no vive allí.",
        );
        is_cut("fr", "M. Dupont et Mme. Durand sont là. | Ils mangent du pain, p. ex. Baguette.");
        is_cut("it", "Il sig. Rossi e la sig.ra Bianchi sono qui. | Il dott. Verdi arriva dopo.");
    }

    #[test]
    fn numbers_times_versions_and_addresses_stay_whole() {
        is_cut(
            "en",
            "It is 3.5 at 5:30 on v1.2.3. | See example.com/a.b?c=d&e!f for No. 5 of 1,000.50. | It is done.",
        );
    }

    #[test]
    fn ellipses_and_what_closes_belong_to_their_sentence() {
        is_cut(
            "en",
            "He said “Stop right there.” | Then (as I said.) | Wait... what is it? Well... | I do not know.",
        );
        is_cut("en", "“Is it really?” he asked her. | “It is so.” | (They all left.) | They came back?!");
        is_cut("de", "„Kommst du heute mit?“ fragte er sie. | „Ich komme gleich mit.“ | Dann ging sie.");
    }

    #[test]
    fn wide_full_stops_need_no_white_space() {
        is_cut("ja", "今日は晴れです。¦「明日は雨です。」¦傘を持って行こう！");
        is_cut("zh", "今天天气很好。¦我们去公园吧？¦好的，马上出发！");
    }

    #[test]
    fn lines_end_sentences() {
        let text = "Your trip to Utah\nMoab has three arches\n\nZion is also closed";
        assert_eq!(cut(text, None), ["Your trip to Utah", "Moab has three arches", "Zion is also closed"]);
        assert_eq!(
            cut("1. Moab is far away.\n2. Zion is near.", None),
            ["1. Moab is far away.", "2. Zion is near."]
        );
    }

    #[test]
    fn scraps_are_joined_inside_of_their_paragraph_and_under_80_characters() {
        is_cut("en", "Yes. The road is closed. | No. Yes. It is open again.");
        is_cut("en", "The road is closed. | No. Take the next exit to the left. Now.");
        assert_eq!(cut("milk.\ndiesel.\nbread.\nwater.", None), ["milk.\ndiesel.\nbread.", "water."]);
        assert_eq!(cut("Yes.\n\nThe road is closed.", None), ["Yes.", "The road is closed."]);
        let long = format!("It {} ends.", "never ".repeat(14));
        assert_eq!(cut(&format!("Yes. {long}"), None), ["Yes.", &long]);
    }

    #[test]
    fn nothing_is_joined_to_the_sentence_that_a_speech_opens_with() {
        let text = "The road is closed. No way.";
        assert_eq!(cut(text, None), ["The road is closed.", "No way."]);
        assert_eq!(units(text, None, false).len(), 1);
    }

    #[test]
    fn marks_are_spoken_with_a_neighbour_or_as_they_are() {
        assert_eq!(cut("✗", None), ["✗"]);
        assert_eq!(cut(" … \n ?! ", None), ["… \n ?!"]);
        assert_eq!(cut("…\n\nThe road is closed.\n\n***\n\nTake it.", None).len(), 2);
        assert!(cut(" \n\t ", None).is_empty() && cut("", None).is_empty());
    }

    #[test]
    fn units_have_400_characters_at_most_and_long_sentences_are_cut() {
        let text = "He went on and on, and ".repeat(500);
        let parts = cut(&text, None);
        assert!(
            parts.len() > 30
                && parts.iter().all(|part| part.len() <= 300 && part.ends_with(',') || part.ends_with("and")),
            "{parts:?}"
        );
    }

    #[test]
    fn nothing_but_white_space_is_lost_of_any_text() {
        let pieces = [
            "Dr.",
            "U.S.",
            "e.g.",
            "…",
            "...",
            " ",
            "  ",
            "\n",
            "\n\n",
            "。",
            "！」",
            "?",
            "!”",
            "(",
            ")",
            "“",
            "a",
            "Word",
            "word",
            "3.",
            "3.5",
            ",",
            ";",
            "–",
            "漢字",
            "👨‍👩‍👧",
            "e\u{301}",
            "\u{200b}",
            "\u{a0}",
            "\r\n",
            "\u{2028}",
            "https://a.b/c?d",
            "سلام",
            "ไทย",
            "\u{feff}",
            "✗",
            "-",
            ": ",
        ];
        let mut dice = Dice(0x5eed);
        for round in 0..300 {
            let length = 1 + dice.roll(if round % 10 == 0 { 3_000 } else { 60 });
            let text = dice.text(&pieces, length);
            let language = [None, Some("en"), Some("de-AT"), Some("ja")][dice.roll(4)];
            let mut at = 0;
            for unit in units(&text, language, round % 2 == 0) {
                let part = &text[unit.clone()];
                assert!(text[at..unit.start].chars().all(char::is_whitespace), "{text:?}");
                assert!(!part.is_empty() && part.trim() == part && part.chars().count() <= 400, "{part:?}");
                at = unit.end;
            }
            assert!(text[at..].trim().is_empty(), "{text:?}");
        }
    }

    #[test]
    fn time_is_in_proportion_to_the_text() {
        for unit in
            ["a", " ", ".", ". ", ".(", "?) a", "\n", "a. ", "J. ", "漢", "\u{301}", "! ", "e.g. ", "\""]
        {
            let text = unit.repeat(60_000 / unit.len());
            assert!(units(&text, None, true).len() <= text.len(), "{unit:?}");
            let text = format!("End.{text}");
            assert!(units(&text, None, true).len() <= text.len(), "{unit:?}");
        }
    }
}
