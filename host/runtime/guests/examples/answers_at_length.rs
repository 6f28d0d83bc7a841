//! Answers with 64 MiB of text.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct AnswersAtLength {}

fn run(_: &Call, _: AnswersAtLength) -> Result<Outcome, Failure> {
    Ok(Outcome::say("x".repeat(64 << 20)))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("AnswersAtLength", "Answers with 64 MiB of text.").id("answers-at-length"),
    tools: [Tool::new(run)],
}
