//! Has patterns that take an engine that backtracks for ever.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Takes words.
#[derive(Deserialize, JsonSchema)]
struct TakesWords {
    #[schemars(regex(pattern = "^(a+)+$"))]
    plus: Option<String>,
    #[schemars(regex(pattern = "^(a|a)*$"))]
    or: Option<String>,
    #[schemars(regex(pattern = "^([a-z0-9]+[.]?)+@$"))]
    mail: Option<String>,
}

fn words(_: &Call, input: TakesWords) -> Result<Outcome, Failure> {
    Ok(Outcome::say(input.plus.or(input.or).or(input.mail).unwrap_or_default()))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Patterns", "Takes words.").id("has-catastrophic-patterns"),
    tools: [Tool::new(words)],
}
