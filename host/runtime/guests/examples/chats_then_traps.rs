//! Says a word and traps.

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

    async fn complete(&self, _: &Call, _: Request, answer: &mut Answer) -> Result<FinishReason, Failure> {
        answer.text("I think").await?;
        panic!("and therefore")
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Chats", "Says a word and traps.").id("chats-then-traps"),
    chat: Provider,
}
