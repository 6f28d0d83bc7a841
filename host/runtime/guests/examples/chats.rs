//! Repeats what the user said and asks for every tool.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::{
    chat::{Answer, FinishReason, Model, Request},
    prelude::*,
};

struct Provider;

impl wheelhouse_sdk::ChatProvider for Provider {
    fn models(&self, _: &Call) -> Result<Vec<Model>, Failure> {
        Ok(vec![Model { id: "only".into(), name: "Only".into(), context_window: Some(1_000) }])
    }

    async fn complete(
        &self,
        _: &Call,
        request: Request,
        answer: &mut Answer,
    ) -> Result<FinishReason, Failure> {
        for message in &request.messages {
            if let wheelhouse_sdk::chat::Message::User(text) = message {
                answer.text(format!("You said: {text}")).await?;
            }
        }
        for (index, tool) in request.tools.iter().enumerate() {
            answer.tool_call(format!("call-{index}"), &tool.name, serde_json::Map::new()).await?;
        }
        answer.usage(wheelhouse_sdk::chat::Usage { input_tokens: 3, output_tokens: 4 }).await?;
        Ok(if request.tools.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls })
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Chats", "Repeats what the user said and asks for every tool.").id("chats"),
    chat: Provider,
}
