//! Questions about many documents.

use std::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};

use super::{Function, Operator, Page, Scope, Value, backend, read, wit};
use crate::{Amount, Date, Failure};

/// Which documents, and in what order. All conditions must hold. Fields are members of the body or paths with dots: `place.city`.
#[derive(Debug, Clone)]
pub struct Query<T> {
    scope: Scope,
    collection: &'static str,
    conditions: Vec<wit::Condition>,
    order: Vec<wit::Order>,
    kind: PhantomData<fn() -> T>,
}

/// A figure over the documents that have the same value in a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The value; null for documents that have no such field.
    pub key: Value,
    /// The figure; null where there was nothing to compute with.
    pub value: Value,
    /// How many documents went into it.
    pub count: u64,
}

impl<T: Serialize + DeserializeOwned> Query<T> {
    pub(super) fn new(scope: Scope, collection: &'static str) -> Self {
        Self { scope, collection, conditions: Vec::new(), order: Vec::new(), kind: PhantomData }
    }

    /// The field compares so with the value. At most 16 conditions.
    #[must_use]
    pub fn filter(mut self, field: &str, operator: Operator, value: impl Into<Value>) -> Self {
        self.conditions.push(wit::Condition { field: field.to_owned(), operator, value: value.into() });
        self
    }

    /// The field has this value.
    #[must_use]
    pub fn equal(self, field: &str, value: impl Into<Value>) -> Self {
        self.filter(field, Operator::Equal, value)
    }

    /// The field has this value or a larger one.
    #[must_use]
    pub fn at_least(self, field: &str, value: impl Into<Value>) -> Self {
        self.filter(field, Operator::GreaterOrEqual, value)
    }

    /// The field has this value or a smaller one.
    #[must_use]
    pub fn at_most(self, field: &str, value: impl Into<Value>) -> Self {
        self.filter(field, Operator::LessOrEqual, value)
    }

    /// Sorts by this field; `$created` and `$updated` are the document's times. At most 4; ties are in the order of ids.
    #[must_use]
    pub fn order_by(mut self, field: &str) -> Self {
        self.order.push(wit::Order { field: field.to_owned(), descending: false });
        self
    }

    /// Sorts by this field, the largest first.
    #[must_use]
    pub fn order_by_descending(mut self, field: &str) -> Self {
        self.order.push(wit::Order { field: field.to_owned(), descending: true });
        self
    }

    /// Sorts by time of insertion, the latest first.
    #[must_use]
    pub fn newest_first(self) -> Self {
        self.order_by_descending("$created")
    }

    /// One part of the list: up to `limit` (1 to 500) documents behind `cursor`, which is [`Page::next`] of the part before.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range or a cursor of another query.
    pub fn page(self, limit: u32, cursor: Option<String>) -> Result<Page<T>, Failure> {
        let query = wit::Query { conditions: self.conditions, order: self.order, limit, cursor };
        let page = backend::list(self.scope, self.collection, &query)?;
        let documents = page.documents.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Page { documents, next: page.next })
    }

    /// How many documents there are.
    ///
    /// # Errors
    /// Those of [`Collection`](super::Collection).
    pub fn count(self) -> Result<u64, Failure> {
        Ok(self.aggregate(Function::Count, None, None)?.first().map_or(0, |group| group.count))
    }

    /// The sum of a field of whole numbers; 0 of nothing.
    ///
    /// # Errors
    /// `Internal` when there are numbers that are not whole.
    pub fn sum(self, field: &str) -> Result<i64, Failure> {
        match self.aggregate(Function::Sum, Some(field), None)?.first().map(|group| &group.value) {
            None | Some(Value::Null) => Ok(0),
            Some(Value::Integer(sum)) => Ok(*sum),
            Some(_) => Err(Failure::internal("A sum of whole numbers is not whole.")),
        }
    }

    /// A figure over a field for each value of another, in the order of these values. Only [`Function::Count`] goes without a field.
    ///
    /// # Errors
    /// `Invalid` for more than 1,000 groups.
    pub fn aggregate(
        self,
        function: Function,
        field: Option<&str>,
        group_by: Option<&str>,
    ) -> Result<Vec<Group>, Failure> {
        let aggregation = wit::Aggregation {
            conditions: self.conditions,
            function,
            field: field.map(str::to_owned),
            group_by: group_by.map(str::to_owned),
        };
        let groups = backend::aggregate(self.scope, self.collection, &aggregation)?;
        Ok(groups.into_iter().map(|wit::Group { key, value, count }| Group { key, value, count }).collect())
    }
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Text(date.to_string())
    }
}

/// In hundredths, as amounts belong into documents.
impl From<Amount> for Value {
    fn from(amount: Amount) -> Self {
        Self::Integer(amount.minor())
    }
}
