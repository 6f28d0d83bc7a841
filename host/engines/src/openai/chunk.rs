//! One chunk of an answer, as loosely as vendors send it: whatever may be missing, null or of another type is optional here.

use serde::Deserialize;
use serde_json::Value;
use wheelhouse_core::chat::Usage;

/// A chunk of a stream, or a whole answer of a server that does not stream.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Chunk {
    pub(super) choices: Option<Vec<Choice>>,
    usage: Option<Value>,
    error: Option<Value>,
    object: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    index: Option<Value>,
    delta: Option<Delta>,
    message: Option<Delta>,
    finish_reason: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Delta {
    content: Option<Value>,
    refusal: Option<Value>,
    pub(super) tool_calls: Option<Vec<CallDelta>>,
}

/// A piece of a tool call.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CallDelta {
    index: Option<Value>,
    id: Option<Value>,
    function: Option<FunctionDelta>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FunctionDelta {
    name: Option<Value>,
    arguments: Option<Value>,
}

impl Chunk {
    /// Whether it is an error in place of a chunk.
    pub(super) fn is_error(&self) -> bool {
        self.error.as_ref().is_some_and(|error| !error.is_null())
            || self.object.as_ref().is_some_and(|object| object == "error")
    }

    /// Tokens used, so far or in all.
    pub(super) fn usage(&self) -> Option<Usage> {
        let usage = self.usage.as_ref().filter(|usage| usage.is_object())?;
        let tokens = |key| {
            let count = usage.get(key).and_then(Value::as_u64).unwrap_or_default();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Some(Usage { input_tokens: tokens("prompt_tokens"), output_tokens: tokens("completion_tokens") })
    }
}

impl Choice {
    /// Whether it is the one that was asked for.
    pub(super) fn is_first(&self) -> bool {
        self.index.as_ref().and_then(Value::as_u64).unwrap_or_default() == 0
    }

    /// What it adds. `whole` is for an answer that came in one; in a stream some vendors repeat everything in `message` at the end.
    pub(super) fn take_delta(&mut self, whole: bool) -> Option<Delta> {
        if whole { self.message.take() } else { self.delta.take() }
    }

    /// Some vendors send an empty one with every chunk.
    pub(super) fn finish_reason(&self) -> Option<&str> {
        self.finish_reason.as_ref()?.as_str().filter(|reason| !reason.is_empty())
    }
}

impl Delta {
    /// Text for the user, if there is any.
    pub(super) fn take_text(&mut self) -> Option<String> {
        text(self.content.take()?)
    }

    /// Text for the user in which the model says that it will not.
    pub(super) fn take_refusal(&mut self) -> Option<String> {
        text(self.refusal.take()?)
    }
}

/// A string, or the text among parts of several kinds, such as a model's thoughts.
fn text(content: Value) -> Option<String> {
    let text = match content {
        Value::String(text) => text,
        Value::Array(parts) => {
            let texts = parts.iter().filter(|part| part.get("type").is_some_and(|kind| kind == "text"));
            texts.filter_map(|part| part.get("text")?.as_str()).collect()
        }
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

impl CallDelta {
    pub(super) fn index(&self) -> Option<u64> {
        self.index.as_ref()?.as_u64()
    }

    /// Empty where there is none.
    pub(super) fn id(&self) -> &str {
        self.id.as_ref().and_then(Value::as_str).unwrap_or_default()
    }

    /// Empty where there is none.
    pub(super) fn name(&self) -> &str {
        self.function.as_ref().and_then(|function| function.name.as_ref()?.as_str()).unwrap_or_default()
    }

    pub(super) fn take_arguments(&mut self) -> Option<Value> {
        self.function.as_mut()?.arguments.take()
    }
}
