//! Waits when it is asked what it is.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Never gets so far.
#[derive(Deserialize, JsonSchema)]
struct Never {}

fn never(_: &Call, _: Never) -> Result<Outcome, Failure> {
    Ok(Outcome::say("It did."))
}

fn describe() -> Plugin {
    std::thread::sleep(std::time::Duration::from_secs(3600));
    Plugin::new("Late", "Late.")
}

wheelhouse_sdk::plugin! {
    plugin: describe(),
    tools: [Tool::new(never)],
}
