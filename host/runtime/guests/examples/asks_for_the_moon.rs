//! Asks for a capability that no host offers.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Never gets so far.
#[derive(Deserialize, JsonSchema)]
struct Never {}

fn never(_: &Call, _: Never) -> Result<Outcome, Failure> {
    Ok(Outcome::say("It did."))
}

fn describe() -> Plugin {
    Plugin::new("Moon", "Asks.").id("asks-for-the-moon").needs("moon", &[], "It is pretty.")
}

wheelhouse_sdk::plugin! {
    plugin: describe(),
    tools: [Tool::new(never)],
}
