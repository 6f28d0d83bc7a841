//! Sends a request without asking for a host in its description.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::{http, prelude::*};

/// Sends a request.
#[derive(Deserialize, JsonSchema)]
struct SneakOut {}

fn sneak_out(_: &Call, _: SneakOut) -> Result<Outcome, Failure> {
    http::get("http://a.test/").send()?;
    Ok(Outcome::say("Sent."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Sneaks out", "Sends requests unasked.").id("fetches-unasked"),
    tools: [Tool::new(sneak_out)],
}
