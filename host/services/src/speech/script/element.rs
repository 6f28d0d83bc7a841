//! One element of SSML: its attributes and its text, held against what there is.

use std::fmt::Display;

use roxmltree::{Attribute, Node};
use wheelhouse_core::{Failure, Result};

use super::xml::{Source, shorten};

const NAMESPACE: &str = "http://www.w3.org/2001/10/synthesis";

/// Each element with its attributes.
const ELEMENTS: [(&str, &[&str]); 8] = [
    ("speak", &["version", "xml:lang"]),
    ("p", &[]),
    ("s", &[]),
    ("break", &["time", "strength"]),
    ("prosody", &["rate", "pitch", "volume"]),
    ("say-as", &["interpret-as", "format"]),
    ("sub", &["alias"]),
    ("emphasis", &["level"]),
];

/// An element that there is, with no attributes but its own.
pub(super) struct Element<'d, 't> {
    /// Its name.
    pub name: &'static str,
    /// Its place in the document.
    pub node: Node<'d, 't>,
    source: Source<'t>,
}

impl<'d, 't> Element<'d, 't> {
    /// The root, which is `speak`.
    pub(super) fn root(source: Source<'t>, node: Node<'d, 't>) -> Result<Self> {
        let written = source.name(node);
        if written != "speak" {
            let what = format!("begins with `{}`", shorten(written));
            return Err(source.wrong(node.range().start, what, "the root is `speak`"));
        }
        Self { name: "speak", node, source }.checked()
    }

    /// Any other element.
    pub(super) fn inner(source: Source<'t>, node: Node<'d, 't>) -> Result<Self> {
        let written = source.name(node);
        let known = || ELEMENTS[1..].iter().map(|(name, _)| *name);
        let Some(name) = known().find(|known| *known == written) else {
            let what = format!("has the element `{}`", shorten(written));
            let rule = format!("inside of `speak` there are: {}", known().collect::<Vec<_>>().join(", "));
            return Err(source.wrong(node.range().start, what, rule));
        };
        Self { name, node, source }.checked()
    }

    fn checked(self) -> Result<Self> {
        let Self { name, node, source } = self;
        if node.tag_name().namespace().is_some_and(|namespace| namespace != NAMESPACE) {
            let what = format!("has `{name}` of another namespace");
            return Err(self.wrong(what, format!("`xmlns` is {NAMESPACE}")));
        }
        let (_, known) = ELEMENTS.iter().find(|(known, _)| *known == name).copied().unwrap_or_default();
        for attribute in node.attributes() {
            let written = self.attribute_name(attribute);
            if !known.contains(&written) {
                let what = format!("has the attribute `{}` of `{name}`", shorten(written));
                let rule = match known {
                    [] => format!("`{name}` has no attributes"),
                    _ => format!("`{name}` has: {}", known.join(", ")),
                };
                return Err(source.wrong(attribute.range().start, what, rule));
            }
        }
        Ok(self)
    }

    /// What is wrong with it, and what would be right.
    pub(super) fn wrong(&self, what: impl Display, rule: impl Display) -> Failure {
        self.source.wrong(self.node.range().start, what, rule)
    }

    /// The text of an element that holds nothing else.
    pub(super) fn content(&self) -> Result<String> {
        let name = self.name;
        if let Some(inner) = self.node.children().find(Node::is_element) {
            let what = format!("has `{}` inside of `{name}`", shorten(self.source.name(inner)));
            return Err(self.source.wrong(inner.range().start, what, format!("`{name}` holds no elements")));
        }
        Ok(self.node.children().filter(Node::is_text).filter_map(|node| node.text()).collect())
    }

    /// The value of an attribute, if it is there. `rule` says what `parse` takes.
    pub(super) fn value<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&'d str) -> Option<T>,
        rule: &str,
    ) -> Result<Option<T>> {
        let mut attributes = self.node.attributes();
        let Some(attribute) = attributes.find(|attribute| self.attribute_name(*attribute) == name) else {
            return Ok(None);
        };
        match parse(attribute.value().trim()) {
            Some(value) => Ok(Some(value)),
            None => {
                let what = format!("has `{name}=\"{}\"`", shorten(attribute.value()));
                Err(self.source.wrong(attribute.range().start, what, format!("`{name}` is {rule}")))
            }
        }
    }

    /// The value of an attribute that must be there.
    pub(super) fn required<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&'d str) -> Option<T>,
        rule: &str,
    ) -> Result<T> {
        let missing =
            || self.wrong(format!("has `{}` without `{name}`", self.name), format!("`{name}` is {rule}"));
        self.value(name, parse, rule)?.ok_or_else(missing)
    }

    fn attribute_name(&self, attribute: Attribute<'d, 't>) -> &'t str {
        &self.source.text()[attribute.range_qname()]
    }
}
