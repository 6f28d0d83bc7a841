//! Says a word and then nothing.

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
        answer.text("Let me see").await?;
        std::thread::sleep(std::time::Duration::from_secs(3600));
        Ok(FinishReason::Stop)
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Chats", "Says a word and then nothing.").id("chats-then-stalls"),
    chat: Provider,
}
