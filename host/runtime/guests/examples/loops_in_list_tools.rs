//! Loops when it is asked for its tools.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

fn tools() -> Vec<Tool> {
    loop {
        std::hint::spin_loop();
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Loops", "Loops when it is asked for its tools.").id("loops-in-list-tools"),
    tools: tools(),
}
