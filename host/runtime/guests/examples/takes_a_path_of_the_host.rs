//! Has a route below `/auth`.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// The same again.
#[derive(Deserialize, JsonSchema)]
struct LogIn {}

fn again(_: &Call, _: LogIn) -> Result<Outcome, Failure> {
    Ok(Outcome::say("Again."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Again", "The same again.").id("takes-a-path-of-the-host"),
    tools: [Tool::new(again).rest(Method::Post, "/auth/login", 200)],
}
