//! The contract of documents as plainly as it can be written: everything in memory, compared by JSON value.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use wheelhouse_core::document::{
    Aggregation, Condition, Document, FieldPath, Function, Group, Operator, Order, Query, Scalar, SortKey,
};

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) documents: Vec<Document>,
}

impl Model {
    /// Ids of all documents that fulfil the conditions, in order, without regard to limit and cursor.
    pub(crate) fn list<'m>(&'m self, query: &'m Query) -> Vec<&'m str> {
        let mut found: Vec<&Document> = self.matching(&query.conditions).collect();
        found.sort_by(|a, b| {
            let levels = query.order.iter().map(|order| compare_by(order, a, b));
            levels.fold(Ordering::Equal, Ordering::then).then_with(|| a.id.cmp(&b.id))
        });
        found.into_iter().map(|document| document.id.as_str()).collect()
    }

    /// Groups, each with how large the numbers in it are together: what rounding of their sum is to be measured by.
    pub(crate) fn aggregate(&self, aggregation: &Aggregation) -> Vec<(Group, f64)> {
        let mut groups: Vec<(Scalar, Vec<&Document>)> = Vec::new();
        if aggregation.group_by.is_none() {
            groups.push((Scalar::Null, Vec::new()));
        }
        for document in self.matching(&aggregation.conditions) {
            let key = aggregation.group_by.as_ref().map_or(Scalar::Null, |path| scalar(&document.body, path));
            match groups.iter_mut().find(|(present, _)| compare(present, &key) == Ordering::Equal) {
                Some((_, documents)) => documents.push(document),
                None => groups.push((key, vec![document])),
            }
        }
        groups.sort_by(|(a, _), (b, _)| compare(a, b));
        groups
            .into_iter()
            .map(|(key, documents)| {
                let numbers = numbers(aggregation, &documents);
                let magnitude = numbers.iter().map(|number| decimal(number).abs()).sum();
                let value = figure(aggregation, &numbers, documents.len());
                (Group { key, value, count: documents.len() as u64 }, magnitude)
            })
            .collect()
    }

    fn matching<'m>(&'m self, conditions: &'m [Condition]) -> impl Iterator<Item = &'m Document> {
        self.documents.iter().filter(|document| conditions.iter().all(|c| holds(c, &document.body)))
    }
}

/// The numbers to compute with, in their order.
fn numbers(aggregation: &Aggregation, documents: &[&Document]) -> Vec<Scalar> {
    let Some(field) = &aggregation.field else { return Vec::new() };
    let mut numbers: Vec<Scalar> = documents
        .iter()
        .map(|document| scalar(&document.body, field))
        .filter(|value| matches!(value, Scalar::Integer(_) | Scalar::Decimal(_)))
        .collect();
    numbers.sort_by(compare);
    numbers
}

fn decimal(number: &Scalar) -> f64 {
    match number {
        Scalar::Integer(integer) => *integer as f64,
        Scalar::Decimal(decimal) => *decimal,
        other => panic!("{other:?} is no number"),
    }
}

fn figure(aggregation: &Aggregation, numbers: &[Scalar], documents: usize) -> Scalar {
    let whole: Option<i128> = numbers
        .iter()
        .map(|number| if let Scalar::Integer(integer) = number { Some(i128::from(*integer)) } else { None })
        .sum();
    let sum = whole.map_or_else(|| numbers.iter().map(decimal).sum(), |whole| whole as f64);
    match aggregation.function {
        Function::Count if aggregation.field.is_none() => Scalar::Integer(documents as i64),
        Function::Count => Scalar::Integer(numbers.len() as i64),
        Function::Sum => match whole.map(i64::try_from) {
            Some(Ok(whole)) => Scalar::Integer(whole),
            _ => Scalar::Decimal(sum),
        },
        Function::Min => numbers.first().cloned().unwrap_or(Scalar::Null),
        Function::Max => numbers.last().cloned().unwrap_or(Scalar::Null),
        Function::Avg if numbers.is_empty() => Scalar::Null,
        Function::Avg => Scalar::Decimal(sum / numbers.len() as f64),
    }
}

