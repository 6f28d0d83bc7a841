//! One of many: whoever needs a thousand plugins puts other digits into its bytes.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Says its number.
#[derive(Deserialize, JsonSchema)]
struct Numbered0000 {}

fn say(_: &Call, _: Numbered0000) -> Result<Outcome, Failure> {
    Ok(Outcome::say("I am 0000."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Numbered", "One of many.").id("numbered-0000"),
    tools: [Tool::new(say).read_only().rest(Method::Get, "/numbered-0000", 200)],
}
