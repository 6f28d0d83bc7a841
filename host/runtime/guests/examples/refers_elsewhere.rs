//! Has a schema that is to be fetched from a server.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::json;
use wheelhouse_sdk::{
    prelude::*,
    schemars::{Schema, SchemaGenerator},
};

/// Takes what a server says.
#[derive(Deserialize, JsonSchema)]
struct Elsewhere {
    #[schemars(schema_with = "remote")]
    _what: serde_json::Value,
}

fn remote(_: &mut SchemaGenerator) -> Schema {
    json!({"$ref": "http://169.254.169.254/schema.json"}).try_into().unwrap_or_default()
}

fn never(_: &Call, _: Elsewhere) -> Result<Outcome, Failure> {
    Ok(Outcome::say("It did."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Elsewhere", "Refers elsewhere.").id("refers-elsewhere"),
    tools: [Tool::new(never)],
}
