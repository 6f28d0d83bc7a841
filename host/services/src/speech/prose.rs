//! What is said of a text that was written to be read: without marks, with links by their names, and without pictures.
//!
//! Assistants answer in Markdown, and nobody wants to hear an asterisk or an address with its query.

use std::borrow::Cow;

use pulldown_cmark::{CodeBlockKind, Event, OffsetIter, Options, Parser, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

/// Before this character come symbols that people write in plain text, © and ™ among them.
const FIRST_PICTURE: char = '\u{231a}';

/// The text as it is to be spoken; blank when nothing of it can be. Plain sentences stay as they are.
pub(super) fn spoken(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let said = with_short_links(&without_marks(text)).trim().to_owned();
    // Pictures are left out where there are words, and named where there are none.
    if said.contains(char::is_alphanumeric) {
        return Cow::Owned(said);
    }
    let names = names_of_pictures(text);
    Cow::Owned(if names.is_empty() { said } else { names })
}

fn is_plain(text: &str) -> bool {
    let mark = |c: char| matches!(c, '*' | '_' | '`' | '#' | '[' | '<' | '>' | '|' | '~' | '\\' | '&' | '\n');
    let list = ["- ", "+ "].iter().any(|bullet| text.trim_start().starts_with(bullet));
    !list && !text.contains("://") && !text.contains(|c| mark(c) || c >= FIRST_PICTURE)
}

/// CommonMark with tables, as sentences.
fn without_marks(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut prose = Prose::default();
    let mut events = Parser::new_ext(text, options).into_offset_iter();
    while let Some((event, range)) = events.next() {
        match event {
            Event::Text(text) | Event::Code(text) => prose.push_words(&text),
            Event::SoftBreak => prose.said.push(' '),
            Event::HardBreak | Event::Rule => prose.end_line(),
            Event::Start(Tag::Emphasis | Tag::Strong) if is_inside_word(text, range.start) => {
                // 2*3*4 is a product.
                let mark = &text[range.start..=range.start];
                prose.said.push_str(mark);
                prose.literal_marks.push(mark.to_owned());
            }
            Event::Start(Tag::Emphasis | Tag::Strong) => prose.literal_marks.push(String::new()),
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => {
                prose.said.push_str(&prose.literal_marks.pop().unwrap_or_default());
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => skip(&mut events),
            Event::Html(html) => html.split('<').for_each(|part| prose.push_words(behind_tag(part))),
            Event::Start(Tag::List(first)) => {
                prose.end_line();
                prose.numbers.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                prose.numbers.pop();
            }
            Event::Start(Tag::Item) => {
                if let Some(Some(number)) = prose.numbers.last_mut() {
                    let label = format!("{number}. ");
                    *number += 1;
                    prose.said.push_str(&label);
                }
            }
            Event::End(TagEnd::TableCell) => prose.said.push_str(", "),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                prose.said.truncate(prose.said.trim_end_matches([',', ' ']).len());
                prose.end_sentence();
            }
            Event::End(TagEnd::Heading(_) | TagEnd::Item) => prose.end_sentence(),
            Event::End(TagEnd::Paragraph | TagEnd::BlockQuote(_)) => prose.end_line(),
            _ => {}
        }
    }
    prose.said
}

#[derive(Default)]
struct Prose {
    said: String,
    /// The next number of each list that is open; `None` where it has bullets.
    numbers: Vec<Option<u64>>,
    /// What stands at the end of each emphasis that is open.
    literal_marks: Vec<String>,
}

impl Prose {
    /// Text without its pictures, and without the second of two blanks that had one between them.
    fn push_words(&mut self, text: &str) {
        for grapheme in text.graphemes(true) {
            let is_second =
                grapheme == " " && (self.said.is_empty() || self.said.ends_with(char::is_whitespace));
            if !is_second && picture(grapheme).is_none() {
                self.said.push_str(grapheme);
            }
        }
    }

    fn end_line(&mut self) {
        if !self.said.is_empty() && !self.said.ends_with('\n') {
            self.said.push('\n');
        }
    }

    fn end_sentence(&mut self) {
        self.said.truncate(self.said.trim_end().len());
        if self.said.ends_with(char::is_alphanumeric) {
            self.said.push('.');
        }
        self.end_line();
    }
}

/// What follows the tag that a `<` has begun.
fn behind_tag(part: &str) -> &str {
    part.split_once('>').map_or(part, |(_, behind)| behind)
}

fn is_inside_word(text: &str, at: usize) -> bool {
    text[..at].ends_with(char::is_alphanumeric)
}

/// A fenced block of code is for the eye. An indented one may be text that somebody has moved in.
fn skip(events: &mut OffsetIter<'_>) {
    for (event, _) in events.by_ref() {
        if matches!(event, Event::End(TagEnd::CodeBlock)) {
            return;
        }
    }
}

/// Addresses by their host.
fn with_short_links(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("https://").into_iter().chain(rest.find("http://")).min() {
        said.push_str(&rest[..at]);
        let address = &rest[at..];
        let end = address
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '>' | '"'))
            .unwrap_or(address.len());
        // The sentence's, not the address's.
        let end = address[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']).len();
        let (_, location) = address[..end].split_once("://").unwrap_or_default();
        let authority = location.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        said.push_str(host.strip_prefix("www.").unwrap_or(host));
        rest = &address[end.max("http://".len()).min(address.len())..];
    }
    said.push_str(rest);
    said
}

