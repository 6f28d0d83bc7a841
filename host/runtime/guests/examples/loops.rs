//! Loops for ever.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct Loops {}

fn run(_: &Call, _: Loops) -> Result<Outcome, Failure> {
    loop {
        std::hint::spin_loop();
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Loops", "Loops for ever.").id("loops"),
    tools: [Tool::new(run)],
}
