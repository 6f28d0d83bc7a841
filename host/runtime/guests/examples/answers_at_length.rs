//! Hands the host 100 MB at once, by each way there is.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::Value;
use wheelhouse_sdk::{Response, documents::Scope, http, prelude::*};

const LENGTH: usize = 100 << 20;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct AnswersAtLength {
    /// `text`, `data`, `actions`, `failure`, `document` or `request`.
    by: String,
}

fn text() -> String {
    "x".repeat(LENGTH)
}

fn run(_: &Call, input: AnswersAtLength) -> Result<Outcome<Value>, Failure> {
    let mut outcome = Outcome::new(Value::Null, "Said.");
    match input.by.as_str() {
        "text" => outcome.text = text(),
        "data" => outcome.data = Value::String(text()),
        "actions" => outcome.actions = (0..1 << 20).map(|_| UiAction::new("reload")).collect(),
        "failure" => return Err(Failure::unavailable(text())),
        "document" => {
            use wheelhouse_sdk::bindings::imports::wheelhouse::plugin::documents;
            documents::insert(Scope::User, "notes", None, &text())?;
        }
        _ => {
            http::post("http://a.test/").body("text/plain", text()).send()?;
        }
    }
    Ok(outcome)
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("AnswersAtLength", "Hands the host 100 MB at once.")
        .id("answers-at-length")
        .needs_documents("To be refused.")
        .needs_http(["a.test"], "To be refused."),
    tools: [Tool::new(run)],
    routes: [Route::raw(Method::Get, "/length", "length", "Answers 100 MB.", |_, _| {
        Ok(Response::new(200, "text/plain", vec![b'x'; LENGTH]))
    })],
}
