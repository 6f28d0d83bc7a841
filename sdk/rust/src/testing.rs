//! For a plugin's own tests, on the build machine.
//!
//! Every test's thread has a document store of its own, empty at first. Documents in user scope belong to the user that
//! [`act_for`] named last, `ann` before that. Requests to other servers are answered by what [`answer_http`] was given, and settings are
//! those of [`set_settings`].

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use serde_json::{Map, Value};

use crate::{
    Call, Failure, Tool, User,
    chat::ToolDefinition,
    http::{Request, Response},
};

/// A call of the user `ann` on 2026-11-22, a Sunday, at 18:03 in Denver.
pub fn call() -> Call {
    Call {
        request_id: "request-1".into(),
        user: Some(User { id: "ann".into(), email: None, name: Some("Ann".into()) }),
        locale: "en-US".into(),
        time_zone: "America/Denver".into(),
        received: 1_795_395_780_000,
        local_time: "2026-11-22T18:03:00-07:00".into(),
        location: None,
        conversation: None,
        time_left: 10_000,
    }
}

/// A tool as AI providers see it: to test that its sentences are understood.
pub fn definition(tool: Tool) -> ToolDefinition {
    let tool = tool.into_wit();
    ToolDefinition {
        name: tool.name,
        summary: tool.summary,
        input_schema: tool.input_schema,
        sentences: tool.sentences,
    }
}

/// From here on this thread's documents in user scope are those of this user, or denied for `None`.
pub fn act_for(user: Option<&str>) {
    crate::documents::act_for(user.map(str::to_owned));
}

/// From here on this thread's requests to other servers are answered so. Without it, they are denied as on a host that grants none.
pub fn answer_http(answer: impl FnMut(&Request) -> Result<Response, Failure> + 'static) {
    crate::http::answer(answer);
}

/// From here on this thread's settings are the members of this object, and no others.
///
/// # Panics
/// When it is no object.
pub fn set_settings(settings: Value) {
    let settings: Map<String, Value> = match settings {
        Value::Object(settings) => settings,
        other => panic!("settings are an object, not {other}"),
    };
    crate::settings::set(settings);
}

/// Runs a future of the kit. On the build machine nothing waits, so that it is ready at once.
///
/// # Panics
/// When the future waits for something else.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits for something that is not there in a test"),
    }
}
