//! Has a tool of the name of one of `echo`.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// The same again.
#[derive(Deserialize, JsonSchema)]
struct Echo {}

fn again(_: &Call, _: Echo) -> Result<Outcome, Failure> {
    Ok(Outcome::say("Again."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Again", "The same again.").id("takes-a-tool"),
    tools: [Tool::new(again)],
}
