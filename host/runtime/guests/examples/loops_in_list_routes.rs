//! Loops when it is asked for its routes.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

fn routes() -> Vec<Route> {
    loop {
        std::hint::spin_loop();
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Loops", "Loops when it is asked for its routes.").id("loops-in-list-routes"),
    routes: routes(),
}
