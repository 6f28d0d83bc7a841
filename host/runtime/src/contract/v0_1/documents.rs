//! The import `documents`.

use serde_json::{Map, Value};
use wheelhouse_core::{
    Failure, FailureClass, Result,
    document::{
        Aggregation, Collection, Condition, Document, FieldPath, Function, Group, Operator, Order, Page,
        Query, Scalar, SortKey,
    },
};

use super::{failure, imports::documents as wit};
use crate::state::{DocumentAccess, State};

type Answer<T> = std::result::Result<T, wit::Failure>;

impl super::imports::types::Host for State {}

impl wit::Host for State {
    async fn insert(
        &mut self,
        scope: wit::Scope,
        collection: String,
        id: Option<String>,
        body: String,
    ) -> Answer<wit::Document> {
        self.came_to_be_kept(body.len());
        let opened = self.open(scope, collection);
        let inserted = async {
            let (access, collection) = opened?;
            let now = access.clock.now();
            let id = match id {
                Some(id) => checked_id(id)?,
                None => access.entropy.uuid(now).to_string(),
            };
            let body = read_body(&body, access.body_bytes)?;
            access.store.insert(&collection, &id, body, now).await
        }
        .await;
        self.answer(inserted.and_then(to_document))
    }

    async fn get(
        &mut self,
        scope: wit::Scope,
        collection: String,
        id: String,
    ) -> Answer<Option<wit::Document>> {
        let opened = self.open(scope, collection);
        let found = async {
            let (access, collection) = opened?;
            access.store.find(&collection, &checked_id(id)?).await
        }
        .await;
        self.answer(found.and_then(|found| found.map(to_document).transpose()))
    }

    async fn replace(
        &mut self,
        scope: wit::Scope,
        collection: String,
        id: String,
        revision: u64,
        body: String,
    ) -> Answer<wit::Document> {
        self.came_to_be_kept(body.len());
        let opened = self.open(scope, collection);
        let replaced = async {
            let (access, collection) = opened?;
            let body = read_body(&body, access.body_bytes)?;
            let now = access.clock.now();
            access.store.replace(&collection, &checked_id(id)?, revision, body, now).await
        }
        .await;
        self.answer(replaced.and_then(to_document))
    }

    async fn delete(&mut self, scope: wit::Scope, collection: String, id: String) -> Answer<bool> {
        let opened = self.open(scope, collection);
        let deleted = async {
            let (access, collection) = opened?;
            access.store.delete(&collection, &checked_id(id)?).await
        }
        .await;
        self.answer(deleted)
    }

    async fn list(&mut self, scope: wit::Scope, collection: String, query: wit::Query) -> Answer<wit::Page> {
        let opened = self.open(scope, collection);
        let listed = async {
            let (access, collection) = opened?;
            access.store.list(&collection, &from_query(query)?).await
        }
        .await;
        self.answer(listed.and_then(to_page))
    }

    async fn aggregate(
        &mut self,
        scope: wit::Scope,
        collection: String,
        aggregation: wit::Aggregation,
    ) -> Answer<Vec<wit::Group>> {
        let opened = self.open(scope, collection);
        let computed = async {
            let (access, collection) = opened?;
            access.store.aggregate(&collection, &from_aggregation(aggregation)?).await
        }
        .await;
        self.answer(computed.map(|groups| groups.into_iter().map(to_group).collect()))
    }
}

impl State {
    /// The store and the collection that this call may name: the plugin's own, and in user scope the user's.
    fn open(&self, scope: wit::Scope, name: String) -> Result<(DocumentAccess, Collection)> {
        let target = match scope {
            wit::Scope::User => "user",
            wit::Scope::Shared => "shared",
        };
        let access = self.access.documents.as_ref().filter(|access| match scope {
            wit::Scope::User => access.user,
            wit::Scope::Shared => access.shared,
        });
        let Some(access) = access else {
            return Err(Failure::denied(format!(
                "The plugin `{plugin}` has not been granted `documents` for the scope `{target}`: it has to ask for it in its \
                 description, and the operator has to add \"documents\" to grants in [plugins.{plugin}].",
                plugin = self.plugin
            )));
        };
        let name = checked_name(name)?;
        let owner = match scope {
            wit::Scope::Shared => None,
            wit::Scope::User => Some(self.user.clone().ok_or_else(|| {
                Failure::denied("This call is made for no user, so there are no documents in user scope.")
            })?),
        };
        Ok((access.clone(), Collection { plugin: self.plugin.to_string(), owner, name }))
    }

    /// The answer as the guest reads it. What only the log may read is logged here.
    fn answer<T>(&self, result: Result<T>) -> Answer<T> {
        result.map_err(|failure| {
            if let (FailureClass::Internal | FailureClass::Unavailable, Some(detail)) =
                (failure.class, &failure.detail)
            {
                tracing::warn!(plugin = %self.plugin, class = failure.class.as_str(), detail, "documents failed");
            }
            failure::to_guest(failure)
        })
    }
}

