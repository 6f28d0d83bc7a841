//! Has an id and a version that are none.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Never gets so far.
#[derive(Deserialize, JsonSchema)]
struct Never {}

fn never(_: &Call, _: Never) -> Result<Outcome, Failure> {
    Ok(Outcome::say("It did."))
}

fn describe() -> Plugin {
    Plugin::new("Bad", "Bad.").id("Not Kebab").version("one")
}

wheelhouse_sdk::plugin! {
    plugin: describe(),
    tools: [Tool::new(never)],
}