fn value<'b>(body: &'b Map<String, Value>, path: &FieldPath) -> Option<&'b Value> {
    let (first, rest) = path.names().split_first()?;
    rest.iter().try_fold(body.get(first)?, |value, name| value.as_object()?.get(name))
}

/// The value as a scalar; arrays and objects are null here.
fn scalar(body: &Map<String, Value>, path: &FieldPath) -> Scalar {
    match value(body, path) {
        Some(Value::Bool(boolean)) => Scalar::Boolean(*boolean),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(integer) => Scalar::Integer(integer),
            None => canonical(number.as_f64().unwrap()),
        },
        Some(Value::String(text)) => Scalar::Text(text.clone()),
        None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => Scalar::Null,
    }
}

fn canonical(decimal: f64) -> Scalar {
    let as_integer = decimal as i128;
    match i64::try_from(as_integer) {
        Ok(integer) if as_integer as f64 == decimal => Scalar::Integer(integer),
        _ => Scalar::Decimal(decimal),
    }
}

fn holds(condition: &Condition, body: &Map<String, Value>) -> bool {
    let Condition { field, operator, value: wanted } = condition;
    let present = scalar(body, field);
    let is_other = matches!(value(body, field), Some(Value::Array(_) | Value::Object(_)));
    let is_same_type = type_rank(&present) == type_rank(wanted) && !is_other;
    let ordering = compare(&present, wanted);
    match operator {
        Operator::Equal => is_same_type && ordering.is_eq(),
        Operator::NotEqual => !(is_same_type && ordering.is_eq()),
        Operator::Less => is_same_type && ordering.is_lt(),
        Operator::LessOrEqual => is_same_type && ordering.is_le(),
        Operator::Greater => is_same_type && ordering.is_gt(),
        Operator::GreaterOrEqual => is_same_type && ordering.is_ge(),
        Operator::Contains => match (&present, wanted) {
            (Scalar::Text(text), Scalar::Text(part)) => {
                text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
            }
            _ => false,
        },
    }
}

fn compare_by(order: &Order, a: &Document, b: &Document) -> Ordering {
    let ordering = match &order.key {
        SortKey::Created => a.created.cmp(&b.created),
        SortKey::Updated => a.updated.cmp(&b.updated),
        SortKey::Field(path) => compare(&scalar(&a.body, path), &scalar(&b.body, path)),
    };
    if order.descending { ordering.reverse() } else { ordering }
}

fn type_rank(value: &Scalar) -> u8 {
    match value {
        Scalar::Null => 0,
        Scalar::Boolean(_) => 1,
        Scalar::Integer(_) | Scalar::Decimal(_) => 2,
        Scalar::Text(_) => 3,
    }
}

pub(crate) fn compare(a: &Scalar, b: &Scalar) -> Ordering {
    match (a, b) {
        (Scalar::Boolean(a), Scalar::Boolean(b)) => a.cmp(b),
        (Scalar::Integer(a), Scalar::Integer(b)) => a.cmp(b),
        (Scalar::Decimal(a), Scalar::Decimal(b)) => a.partial_cmp(b).unwrap(),
        (Scalar::Integer(a), Scalar::Decimal(b)) => compare_mixed(*a, *b),
        (Scalar::Decimal(a), Scalar::Integer(b)) => compare_mixed(*b, *a).reverse(),
        // Texts of Rust are compared by bytes, which is by code points.
        (Scalar::Text(a), Scalar::Text(b)) => a.cmp(b),
        _ => type_rank(a).cmp(&type_rank(b)),
    }
}

/// Compares whole parts as integers, and only then what is behind the point.
fn compare_mixed(integer: i64, decimal: f64) -> Ordering {
    let floor = decimal.floor();
    i128::from(integer).cmp(&(floor as i128)).then(if decimal > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    })
}
