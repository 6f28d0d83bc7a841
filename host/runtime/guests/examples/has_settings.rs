//! Shows what is set for it, while it serves and while it describes itself.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::{Value, json};
use wheelhouse_sdk::{prelude::*, settings};

/// What an operator can set.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Settings {
    api_key: String,
    #[serde(default = "twenty")]
    limit: u32,
    units: Option<Units>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Units {
    Metric,
    Imperial,
}

fn twenty() -> u32 {
    20
}

/// Shows what is set.
#[derive(Deserialize, JsonSchema)]
struct ShowSettings {}

fn show(_: &Call, _: ShowSettings) -> Result<Outcome<Value>, Failure> {
    let read: Settings = settings::read()?;
    Ok(Outcome::new(json!({ "settings": read, "extra": settings::get("extra") }), "Shown."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Has settings", format!("Knew of a key when it was asked: {}.", settings::get("api_key").is_some()))
        .id("has-settings")
        .settings::<Settings>(),
    tools: [Tool::new(show)],
}
