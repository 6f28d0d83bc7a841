//! Uses documents without asking for them in its description.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {}

/// Keeps a note.
#[derive(Deserialize, JsonSchema)]
struct Sneak {}

fn sneak(_: &Call, _: Sneak) -> Result<Outcome, Failure> {
    Collection::<Note>::shared("notes").insert(&Note {})?;
    Ok(Outcome::say("Kept."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Sneaks", "Keeps notes unasked.").id("keeps-unasked"),
    tools: [Tool::new(sneak)],
}
