//! Traps.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct Traps {}

fn run(_: &Call, _: Traps) -> Result<Outcome, Failure> {
    panic!("this guest traps")
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Traps", "Traps.").id("traps"),
    tools: [Tool::new(run)],
}