/// Names with other letters are the host's own: it keeps values by key below `$keyvalue`.
fn checked_name(name: String) -> Result<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        return Err(Failure::invalid_field("collection", "1 to 64 of a-z, 0-9, `_` and `-`"));
    }
    Ok(name)
}

fn checked_id(id: String) -> Result<String> {
    if id.is_empty() || id.len() > 128 || id.contains('\0') {
        return Err(Failure::invalid_field("id", "1 to 128 bytes, without NUL"));
    }
    Ok(id)
}

fn read_body(text: &str, limit: u64) -> Result<Map<String, Value>> {
    if text.len() as u64 > limit {
        return Err(Failure::new(
            FailureClass::TooLarge,
            format!("A document may have at most {limit} bytes; this one has {}.", text.len()),
        ));
    }
    serde_json::from_str(text)
        .map_err(|error| Failure::invalid_field("body", format!("a JSON object: {error}")))
}

fn from_query(query: wit::Query) -> Result<Query> {
    Ok(Query {
        conditions: query.conditions.into_iter().map(from_condition).collect::<Result<_>>()?,
        order: query.order.iter().map(from_order).collect::<Result<_>>()?,
        limit: query.limit,
        cursor: query.cursor,
    })
}

fn from_condition(condition: wit::Condition) -> Result<Condition> {
    Ok(Condition {
        field: FieldPath::parse(&condition.field)?,
        operator: match condition.operator {
            wit::Operator::Equal => Operator::Equal,
            wit::Operator::NotEqual => Operator::NotEqual,
            wit::Operator::Less => Operator::Less,
            wit::Operator::LessOrEqual => Operator::LessOrEqual,
            wit::Operator::Greater => Operator::Greater,
            wit::Operator::GreaterOrEqual => Operator::GreaterOrEqual,
            wit::Operator::Contains => Operator::Contains,
        },
        value: match condition.value {
            wit::Value::Null => Scalar::Null,
            wit::Value::Boolean(value) => Scalar::Boolean(value),
            wit::Value::Integer(value) => Scalar::Integer(value),
            wit::Value::Decimal(value) if value.is_nan() => {
                return Err(Failure::invalid_field("value", "not a number"));
            }
            wit::Value::Decimal(value) => Scalar::Decimal(value),
            wit::Value::Text(value) => Scalar::Text(value),
        },
    })
}

fn from_order(order: &wit::Order) -> Result<Order> {
    let key = match order.field.as_str() {
        "$created" => SortKey::Created,
        "$updated" => SortKey::Updated,
        field => SortKey::Field(FieldPath::parse(field)?),
    };
    Ok(Order { key, descending: order.descending })
}

fn from_aggregation(aggregation: wit::Aggregation) -> Result<Aggregation> {
    Ok(Aggregation {
        conditions: aggregation.conditions.into_iter().map(from_condition).collect::<Result<_>>()?,
        function: match aggregation.function {
            wit::Function::Count => Function::Count,
            wit::Function::Sum => Function::Sum,
            wit::Function::Min => Function::Min,
            wit::Function::Max => Function::Max,
            wit::Function::Avg => Function::Avg,
        },
        field: aggregation.field.as_deref().map(FieldPath::parse).transpose()?,
        group_by: aggregation.group_by.as_deref().map(FieldPath::parse).transpose()?,
    })
}

fn to_document(document: Document) -> Result<wit::Document> {
    let millis = |at: jiff::Timestamp| u64::try_from(at.as_millisecond()).unwrap_or_default();
    Ok(wit::Document {
        id: document.id,
        revision: document.revision,
        body: serde_json::to_string(&document.body).map_err(Failure::internal)?,
        created: millis(document.created),
        updated: millis(document.updated),
    })
}

fn to_page(page: Page) -> Result<wit::Page> {
    let documents = page.documents.into_iter().map(to_document).collect::<Result<_>>()?;
    Ok(wit::Page { documents, next: page.next })
}

fn to_group(group: Group) -> wit::Group {
    wit::Group { key: to_value(group.key), value: to_value(group.value), count: group.count }
}

fn to_value(scalar: Scalar) -> wit::Value {
    match scalar {
        Scalar::Null => wit::Value::Null,
        Scalar::Boolean(value) => wit::Value::Boolean(value),
        Scalar::Integer(value) => wit::Value::Integer(value),
        Scalar::Decimal(value) => wit::Value::Decimal(value),
        Scalar::Text(value) => wit::Value::Text(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_of_the_host_cannot_be_named() {
        for name in ["$keyvalue", "", "A", "a.b", &"a".repeat(65)] {
            assert!(checked_name(name.to_owned()).is_err(), "{name}");
        }
        assert!(checked_name("trips_2026-b".to_owned()).is_ok());
    }
}
