//! Has 10,000 tools.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does nothing.
#[derive(Deserialize, JsonSchema)]
struct Nothing {}

fn nothing(_: &Call, _: Nothing) -> Result<Outcome, Failure> {
    Ok(Outcome::say("Nothing."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Many", "Has 10,000 tools.").id("declares-too-many-tools"),
    tools: (0..10_000).map(|number| Tool::new(nothing).name(format!("nothing_{number}"))),
}
