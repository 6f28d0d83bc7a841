//! Has a route of `echo`.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// The same again.
#[derive(Deserialize, JsonSchema)]
struct EchoAgain {}

fn again(_: &Call, _: EchoAgain) -> Result<Outcome, Failure> {
    Ok(Outcome::say("Again."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Again", "The same again.").id("takes-a-route"),
    tools: [Tool::new(again).rest(Method::Get, "/echo", 200)],
}
