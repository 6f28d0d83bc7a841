//! Sentence templates: `(spent|paid) {amount:money} (on|for) {category} [yesterday|on {date:date}]`.
//!
//! `(a|b)` is a choice, `[c]` may be left out, `{name}` and `{name:type}` are slots. In a template with a slot for a day, an
//! alternative that is nothing but a day (`yesterday`) fills that slot too; the same goes for periods.

mod glance;
mod parse;
mod program;

pub(crate) use glance::{may_match, sure_words};
pub(crate) use parse::parse;
pub(crate) use program::Op;

/// Longest template in bytes; longer ones are ignored.
const LONGEST: usize = 500;
/// Deepest nesting of choices.
const DEEPEST: usize = 8;
/// Longest program; templates that need more are ignored.
const LARGEST: usize = 200;

/// What may stand in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Money,
    Number,
    Date,
    Period,
    Place,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "money" => Self::Money,
            "number" => Self::Number,
            "date" => Self::Date,
            "period" => Self::Period,
            "place" => Self::Place,
            _ => return None,
        })
    }

    /// Whether any words will do.
    pub(crate) fn is_free(self) -> bool {
        matches!(self, Self::Text | Self::Place)
    }
}

/// `{name:kind}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// A word that is said as it is. `shown` is how the author wrote it; the second half of a contraction shows nothing.
    Word { norm: String, shown: String },
    /// The template's slot of this number.
    Slot(usize),
    /// One of several; none of them if `optional`.
    Choice { options: Vec<Vec<Part>>, optional: bool },
}

/// A template that can be matched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    pub(crate) parts: Vec<Part>,
    /// In the order in which they are written.
    pub(crate) slots: Vec<Slot>,
    /// The same as `parts`, for matching.
    pub(crate) program: Vec<Op>,
}
