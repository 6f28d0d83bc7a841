//! Prints 10,000 lines, one of them very long.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::needless_pass_by_value,
    reason = "a guest for tests"
)]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct Prints {}

fn run(_: &Call, _: Prints) -> Result<Outcome, Failure> {
    println!("a guest says hello");
    eprintln!("{}", "long ".repeat(10_000));
    for line in 0..10_000 {
        println!("line {line}");
    }
    Ok(Outcome::say("Printed."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Prints", "Prints 10,000 lines, one of them very long.").id("prints"),
    tools: [Tool::new(run)],
}
