//! Never stops to answer.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::{
    chat::{Answer, FinishReason, Model, Request},
    prelude::*,
};

struct Provider;

impl wheelhouse_sdk::ChatProvider for Provider {
    fn models(&self, _: &Call) -> Result<Vec<Model>, Failure> {
        Ok(Vec::new())
    }

    async fn complete(&self, _: &Call, _: Request, answer: &mut Answer) -> Result<FinishReason, Failure> {
        loop {
            answer.text("and so on ".repeat(100)).await?;
        }
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Chats", "Never stops to answer.").id("chats-endlessly"),
    chat: Provider,
}
