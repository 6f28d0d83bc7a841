//! Panics with 10 MB of message, in one line and in very many.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct PanicsAtLength {
    lines: bool,
}

fn run(_: &Call, input: PanicsAtLength) -> Result<Outcome, Failure> {
    let piece = "something to say ".repeat(8) + if input.lines { "\n" } else { "" };
    panic!("{}", piece.repeat((10 << 20) / piece.len()))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("PanicsAtLength", "Panics with 10 MB of message.").id("panics-at-length"),
    tools: [Tool::new(run)],
}
