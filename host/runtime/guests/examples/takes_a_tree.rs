//! Takes and gives trees, which are described by themselves: schemas that refer to themselves, one of them at great depth.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::json;
use wheelhouse_sdk::{
    prelude::*,
    schemars::{Schema, SchemaGenerator},
};

/// Takes a tree and gives it back.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Tree {
    name: String,
    #[serde(default)]
    branches: Vec<Tree>,
}

/// Takes a shaft and gives it back.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Shaft {
    #[schemars(schema_with = "bottomless")]
    down: serde_json::Value,
}

/// Twenty objects around one another, with the whole again at the bottom.
fn bottomless(_: &mut SchemaGenerator) -> Schema {
    let mut schema = json!({"$ref": "#"});
    for _ in 0..20 {
        schema = json!({"properties": {"down": schema}});
    }
    schema.try_into().unwrap_or_default()
}

fn tree(_: &Call, input: Tree) -> Result<Outcome<Tree>, Failure> {
    Ok(Outcome::new(input, "A tree."))
}

fn shaft(_: &Call, input: Shaft) -> Result<Outcome<Shaft>, Failure> {
    Ok(Outcome::new(input, "A shaft."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Trees", "Takes and gives trees.").id("takes-a-tree"),
    tools: [Tool::new(tree), Tool::new(shaft)],
}
