//! A later version of `echo` that wants to keep what it heard.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// The same again.
#[derive(Deserialize, JsonSchema)]
struct Again {}

fn again(_: &Call, _: Again) -> Result<Outcome, Failure> {
    Ok(Outcome::say("Again."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Echo", "Repeats and remembers.").id("echo").version("2.0.0").needs_documents("Remembers."),
    tools: [Tool::new(again)],
}
