//! Takes memory until there is no more.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct Allocates {}

fn run(_: &Call, _: Allocates) -> Result<Outcome, Failure> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![1; 1 << 20]);
        if all.len() > 1 << 14 {
            return Ok(Outcome::say("There was no end of memory."));
        }
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Allocates", "Takes memory until there is no more.").id("allocates"),
    tools: [Tool::new(run)],
}
