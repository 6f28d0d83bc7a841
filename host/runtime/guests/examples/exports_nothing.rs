//! Says what it is, and has nothing to offer.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Nothing", "Nothing.").id("exports-nothing"),
}
