//! Counts its calls in a variable, and asks to be kept.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use std::sync::atomic::{AtomicU32, Ordering};

use wheelhouse_sdk::prelude::*;

static CALLS: AtomicU32 = AtomicU32::new(0);

/// Counts, or fails.
#[derive(Deserialize, JsonSchema)]
struct Count {
    /// `trap` or `refuse`.
    mood: Option<String>,
}

fn count(_: &Call, input: Count) -> Result<Outcome<u32>, Failure> {
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    match input.mood.as_deref() {
        Some("trap") => panic!("as asked"),
        Some("refuse") => Err(Failure::unavailable("Not now.")),
        _ => Ok(Outcome::new(calls, format!("{calls}"))),
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Counter", "Counts its calls in a variable, and asks to be kept.").id("counts-warm").warm(),
    tools: [Tool::new(count)],
}
