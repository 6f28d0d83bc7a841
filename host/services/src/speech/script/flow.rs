//! What is said piece by piece, in sentences again.

use std::{mem::take, ops::Range, time::Duration};

use unicode_segmentation::UnicodeSegmentation;

use super::{Line, Prosody, Sentence, long, sentences};

/// Collects pieces that make sentences together.
pub(super) struct Flow<'l> {
    language: Option<&'l str>,
    lines: Vec<Line>,
    /// What has been said since the last line.
    text: String,
    /// Where in `text` which prosody begins.
    turns: Vec<(usize, Prosody)>,
    /// Marks at the beginning, before any word.
    marks: String,
}

impl<'l> Flow<'l> {
    pub(super) fn new(language: Option<&'l str>) -> Self {
        Self { language, lines: Vec::new(), text: String::new(), turns: Vec::new(), marks: String::new() }
    }

    /// Goes on with this piece. As in XML, all white space between words is one blank.
    pub(super) fn say(&mut self, text: &str, prosody: Prosody) {
        if self.turns.last().is_none_or(|(_, last)| *last != prosody) {
            self.turns.push((self.text.len(), prosody));
        }
        for c in text.chars() {
            if !matches!(c, ' ' | '\t' | '\n' | '\r') {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with(' ') {
                self.text.push(' ');
            }
        }
    }

    /// Ends what has been said, and is silent.
    pub(super) fn pause(&mut self, pause: Duration) {
        self.end_paragraph();
        self.lines.push(Line::Pause(pause));
    }

    /// Ends what has been said, which may be several sentences.
    pub(super) fn end_paragraph(&mut self) {
        let opens = !self.lines.iter().any(|line| matches!(line, Line::Say(_)));
        let units = sentences::units(&self.text, self.language, opens);
        self.end(units);
    }

    /// Ends what has been said, which is one sentence whatever its marks.
    pub(super) fn end_sentence(&mut self) {
        let sentence = 0..self.text.trim_end().len();
        self.end(long::pieces(&self.text, sentence));
    }

    /// The lines, none of which is without a word unless all are.
    pub(super) fn finish(mut self) -> Vec<Line> {
        self.end_paragraph();
        let marks = take(&mut self.marks);
        if !marks.is_empty() {
            self.lines.push(Line::Say(Sentence { text: marks, prosody: Prosody::default() }));
        }
        self.lines
    }

    fn end(&mut self, units: Vec<Range<usize>>) {
        let (text, turns) = (take(&mut self.text), take(&mut self.turns));
        let ends = turns.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
        let mut stretches =
            turns.iter().zip(ends).map(|((start, prosody), end)| (*start..end, *prosody)).peekable();
        for unit in units {
            while let Some((stretch, prosody)) = stretches.peek() {
                let part = unit.start.max(stretch.start)..unit.end.min(stretch.end);
                if !part.is_empty() {
                    let (before, part) = (&text[..part.start], &text[part]);
                    let is_apart = before.is_empty() || before.ends_with(' ') || part.starts_with(' ');
                    let (marks, rest) = part.split_at(if is_apart { 0 } else { end_of_marks(part) });
                    self.push(marks, *prosody, false);
                    self.push(rest.trim(), *prosody, is_apart || !marks.is_empty());
                }
                if stretch.end > unit.end {
                    break;
                }
                stretches.next();
            }
        }
    }

    /// The next line; what has no word in it is said with the line before it.
    fn push(&mut self, text: &str, prosody: Prosody, is_apart: bool) {
        if text.is_empty() {
            return;
        }
        let blank = if is_apart { " " } else { "" };
        if text.unicode_words().next().is_some() {
            let marks = take(&mut self.marks);
            match joined(&marks, blank, text) {
                Some(text) => self.lines.push(Line::Say(Sentence { text, prosody })),
                None => {
                    self.lines.push(Line::Say(Sentence { text: marks, prosody }));
                    self.lines.push(Line::Say(Sentence { text: text.to_owned(), prosody }));
                }
            }
            return;
        }
        let last = self.lines.iter_mut().rev().find_map(|line| match line {
            Line::Say(sentence) => Some(&mut sentence.text),
            Line::Pause(_) => None,
        });
        let last = last.unwrap_or(&mut self.marks);
        match joined(last, blank, text) {
            Some(joined) => *last = joined,
            None => self.lines.push(Line::Say(Sentence { text: text.to_owned(), prosody })),
        }
    }
}

/// Where the marks end that belong to the word before this text, such as `?`.
fn end_of_marks(text: &str) -> usize {
    let end = text.find(|c: char| c.is_alphanumeric() || c.is_whitespace()).unwrap_or(text.len());
    if text[end..].starts_with(char::is_alphanumeric) { 0 } else { end }
}

/// Both in one, unless that is too long.
fn joined(before: &str, blank: &str, after: &str) -> Option<String> {
    let blank = if before.is_empty() { "" } else { blank };
    let joined = format!("{before}{blank}{after}");
    joined.chars().nth(long::LONGEST).is_none().then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Prosody = Prosody { speed: 0.5, pitch: 0.0, volume: 1.0 };
    const PLAIN: Prosody = Prosody { speed: 1.0, pitch: 0.0, volume: 1.0 };

    fn said(pieces: &[(&str, Prosody)]) -> Vec<(String, bool)> {
        let mut flow = Flow::new(None);
        pieces.iter().for_each(|(text, prosody)| flow.say(text, *prosody));
        told(flow)
    }

    /// What is said, and whether slowly.
    fn told(flow: Flow<'_>) -> Vec<(String, bool)> {
        let lines = flow.finish().into_iter().filter_map(|line| match line {
            Line::Say(sentence) => Some((sentence.text, sentence.prosody == SLOW)),
            Line::Pause(_) => None,
        });
        lines.collect()
    }

    fn line(text: &str, slow: bool) -> (String, bool) {
        (text.to_owned(), slow)
    }

    #[test]
    fn sentence_of_one_prosody_is_one_line_however_many_pieces_it_has() {
        let pieces = [("Take  the\n next", PLAIN), (" exit", PLAIN), (". Then turn left there.", PLAIN)];
        assert_eq!(said(&pieces), [line("Take the next exit.", false), line("Then turn left there.", false)]);
    }

    #[test]
    fn sentence_is_cut_where_its_prosody_changes() {
        let pieces =
            [("Take the ", PLAIN), ("next exit", SLOW), (" to Dr. ", PLAIN), ("Smith", SLOW), (".", PLAIN)];
        let lines =
            [line("Take the", false), line("next exit", true), line("to Dr.", false), line("Smith.", true)];
        assert_eq!(said(&pieces), lines);
    }

    #[test]
    fn marks_are_said_with_what_they_stand_beside() {
        assert_eq!(said(&[("“", PLAIN), ("Stop", SLOW), ("” – ", PLAIN)]), [line("“Stop” –", true)]);
        let mut flow = Flow::new(None);
        flow.say("…", PLAIN);
        flow.pause(Duration::from_secs(1));
        flow.say("Stop", PLAIN);
        assert_eq!(told(flow), [line("… Stop", false)]);
        let pieces = [("Really", SLOW), ("? Yes, self", PLAIN), ("-made", SLOW)];
        assert_eq!(said(&pieces), [line("Really?", true), line("Yes, self", false), line("-made", true)]);
        assert_eq!(said(&[("✗", SLOW)]), [line("✗", false)]);
    }

    #[test]
    fn no_line_is_longer_than_an_engine_likes() {
        for text in ["!".repeat(2_000), format!("{}Stop{}", "! ".repeat(900), " –".repeat(700))] {
            let lines = said(&[(&text, PLAIN)]);
            assert!(lines.iter().all(|(text, _)| (1..=400).contains(&text.chars().count())), "{lines:?}");
            let whole: String = lines.into_iter().map(|(text, _)| text).collect();
            assert_eq!(whole.replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn sentence_that_is_marked_as_one_stays_whole() {
        let mut flow = Flow::new(None);
        flow.say("Stop! Look! Listen to the train that comes! ", PLAIN);
        flow.end_sentence();
        assert_eq!(told(flow), [line("Stop! Look! Listen to the train that comes!", false)]);
    }
}
