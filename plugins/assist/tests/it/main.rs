//! The provider as the host meets it: a request in, events out.
#![allow(clippy::unwrap_used, missing_docs)]

mod any_input;
mod bundled;
mod follow_ups;
mod replies;
mod tools;
mod understanding;

use assist::Assist;
use wheelhouse_sdk::{
    Call,
    chat::{self, AssistantMessage, Event, FinishReason, Message, Request, ToolCall, ToolDefinition},
    serde_json::{self, Value},
    testing,
};

/// What was answered.
#[derive(Debug, PartialEq)]
enum Answered {
    Text(String),
    /// Name and arguments of each call.
    Calls(Vec<(String, Value)>),
}

/// Ann says this on Sunday, 2026-11-22.
fn call() -> Call {
    testing::call()
}

fn user(text: &str) -> Message {
    Message::User(text.to_owned())
}

fn assistant(text: &str) -> Message {
    Message::Assistant(AssistantMessage { text: text.to_owned(), tool_calls: Vec::new() })
}

fn request(messages: Vec<Message>, tools: Vec<ToolDefinition>) -> Request {
    Request { model: None, messages, tools, max_output_tokens: None, temperature: None }
}

fn events(request: Request) -> Vec<Event> {
    let (events, ended) = chat::collect(&Assist, &call(), request);
    ended.unwrap();
    events
}

/// The answer, after a check that its events are well-formed.
fn answer(messages: Vec<Message>, tools: Vec<ToolDefinition>) -> Answered {
    let events = events(request(messages, tools));
    let Some((Event::Finished(reason), events)) = events.split_last() else {
        panic!("is not finished: {events:?}")
    };
    let calls: Vec<&ToolCall> = events
        .iter()
        .filter_map(|event| match event {
            Event::ToolCall(call) => Some(call),
            _ => None,
        })
        .collect();
    match (reason, events, calls.as_slice()) {
        (FinishReason::Stop, [Event::Text(text)], []) => {
            assert!(!text.is_empty());
            Answered::Text(text.clone())
        }
        (FinishReason::ToolCalls, _, [_, ..]) if calls.len() == events.len() => {
            let arguments = |call: &ToolCall| serde_json::from_str(&call.arguments).unwrap();
            Answered::Calls(calls.iter().map(|call| (call.name.clone(), arguments(call))).collect())
        }
        other => panic!("is no answer: {other:?}"),
    }
}

/// What PAM says to this sentence, with the tools of [`tools::all`].
fn said(text: &str) -> Answered {
    answer(vec![user(text)], tools::all())
}

fn text(answered: Answered) -> String {
    match answered {
        Answered::Text(text) => text,
        Answered::Calls(calls) => panic!("calls {calls:?}"),
    }
}
