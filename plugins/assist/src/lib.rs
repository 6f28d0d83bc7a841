//! PAM's AI provider without a model: the last link of the provider chain, so that PAM works on a machine with no key.
//!
//! The way of a message: [`words`] cuts it into sentences and words, [`requests`] finds the requests in it, [`repertoire`] asks every tool
//! how well one of its templates ([`template`]) fits ([`matching`], with [`slots`] reading amounts and days), [`arguments`] turns what was
//! said into what the tool takes, [`pending`] asks for what is missing and puts the answer in its place, and [`reply`] says everything
//! that is said. It keeps nothing between calls.

mod arguments;
mod conversation;
mod examples;
mod filler;
mod free_text;
mod matching;
mod pending;
mod repertoire;
mod reply;
mod requests;
mod schema;
mod slots;
mod template;
mod words;

use wheelhouse_sdk::{
    Call, Failure, Plugin,
    chat::{Answer, ChatProvider, FinishReason, Model, Request},
};

/// The id of the only model.
const MODEL: &str = "assist";

/// The provider.
pub struct Assist;

impl ChatProvider for Assist {
    fn models(&self, _call: &Call) -> Result<Vec<Model>, Failure> {
        Ok(vec![Model { id: MODEL.to_owned(), name: "Sentence templates".to_owned(), context_window: None }])
    }

    async fn complete(
        &self,
        call: &Call,
        request: Request,
        answer: &mut Answer,
    ) -> Result<FinishReason, Failure> {
        if let Some(model) = request.model.as_deref().filter(|model| *model != MODEL) {
            return Err(Failure::not_found(format!(
                "There is no model `{model}`: the only one is `{MODEL}`."
            )));
        }
        match conversation::answer(call, &request) {
            conversation::Answer::Say(text, reason) => {
                answer.text(text).await?;
                Ok(reason)
            }
            conversation::Answer::Call(calls) => {
                for (id, name, arguments) in calls {
                    answer.tool_call(id, name, arguments).await?;
                }
                Ok(FinishReason::ToolCalls)
            }
        }
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Assist", "Understands the plain sentences that tools bring with them, without any AI model."),
    chat: Assist,
}
