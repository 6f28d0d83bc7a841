//! Has patterns that are short to write and huge to keep.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::json;
use wheelhouse_sdk::{
    prelude::*,
    schemars::{Schema, SchemaGenerator},
};

/// Takes a word.
#[derive(Deserialize, JsonSchema)]
struct TakesAWord {
    #[schemars(schema_with = "patterns")]
    _word: String,
}

fn patterns(_: &mut SchemaGenerator) -> Schema {
    let all: Vec<_> = (0..1_000).map(|number| json!({"pattern": format!("\\pL{{{number}}}")})).collect();
    json!({"type": "string", "anyOf": all}).try_into().unwrap_or_default()
}

fn never(_: &Call, _: TakesAWord) -> Result<Outcome, Failure> {
    Ok(Outcome::say("It did."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Patterns", "Takes a word.").id("has-huge-patterns"),
    tools: [Tool::new(never)],
}
