//! The document store of the build machine: each thread, and so each test, has one of its own. It keeps the contract's promises,
//! so that a test that passes here does not fail on a host.

use std::{
    cell::RefCell,
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

use serde_json::{Map, Value as Json};

use super::wit::{
    Aggregation, Condition, Document, Function, Group, Operator, Order, Page, Query, Scope, Value,
};
use crate::Failure;

struct Store {
    user: Option<String>,
    clock: u64,
    collections: HashMap<(Option<String>, String), BTreeMap<String, Stored>>,
}

#[derive(Clone)]
struct Stored {
    revision: u64,
    body: Map<String, Json>,
    created: u64,
    updated: u64,
}

thread_local! {
    static STORE: RefCell<Store> = RefCell::new(Store {
        user: Some("ann".into()),
        clock: 1_795_395_780_000,
        collections: HashMap::new(),
    });
}

pub(crate) fn act_for(user: Option<String>) {
    STORE.with_borrow_mut(|store| store.user = user);
}

fn with<R>(
    scope: Scope,
    collection: &str,
    act: impl FnOnce(&mut BTreeMap<String, Stored>, u64) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if collection.is_empty() || collection.len() > 64 || !collection.chars().all(allowed) {
        return Err(Failure::invalid(format!("`{collection}` is no name for a collection.")));
    }
    STORE.with_borrow_mut(|store| {
        let owner = match scope {
            Scope::Shared => None,
            Scope::User => {
                Some(store.user.clone().ok_or_else(|| Failure::denied("Documents of a user need a user."))?)
            }
        };
        store.clock += 1;
        act(store.collections.entry((owner, collection.to_owned())).or_default(), store.clock)
    })
}

impl Stored {
    fn document(&self, id: &str) -> Document {
        Document {
            id: id.to_owned(),
            revision: self.revision,
            body: Json::Object(self.body.clone()).to_string(),
            created: self.created,
            updated: self.updated,
        }
    }
}

fn object(body: &str) -> Result<Map<String, Json>, Failure> {
    serde_json::from_str(body).map_err(|_| Failure::invalid("The body of a document is a JSON object."))
}

pub(super) fn insert(
    scope: Scope,
    collection: &str,
    id: Option<&str>,
    body: &str,
) -> Result<Document, Failure> {
    let body = object(body)?;
    with(scope, collection, |documents, now| {
        let id = id.map_or_else(|| format!("id-{now}"), str::to_owned);
        if id.is_empty() || id.len() > 128 {
            return Err(Failure::invalid("The id of a document has 1 to 128 bytes."));
        }
        if documents.contains_key(&id) {
            return Err(Failure::conflict(format!("There is a document `{id}` already.")));
        }
        let stored = Stored { revision: 1, body, created: now, updated: now };
        let document = stored.document(&id);
        documents.insert(id, stored);
        Ok(document)
    })
}

pub(super) fn get(scope: Scope, collection: &str, id: &str) -> Result<Option<Document>, Failure> {
    with(scope, collection, |documents, _| Ok(documents.get(id).map(|stored| stored.document(id))))
}

pub(super) fn replace(
    scope: Scope,
    collection: &str,
    id: &str,
    revision: u64,
    body: &str,
) -> Result<Document, Failure> {
    let body = object(body)?;
    with(scope, collection, |documents, now| {
        let Some(stored) = documents.get_mut(id) else {
            return Err(Failure::not_found(format!("There is no document `{id}`.")));
        };
        if stored.revision != revision {
            return Err(Failure::conflict(format!("The document `{id}` has changed.")));
        }
        *stored = Stored { revision: revision + 1, body, created: stored.created, updated: now };
        Ok(stored.document(id))
    })
}

pub(super) fn delete(scope: Scope, collection: &str, id: &str) -> Result<bool, Failure> {
    with(scope, collection, |documents, _| Ok(documents.remove(id).is_some()))
}

pub(super) fn list(scope: Scope, collection: &str, query: &Query) -> Result<Page, Failure> {
    if !(1..=500).contains(&query.limit) {
        return Err(Failure::invalid_field("limit", "The limit must be from 1 to 500."));
    }
    if query.order.len() > 4 {
        return Err(Failure::invalid("A query has at most 4 orders."));
    }
    check(&query.conditions)?;
    with(scope, collection, |documents, _| {
        let mut found: Vec<(&String, &Stored)> =
            documents.iter().filter(|(_, stored)| holds(&query.conditions, stored)).collect();
        found.sort_by(|a, b| compare(&query.order, *a, *b));
        let start = match &query.cursor {
            None => 0,
            // The id of the last document of the page before.
            Some(cursor) => {
                let last = found.iter().position(|(id, _)| *id == cursor);
                last.ok_or_else(|| Failure::invalid_field("cursor", "The cursor is not one of this list."))?
                    + 1
            }
        };
        let rest = &found[start..];
        let page = &rest[..rest.len().min(query.limit as usize)];
        let next = (rest.len() > page.len()).then(|| page.last().map(|(id, _)| (*id).clone())).flatten();
        Ok(Page { documents: page.iter().map(|(id, stored)| stored.document(id)).collect(), next })
    })
}

pub(super) fn aggregate(
    scope: Scope,
    collection: &str,
    aggregation: &Aggregation,
) -> Result<Vec<Group>, Failure> {
    check(&aggregation.conditions)?;
    if aggregation.field.is_none() && aggregation.function != Function::Count {
        return Err(Failure::invalid("Only a count goes without a field."));
    }
    with(scope, collection, |documents, _| {
        let mut groups: Vec<(Value, Vec<Json>, u64)> = Vec::new();
        for stored in documents.values().filter(|stored| holds(&aggregation.conditions, stored)) {
            let key = aggregation.group_by.as_deref().map_or(Value::Null, |path| scalar(field(stored, path)));
            let number =
                aggregation.field.as_deref().and_then(|path| field(stored, path)).filter(|v| v.is_number());
            if aggregation.field.is_some() && number.is_none() {
                continue;
            }
            let group = match groups.iter_mut().find(|(known, ..)| *known == key) {
                Some(group) => group,
                None => {
                    groups.push((key, Vec::new(), 0));
                    groups.last_mut().expect("just pushed")
                }
            };
            group.1.extend(number.cloned());
            group.2 += 1;
        }
        if groups.is_empty() && aggregation.group_by.is_none() {
            groups.push((Value::Null, Vec::new(), 0));
        }
        if groups.len() > 1_000 {
            return Err(Failure::invalid("There are more than 1,000 groups."));
        }
        groups.sort_by(|(a, ..), (b, ..)| order_values(a, b));
        Ok(groups
            .into_iter()
            .map(|(key, numbers, count)| Group {
                key,
                value: figure(aggregation.function, &numbers, count),
                count,
            })
            .collect())
    })
}

#[allow(clippy::cast_precision_loss)]
fn figure(function: Function, numbers: &[Json], count: u64) -> Value {
    let floats = || numbers.iter().filter_map(Json::as_f64);
    let whole = |float: f64| match numbers.iter().find(|n| n.as_f64() == Some(float)).and_then(Json::as_i64) {
        Some(integer) => Value::Integer(integer),
        None => Value::Decimal(float),
    };
    match function {
        Function::Count => Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)),
        Function::Sum => match numbers.iter().map(Json::as_i64).sum::<Option<i64>>() {
            Some(sum) => Value::Integer(sum),
            None => Value::Decimal(floats().sum()),
        },
        Function::Min => floats().min_by(f64::total_cmp).map_or(Value::Null, whole),
        Function::Max => floats().max_by(f64::total_cmp).map_or(Value::Null, whole),
        Function::Avg if numbers.is_empty() => Value::Null,
        Function::Avg => Value::Decimal(floats().sum::<f64>() / numbers.len() as f64),
    }
}

