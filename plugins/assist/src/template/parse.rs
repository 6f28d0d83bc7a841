//! Reads templates.

use wheelhouse_sdk::jiff::civil::date;

use super::{DEEPEST, Kind, LARGEST, LONGEST, Part, Slot, Template, program};
use crate::{
    slots::{self, Lean, Speaker},
    words,
};

/// Reads a template. `None` when it is malformed, too large, or would fit a sentence in which nothing is said (every way through it
/// has to have a word or a slot that is neither text nor place).
pub(crate) fn parse(text: &str) -> Option<Template> {
    if text.len() > LONGEST {
        return None;
    }
    let mut reader = Reader { rest: text, slots: Vec::new(), depth: 0 };
    let mut options = reader.options(None)?;
    fill_days(&mut options, &mut reader.slots);
    let parts = match options.len() {
        1 => options.pop()?,
        _ => vec![Part::Choice { options, optional: false }],
    };
    let slots = reader.slots;
    if !always_says_something(&parts, &slots) {
        return None;
    }
    let program = program::compile(&parts);
    if program.len() > LARGEST {
        return None;
    }
    Some(Template { parts, slots, program })
}

struct Reader<'t> {
    rest: &'t str,
    slots: Vec<Slot>,
    depth: usize,
}

impl Reader<'_> {
    /// Alternatives up to the bracket that closes them.
    fn options(&mut self, close: Option<char>) -> Option<Vec<Vec<Part>>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut options = vec![Vec::new()];
        let mut after_word = false;
        loop {
            let option: &mut Vec<Part> = options.last_mut()?;
            let literal = self.rest.find(['(', ')', '[', ']', '{', '}', '|']).unwrap_or(self.rest.len());
            let (words, rest) = self.rest.split_at(literal);
            option.extend(literal_parts(words));
            if let Some(last) = words.chars().last() {
                after_word = last.is_alphanumeric();
            }
            self.rest = rest;
            let Some(mark) = rest.chars().next() else {
                return finished(close.is_none(), options, &mut self.depth);
            };
            self.rest = &rest[1..];
            if matches!(mark, '(' | '[') && after_word {
                // `expense[s]`: words are compared without the plural's s.
                let plural = if mark == '(' { "s)" } else { "s]" };
                self.rest = self.rest.strip_prefix(plural)?;
                continue;
            }
            after_word = false;
            match mark {
                '(' => option.push(Part::Choice { options: self.options(Some(')'))?, optional: false }),
                '[' => option.push(Part::Choice { options: self.options(Some(']'))?, optional: true }),
                '{' => option.push(self.slot()?),
                '|' => options.push(Vec::new()),
                mark if close == Some(mark) => return finished(true, options, &mut self.depth),
                _ => return None,
            }
        }
    }

    fn slot(&mut self) -> Option<Part> {
        let (inside, rest) = self.rest.split_once('}')?;
        self.rest = rest;
        let (name, kind) = match inside.split_once(':') {
            Some((name, kind)) => (name.trim(), Kind::named(kind.trim())?),
            None => (inside.trim(), Kind::Text),
        };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        self.slots.push(Slot { name: name.to_owned(), kind });
        Some(Part::Slot(self.slots.len() - 1))
    }
}

/// The alternatives, each of which has to say something.
fn finished(closed: bool, mut options: Vec<Vec<Part>>, depth: &mut usize) -> Option<Vec<Vec<Part>>> {
    *depth -= 1;
    // A choice that is all there is of an alternative is part of the choice around it.
    let mut flat = Vec::with_capacity(options.len());
    for option in &mut options {
        match option.as_mut_slice() {
            [Part::Choice { options, optional: false }] => flat.append(options),
            _ => flat.push(std::mem::take(option)),
        }
    }
    (closed && flat.iter().all(|option| !option.is_empty())).then_some(flat)
}

fn literal_parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut shown_to = 0;
    for word in words::words(text) {
        // The second half of a contraction stands at the same place as the first.
        let shown = text
            .get(word.span.clone())
            .filter(|_| word.span.start >= shown_to)
            .unwrap_or_default()
            .to_owned();
        shown_to = word.span.end;
        parts.push(Part::Word { norm: word.norm, shown });
    }
    parts
}

