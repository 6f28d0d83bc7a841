//! Has the id of `echo`.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// The same again.
#[derive(Deserialize, JsonSchema)]
struct Again {}

fn again(_: &Call, _: Again) -> Result<Outcome, Failure> {
    Ok(Outcome::say("Again."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Again", "The same again.").id("echo"),
    tools: [Tool::new(again)],
}
