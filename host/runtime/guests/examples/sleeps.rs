//! Waits for an hour without using a processor.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct Sleeps {}

fn run(_: &Call, _: Sleeps) -> Result<Outcome, Failure> {
    std::thread::sleep(std::time::Duration::from_secs(3600));
    Ok(Outcome::say("Good morning."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Sleeps", "Waits for an hour without using a processor.").id("sleeps"),
    tools: [Tool::new(run)],
}