fn check(conditions: &[Condition]) -> Result<(), Failure> {
    if conditions.len() > 16 {
        return Err(Failure::invalid("A query has at most 16 conditions."));
    }
    Ok(())
}

fn field<'s>(stored: &'s Stored, path: &str) -> Option<&'s Json> {
    let mut names = path.split('.');
    let first = stored.body.get(names.next()?)?;
    names.try_fold(first, |value, name| value.as_object()?.get(name))
}

fn scalar(value: Option<&Json>) -> Value {
    match value {
        Some(Json::Bool(value)) => Value::Boolean(*value),
        Some(Json::String(text)) => Value::Text(text.clone()),
        Some(Json::Number(number)) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => number.as_f64().map_or(Value::Null, Value::Decimal),
        },
        _ => Value::Null,
    }
}

fn holds(conditions: &[Condition], stored: &Stored) -> bool {
    conditions.iter().all(|condition| {
        let found = scalar(field(stored, &condition.field));
        let order = same_kind(&found, &condition.value).then(|| order_values(&found, &condition.value));
        let equal = order == Some(Ordering::Equal);
        match condition.operator {
            Operator::Equal => equal,
            Operator::NotEqual => !equal,
            _ if condition.value == Value::Null => false,
            Operator::Less => order == Some(Ordering::Less),
            Operator::LessOrEqual => order.is_some_and(Ordering::is_le),
            Operator::Greater => order == Some(Ordering::Greater),
            Operator::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            Operator::Contains => match (&found, &condition.value) {
                (Value::Text(text), Value::Text(part)) => {
                    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
                }
                _ => false,
            },
        }
    })
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Boolean(_) => 1,
        Value::Integer(_) | Value::Decimal(_) => 2,
        Value::Text(_) => 3,
    }
}

fn same_kind(a: &Value, b: &Value) -> bool {
    rank(a) == rank(b)
}

#[allow(clippy::cast_precision_loss)]
fn order_values(a: &Value, b: &Value) -> Ordering {
    let float = |value: &Value| match value {
        Value::Integer(number) => *number as f64,
        Value::Decimal(number) => *number,
        _ => 0.0,
    };
    match (a, b) {
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (a, b) if rank(a) == 2 && rank(b) == 2 => float(a).total_cmp(&float(b)),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

fn compare(order: &[Order], a: (&String, &Stored), b: (&String, &Stored)) -> Ordering {
    for Order { field: name, descending } in order {
        let ordering = match name.as_str() {
            "$created" => a.1.created.cmp(&b.1.created),
            "$updated" => a.1.updated.cmp(&b.1.updated),
            name => order_values(&scalar(field(a.1, name)), &scalar(field(b.1, name))),
        };
        let ordering = if *descending { ordering.reverse() } else { ordering };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    a.0.cmp(b.0)
}
