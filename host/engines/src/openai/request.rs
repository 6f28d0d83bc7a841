//! A request of the port in the words of the wire.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    mem,
};

use async_openai::types::chat::{
    ChatCompletionMessageToolCall, ChatCompletionMessageToolCalls, ChatCompletionRequestAssistantMessage,
    ChatCompletionRequestAssistantMessageContent, ChatCompletionRequestMessage,
    ChatCompletionRequestSystemMessage, ChatCompletionRequestToolMessage, ChatCompletionRequestUserMessage,
    ChatCompletionTool, ChatCompletionTools, CreateChatCompletionRequest, FunctionCall, FunctionObject,
};
use serde_json::Value;
use wheelhouse_core::chat::{ChatMessage, ChatRequest, ToolCall, ToolSpec};

use super::dialect::Parameter;

/// The longest id of a tool call that OpenAI takes.
const MAX_CALL_ID: usize = 40;

/// What a request asks for beside its messages, and what the server refused of it.
pub(super) struct Wanted {
    pub(super) max_output_tokens: Option<u32>,
    pub(super) temperature: Option<f32>,
    pub(super) refused: Vec<Parameter>,
}

impl Wanted {
    /// What this request wants.
    pub(super) fn of(request: &ChatRequest) -> Self {
        Self {
            max_output_tokens: request.max_output_tokens,
            temperature: request.temperature,
            refused: Vec::new(),
        }
    }
}

/// Everything but what [`Dialect`](super::dialect::Dialect) decides.
pub(super) fn wire(request: ChatRequest, model: String) -> CreateChatCompletionRequest {
    let tools: Vec<_> = request.tools.into_iter().map(tool).collect();
    CreateChatCompletionRequest {
        model,
        messages: request.messages.into_iter().map(message).collect(),
        // OpenAI refuses an empty list.
        tools: Some(tools).filter(|tools| !tools.is_empty()),
        stream: Some(true),
        ..CreateChatCompletionRequest::default()
    }
}

fn tool(spec: ToolSpec) -> ChatCompletionTools {
    ChatCompletionTools::Function(ChatCompletionTool {
        function: FunctionObject {
            name: spec.name,
            description: Some(spec.summary).filter(|summary| !summary.is_empty()),
            parameters: Some(spec.input_schema),
            strict: None,
        },
    })
}

fn message(message: ChatMessage) -> ChatCompletionRequestMessage {
    match message {
        ChatMessage::System { text } => ChatCompletionRequestSystemMessage::from(text).into(),
        ChatMessage::User { text } => ChatCompletionRequestUserMessage::from(text).into(),
        ChatMessage::Assistant { text, tool_calls } => {
            let calls: Vec<_> = tool_calls.into_iter().map(call).collect();
            ChatCompletionRequestAssistantMessage {
                // Some servers want the field even where it is empty.
                content: Some(ChatCompletionRequestAssistantMessageContent::Text(text)),
                tool_calls: Some(calls).filter(|calls| !calls.is_empty()),
                ..ChatCompletionRequestAssistantMessage::default()
            }
            .into()
        }
        // The protocol has no mark for a failure: the text says that it is one.
        ChatMessage::Tool { call_id, name: _, text, failed: _ } => {
            ChatCompletionRequestToolMessage { content: text.into(), tool_call_id: short_id(call_id) }.into()
        }
    }
}

fn call(call: ToolCall) -> ChatCompletionMessageToolCalls {
    ChatCompletionMessageToolCalls::Function(ChatCompletionMessageToolCall {
        id: short_id(call.id),
        function: FunctionCall { name: call.name, arguments: Value::Object(call.arguments).to_string() },
    })
}

/// The id, or, where another provider of the conversation has chosen one that is too long here, one that stands for it in call and result.
fn short_id(mut id: String) -> String {
    if id.len() > MAX_CALL_ID {
        let mut hasher = DefaultHasher::new();
        mem::take(&mut id).hash(&mut hasher);
        id = format!("call_{:016x}", hasher.finish());
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_that_is_too_long_is_the_same_in_call_and_result() {
        let long = "x".repeat(100);
        let short = short_id(long.clone());
        assert!(short.len() <= MAX_CALL_ID);
        assert_eq!(short, short_id(long));
        assert_ne!(short, short_id("y".repeat(100)));
        assert_eq!(short_id("call_1".to_owned()), "call_1");
    }
}
