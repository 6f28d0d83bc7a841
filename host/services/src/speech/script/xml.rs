//! An XML document that a stranger sent: parsed without DTD and entities, and with the places of its
//! mistakes.

use std::fmt::Display;

use roxmltree::{Document, Error, Node, ParsingOptions};
use wheelhouse_core::{Failure, Result};

/// Elements, comments and stretches of text in all.
const MAX_NODES: u32 = 5_000;

/// Attributes of an element, namespaces included.
const MAX_ATTRIBUTES: usize = 64;

/// The text of a document.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    whole: &'t str,
    /// Where the document begins in it.
    from: usize,
}

impl<'t> Source<'t> {
    /// A document with white space before it.
    pub(super) fn new(whole: &'t str) -> Self {
        let document = whole.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        Self { whole, from: whole.len() - document.len() }
    }

    /// The document.
    ///
    /// # Errors
    /// `Invalid` naming `text` when it is not well-formed, has a DTD or too many nodes.
    pub(super) fn parse(&self) -> Result<Document<'t>> {
        if let Some(at) = self.find_crowded_tag() {
            let rule = format!("an element may have {MAX_ATTRIBUTES}");
            return Err(self.wrong(at, "has too many attributes", rule));
        }
        let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        Document::parse_with_options(self.text(), options).map_err(|error| self.refusal(&error))
    }

    /// Attributes are held against each other, so that thousands would take long. Between two `<` is one tag
    /// at most.
    fn find_crowded_tag(&self) -> Option<usize> {
        let (mut tag, mut attributes, mut last) = (0, 0, b' ');
        for (at, byte) in self.text().bytes().enumerate() {
            match byte {
                b'<' => (tag, attributes) = (at, 0),
                b'"' | b'\'' if last == b'=' => attributes += 1,
                _ => {}
            }
            if attributes > MAX_ATTRIBUTES {
                return Some(tag);
            }
            if !byte.is_ascii_whitespace() {
                last = byte;
            }
        }
        None
    }

    /// The document's text.
    pub(super) fn text(&self) -> &'t str {
        &self.whole[self.from..]
    }

    /// The name of an element as it is written, with its prefix.
    pub(super) fn name(&self, element: Node<'_, '_>) -> &'t str {
        let tag = &self.text()[element.range()];
        let name = tag.strip_prefix('<').unwrap_or(tag);
        name.split(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).next().unwrap_or_default()
    }

    /// What is wrong at this byte of the document, and what would be right.
    pub(super) fn wrong(&self, at: usize, what: impl Display, rule: impl Display) -> Failure {
        let before = self.whole.get(..self.from + at).unwrap_or(self.whole);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
        Failure::invalid_field("text", format!("{what} at line {line}, column {column}; {rule}"))
    }

    fn refusal(&self, error: &Error) -> Failure {
        let (what, rule) = match error {
            Error::DtdDetected => ("has a DOCTYPE".to_owned(), "leave it out"),
            Error::NodesLimitReached => ("is not spoken".to_owned(), "it has too many elements and comments"),
            Error::NoRootNode | Error::UnclosedRootNode | Error::UnexpectedEndOfStream => {
                return self.wrong(self.text().len(), "ends", "close every element that is open");
            }
            Error::UnexpectedCloseTag(expected, found, _) => {
                let (expected, found) = (shorten(expected), shorten(found));
                (format!("closes `{found}` where `{expected}` is open"), "close the inner element first")
            }
            Error::UnknownEntityReference(name, _) => (
                format!("has the unknown entity `&{};`", shorten(name)),
                "there are: &amp; &lt; &gt; &quot; &apos; and numbers such as &#8211;",
            ),
            Error::MalformedEntityReference(_) => {
                ("has an `&` that begins no entity".to_owned(), "write it as `&amp;`")
            }
            Error::InvalidAttributeValue(_) => {
                ("has a bare `<` in an attribute".to_owned(), "write it as `&lt;`")
            }
            Error::DuplicatedAttribute(name, _) => {
                (format!("has the attribute `{}` twice", shorten(name)), "leave one out")
            }
            _ => ("is not well-formed XML".to_owned(), "in text, write `<` as `&lt;` and `&` as `&amp;`"),
        };
        let place = error.pos();
        self.wrong(self.offset(place.row, place.col), what, rule)
    }

    /// The byte at this line and column of the document, both from 1.
    fn offset(&self, line: u32, column: u32) -> usize {
        let count = |number: u32| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let text = self.text();
        let start = match count(line) {
            0 => 0,
            nth => text.match_indices('\n').nth(nth - 1).map_or(text.len(), |(at, _)| at + 1),
        };
        text[start..].char_indices().nth(count(column)).map_or(text.len(), |(at, _)| start + at)
    }
}

/// As much of a stranger's text as belongs into a message.
pub(super) fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refusal(text: &str) -> String {
        Source::new(text).parse().expect_err("not a document").message
    }

    #[test]
    fn mistakes_are_told_with_their_place_in_the_whole_text() {
        assert_eq!(
            refusal(" \n <a>é\n<b>x</a></b>"),
            "text: closes `a` where `b` is open at line 3, column 5; close the inner element first"
        );
        assert_eq!(
            refusal("\u{feff}<a>é &nbsp;</a>"),
            "text: has the unknown entity `&nbsp;` at line 1, column 7; there are: &amp; &lt; &gt; &quot; \
             &apos; and numbers such as &#8211;"
        );
        assert_eq!(
            refusal("<a>Wheels & Wins</a>"),
            "text: has an `&` that begins no entity at line 1, column 11; write it as `&amp;`"
        );
        assert_eq!(
            refusal("<a>\nWheels"),
            "text: ends at line 2, column 7; close every element that is open"
        );
    }

    #[test]
    fn nothing_is_expanded() {
        let laughs = "<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;&l;&l;\">]><a>&m;</a>";
        assert!(refusal(laughs).starts_with("text: has a DOCTYPE at line 1, column 1"));
        assert!(refusal("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>").contains("DOCTYPE"));
    }

    #[test]
    fn nodes_are_bounded() {
        assert!(refusal(&format!("<a>{}</a>", "<!---->".repeat(5_000))).contains("too many"));
        assert!(refusal(&"<a>".repeat(100_000)).starts_with("text: "));
    }

    #[test]
    fn attributes_are_bounded() {
        let attributes = |count: usize| (0..count).map(|n| format!(" a{n} = ''")).collect::<String>();
        assert!(Source::new(&format!("<a{}/>", attributes(64))).parse().is_ok());
        let message = "text: has too many attributes at line 1, column 4; an element may have 64";
        assert_eq!(refusal(&format!("<a><b{}/></a>", attributes(10_000))), message);
        let spaces: String = (0..10_000).map(|n| format!(" xmlns:a{n}=\">{n}\"")).collect();
        assert_eq!(refusal(&format!("<a><b{spaces}/></a>")), message);
        let inner = format!("<b{}/>", attributes(64)).repeat(100);
        assert!(Source::new(&format!("<a>{inner}</a>")).parse().is_ok());
    }

    #[test]
    fn names_are_as_written() {
        let source = Source::new("  <x:a xmlns:x='u'/>");
        let document = source.parse().expect("a document");
        assert_eq!(source.name(document.root_element()), "x:a");
    }
}