fn names_of_pictures(text: &str) -> String {
    text.graphemes(true).filter_map(picture).map(emojis::Emoji::name).collect::<Vec<_>>().join(", ")
}

fn picture(grapheme: &str) -> Option<&'static emojis::Emoji> {
    grapheme.starts_with(|c| c >= FIRST_PICTURE).then(|| emojis::get(grapheme)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(written: &str, said: &str) {
        assert_eq!(spoken(written), said);
    }

    #[test]
    fn plain_sentences_stay_as_they_are() {
        for text in [
            "Turn left at exit 12, then right.",
            "It costs $5.50 (or €5) – today.",
            " Zwölf Äpfel? ",
            "3 - 2 = 1",
        ] {
            assert!(matches!(spoken(text), Cow::Borrowed(said) if said == text), "{text}");
        }
    }

    #[test]
    fn marks_are_not_spoken() {
        says("**Turn left** at the _next_ `exit`.", "Turn left at the next exit.");
        says("# Your trip\nTwo stops.", "Your trip.\nTwo stops.");
        says("> He said ~~no~~ yes.", "He said no yes.");
        says("<div>\nTurn <i>left</i>.</div>", "Turn left.");
        says("One&nbsp;mile <b>left</b>", "One\u{a0}mile left");
    }

    #[test]
    fn lists_are_sentences_with_their_numbers() {
        says("Stops:\n\n1. Moab\n2. Zion!\n", "Stops:\n1. Moab.\n2. Zion!");
        says("- milk\n- diesel", "milk.\ndiesel.");
    }

    #[test]
    fn tables_are_read_row_by_row() {
        says("| fuel | cost |\n|---|---|\n| diesel | $60 |", "fuel, cost.\ndiesel, $60.");
    }

    #[test]
    fn products_and_names_keep_their_signs() {
        says("2*3*4 is 24", "2*3*4 is 24");
        says("2 * 3 * 4 is 24", "2 * 3 * 4 is 24");
        says("set primary_engine_name", "set primary_engine_name");
    }

    #[test]
    fn links_are_said_by_name_and_addresses_by_host() {
        says("See [the camp](https://www.recreation.gov/camping/1?q=2).", "See the camp.");
        says("See https://www.recreation.gov/camping/1?q=2.", "See recreation.gov.");
        says("(http://ann:pw@h.example:80/x) and <https://b.example>", "(h.example) and b.example");
        says("https:// and http://", "and");
    }

    #[test]
    fn code_is_for_the_eye() {
        says("Run this:\n```sh\nrm -rf *\n```\nand wait.", "Run this:\nand wait.");
        says("```\nlet x = 1;\n```", "");
        says("    Moved in.\n", "Moved in.");
    }

    #[test]
    fn pictures_are_left_out_beside_words_and_named_alone() {
        says("Saved 👍🏽 for the trip 🚐!", "Saved for the trip !");
        says("👍", "thumbs up");
        says("✗", "✗");
        says("👨‍👩‍👧 🚐", "family: man, woman, girl, minibus");
        says("Wheels™ & Wins© 東京", "Wheels™ & Wins© 東京");
    }
}