fn always_says_something(parts: &[Part], slots: &[Slot]) -> bool {
    parts.iter().any(|part| match part {
        Part::Word { .. } => true,
        Part::Slot(slot) => !slots[*slot].kind.is_free(),
        Part::Choice { options, optional } => {
            !optional && options.iter().all(|option| always_says_something(option, slots))
        }
    })
}

/// Turns alternatives that are nothing but a day or a period into the slot for it.
fn fill_days(options: &mut [Vec<Part>], slots: &mut Vec<Slot>) {
    let day = slots.iter().find(|slot| matches!(slot.kind, Kind::Date | Kind::Period)).cloned();
    if let Some(day) = day {
        for option in options {
            fill_days_below(option, &day, slots);
        }
    }
}

fn fill_days_below(parts: &mut [Part], day: &Slot, slots: &mut Vec<Slot>) {
    for part in parts {
        let Part::Choice { options, .. } = part else { continue };
        for option in options {
            if is_day(option, day.kind) {
                slots.push(day.clone());
                *option = vec![Part::Slot(slots.len() - 1)];
            } else {
                fill_days_below(option, day, slots);
            }
        }
    }
}

fn is_day(option: &[Part], kind: Kind) -> bool {
    const FIRST: [&str; 12] = [
        "today",
        "tonight",
        "yesterday",
        "tomorrow",
        "this",
        "last",
        "past",
        "next",
        "the",
        "day",
        "in",
        "on",
    ];
    // Most options are none, and reading days is slow.
    if !matches!(option.first(), Some(Part::Word { norm, .. }) if FIRST.contains(&norm.as_str())) {
        return false;
    }
    let mut text = String::new();
    for part in option {
        let Part::Word { norm, .. } = part else { return false };
        text.push_str(norm);
        text.push(' ');
    }
    let words = words::words(&text);
    // Which day it is does not matter here: all that counts is that it is one.
    let speaker = Speaker::new(date(2026, 11, 22), "en-US");
    slots::read(kind, &words, 0, &speaker, Lean::Past).iter().any(|reading| reading.end == words.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn slots_have_names_and_kinds() {
        let template = parse("(spent|paid) {amount:money} (on|for) {category}").unwrap();
        let slots: Vec<_> = template.slots.iter().map(|slot| (slot.name.as_str(), slot.kind)).collect();
        assert_eq!(slots, [("amount", Kind::Money), ("category", Kind::Text)]);
    }

    #[test]
    fn a_day_among_alternatives_fills_the_slot_for_it() {
        let template = parse("spent {amount:money} [yesterday|on {date:date}]").unwrap();
        assert_eq!(template.slots.len(), 3);
        assert_eq!(template.slots[2], Slot { name: "date".into(), kind: Kind::Date });
        let template = parse("show spending [this month|this week|{period:period}]").unwrap();
        assert_eq!(template.slots.len(), 3);
    }

    #[test]
    fn a_plural_in_brackets_is_understood() {
        let template = parse("show expense[s] and budget(s)").unwrap();
        assert_eq!(template, parse("show expense and budget").unwrap());
    }

    #[test]
    fn malformed_templates_are_ignored() {
        for text in [
            "",
            " ",
            "(a",
            "a)",
            "[a",
            "a]",
            "{a",
            "a}",
            "()",
            "[]",
            "{}",
            "(a|)",
            "a {b:colour}",
            "a {b c}",
            "{only_text}",
            "[a]",
            "[a] {b}",
            "a|{b}",
            "(a]",
            "a {b:}",
            "{:money}",
            "((((((((((a))))))))))",
            "word(other)",
            "{a} [b] {c}",
            "()|x",
            "a { {b} }",
            "\u{0}",
            "(((",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"a ".repeat(251)), None);
        assert_eq!(parse(&"(a|b) ".repeat(83)), None);
        assert!(parse("a|b").is_some());
        assert!(parse("{amount:money} [for] {category}").is_some());
    }
}
