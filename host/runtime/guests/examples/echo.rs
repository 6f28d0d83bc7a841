//! Answers what it was asked, and by whom: as a tool, as its REST forms and as a route.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::{Value, json};
use wheelhouse_sdk::{Response, prelude::*};

/// Repeats what it is told.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Echo {
    /// What to repeat.
    text: String,
    /// How often.
    times: Option<u32>,
}

/// Changes a thing.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChangeThing {
    /// Which.
    id: u32,
    /// Its size.
    size: Option<f64>,
    /// Whether it is blue.
    blue: Option<bool>,
}

fn echo(call: &Call, input: Echo) -> Result<Outcome<Value>, Failure> {
    let data = json!({
        "input": input,
        "request_id": call.request_id,
        "user": call.user.as_ref().map(|user| user.id.clone()),
        "locale": call.locale,
        "time_zone": call.time_zone,
        "local_time": call.local_time,
        "time_left": call.time_left,
        "latitude": call.location.map(|place| place.latitude),
        "conversation": call.conversation,
    });
    Ok(Outcome::new(data, input.text).action(UiAction::new("reload_echoes").entity("echo", "1", "Echo")))
}

fn change(_: &Call, input: ChangeThing) -> Result<Outcome<ChangeThing>, Failure> {
    if input.size == Some(0.0) {
        return Err(Failure::invalid_field("size", "must not be zero"));
    }
    Ok(Outcome::new(input, "Changed."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Echo", "Repeats.").id("echo").version("1.2.3"),
    tools: [
        Tool::new(echo).sentences(["echo {text}"]).read_only().rest(Method::Get, "/echo", 200),
        Tool::new(change).rest(Method::Patch, "/things/{id}", 202),
    ],
    routes: [
        Route::raw(Method::Post, "/raw/{name}", "raw", "Repeats the body.", |_, request| {
            let name = request.find_path("name").unwrap_or_default();
            Ok(Response::new(418, "text/plain", request.body.clone()).header("x-name", name))
        })
        .public(),
    ],
}
