//! Does with documents whatever it is told to do, under any id and with any body.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::{Value, json};
use wheelhouse_sdk::{
    bindings::imports::wheelhouse::plugin::documents::{self, Condition, Operator, Query},
    documents::Scope,
    prelude::*,
};

/// Does something with documents.
#[derive(Deserialize, JsonSchema)]
struct Documents {
    action: String,
    id: Option<String>,
    revision: Option<u64>,
    /// As many objects around one another for a body.
    depth: Option<usize>,
    body: Option<String>,
    /// A field that is to be 1.
    field: Option<String>,
    cursor: Option<String>,
}

fn show(document: documents::Document) -> Value {
    json!({"id": document.id, "revision": document.revision, "body": document.body})
}

fn act(_: &Call, input: Documents) -> Result<Outcome<Value>, Failure> {
    let id = input.id.unwrap_or_default();
    let nested = |depth| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    let body = input.depth.map(nested).or(input.body).unwrap_or_default();
    let data = match input.action.as_str() {
        "insert" => show(documents::insert(Scope::User, "things", Some(&id), &body)?),
        "get" => json!(documents::get(Scope::User, "things", &id)?.map(show)),
        "replace" => {
            let revision = input.revision.unwrap_or(1);
            show(documents::replace(Scope::User, "things", &id, revision, &body)?)
        }
        "delete" => json!(documents::delete(Scope::User, "things", &id)?),
        _ => {
            let value = documents::Value::Integer(1);
            let is_one = |field| Condition { field, operator: Operator::Equal, value };
            let query = Query {
                conditions: input.field.map(is_one).into_iter().collect(),
                order: Vec::new(),
                limit: 1,
                cursor: input.cursor,
            };
            let page = documents::list(Scope::User, "things", &query)?;
            json!({"documents": page.documents.into_iter().map(show).collect::<Vec<_>>(), "next": page.next})
        }
    };
    Ok(Outcome::new(data, "Done."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Keeps", "Keeps what it is told.")
        .id("keeps-what-it-is-told")
        .needs("documents", &["user"], "To keep things."),
    tools: [Tool::new(act)],
}
