//! Chunks put together to events.

use std::collections::VecDeque;

use serde_json::{Map, Value};
use wheelhouse_core::{
    Result,
    chat::{ChatEvent, FinishReason, ToolCall, Usage},
};

use super::{
    chunk::{CallDelta, Chunk},
    failures,
};

/// More tool calls in one answer are a fault of the model.
const MAX_CALLS: usize = 128;

/// An answer as far as it has come. Text is passed on at once, tool calls only when the answer is whole: half a call must not run.
#[derive(Default)]
pub(super) struct Answer {
    calls: Vec<Draft>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    refused: bool,
    has_choice: bool,
}

/// A tool call as far as it has come.
#[derive(Default)]
struct Draft {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
    /// Of a vendor that sends them unquoted.
    object: Map<String, Value>,
}

impl Answer {
    /// Whether the server has said that there is no more to come but figures.
    pub(super) fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Takes a chunk. `whole` is for an answer that came in one.
    ///
    /// # Errors
    /// When there are more tool calls than anybody means.
    pub(super) fn take(&mut self, chunk: Chunk, whole: bool, events: &mut VecDeque<ChatEvent>) -> Result<()> {
        self.usage = chunk.usage().or(self.usage);
        for mut choice in chunk.choices.into_iter().flatten().filter(|choice| choice.is_first()) {
            self.has_choice = true;
            if let Some(mut delta) = choice.take_delta(whole) {
                if let Some(text) = delta.take_refusal() {
                    self.refused = true;
                    events.push_back(ChatEvent::Text(text));
                }
                events.extend(delta.take_text().map(ChatEvent::Text));
                for call in delta.tool_calls.into_iter().flatten() {
                    self.take_call(call)?;
                }
            }
            if let Some(reason) = choice.finish_reason() {
                self.finish = Some(match reason {
                    "length" | "max_tokens" | "model_length" => FinishReason::Length,
                    "content_filter" | "refusal" | "safety" => FinishReason::Refused,
                    // Whether there are tool calls is to be seen from the tool calls: vendors end those with `stop` as well.
                    _ => FinishReason::Stop,
                });
            }
        }
        Ok(())
    }

    fn take_call(&mut self, mut delta: CallDelta) -> Result<()> {
        let place = self.place_of(&delta);
        if place == self.calls.len() {
            if place == MAX_CALLS {
                return Err(failures::bad_tool_call(format_args!("more than {MAX_CALLS} calls at once")));
            }
            self.calls.push(Draft { index: delta.index(), ..Draft::default() });
        }
        let draft = &mut self.calls[place];
        if draft.id.is_empty() {
            draft.id.push_str(delta.id());
        }
        // Most send the name once, some with every piece, and it may come in pieces as long as there are no arguments.
        if draft.arguments.is_empty() && draft.name != delta.name() {
            draft.name.push_str(delta.name());
        }
        match delta.take_arguments() {
            Some(Value::String(text)) => draft.arguments.push_str(&text),
            Some(Value::Object(object)) => draft.object.extend(object),
            _ => {}
        }
        Ok(())
    }

    /// Which draft a piece belongs to; the number of drafts for a new one.
    fn place_of(&self, delta: &CallDelta) -> usize {
        let fresh = self.calls.len();
        let (id, name) = (delta.id(), delta.name());
        // With a name of its own and another id, it is another call whatever its index says: some vendors send 0 for all.
        let differs =
            |draft: &Draft| !id.is_empty() && !draft.id.is_empty() && draft.id != id && !name.is_empty();
        let found = match delta.index() {
            Some(index) => self.calls.iter().rposition(|draft| draft.index == Some(index) && !differs(draft)),
            None if !id.is_empty() => self.calls.iter().rposition(|draft| draft.id == id),
            // Without index and id, a name begins a call and anything else goes on with the last.
            None if !name.is_empty() => None,
            None => fresh.checked_sub(1),
        };
        found.unwrap_or(fresh)
    }

    /// The answer is over: gives what was kept back. `told` says whether the server has said so. `new_id` makes ids for calls without one.
    ///
    /// # Errors
    /// `Truncated` when the server never said that the answer is over; `Unavailable` for a tool call that cannot be read.
    pub(super) fn finish(
        &mut self,
        told: bool,
        new_id: impl Fn() -> String,
        events: &mut VecDeque<ChatEvent>,
    ) -> Result<()> {
        let mut reason = match self.finish {
            Some(reason) => reason,
            None if told && self.has_choice => FinishReason::Stop,
            None if told => return Err(failures::broken_off("no answer before the end")),
            None => return Err(failures::broken_off("neither finish_reason nor [DONE]")),
        };
        if self.refused {
            reason = FinishReason::Refused;
        }
        let drafts = std::mem::take(&mut self.calls);
        if reason == FinishReason::Stop && !drafts.is_empty() {
            reason = FinishReason::ToolCalls;
            let mut calls: Vec<ToolCall> = Vec::with_capacity(drafts.len());
            for draft in drafts {
                let mut call = draft.into_call()?;
                // Results are matched by id, and some vendors give all calls the same.
                if call.id.is_empty() || calls.iter().any(|other| other.id == call.id) {
                    call.id = new_id();
                }
                calls.push(call);
            }
            events.extend(calls.into_iter().map(ChatEvent::ToolCall));
        } else if !drafts.is_empty() {
            tracing::warn!(
                provider = super::ID,
                calls = drafts.len(),
                "the answer was cut: its tool calls are left out"
            );
        }
        events.extend(self.usage.map(ChatEvent::Usage));
        events.push_back(ChatEvent::Finished(reason));
        Ok(())
    }
}

impl Draft {
    /// The call. A tool must not run on a guess, so that one whose arguments are no JSON object is an error: the text itself is not passed on, for
    /// there is no way to tell it from arguments that the model meant.
    fn into_call(self) -> Result<ToolCall> {
        let Self { id, name, arguments, object, .. } = self;
        if name.is_empty() {
            return Err(failures::bad_tool_call("a call without a name"));
        }
        let arguments = match arguments.trim() {
            "" => object,
            text => parse_object(text).ok_or_else(|| {
                failures::bad_tool_call(format_args!(
                    "arguments of {} bytes that are no JSON object",
                    text.len()
                ))
            })?,
        };
        Ok(ToolCall { id, name, arguments })
    }
}

fn parse_object(text: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(text).ok()? {
        Value::Object(object) => Some(object),
        Value::Null => Some(Map::new()),
        // Quoted twice.
        Value::String(inner) => serde_json::from_str(&inner).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
