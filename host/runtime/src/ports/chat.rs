use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    chat::{ChatEvent, ChatProvider, ChatRequest, Completion, Model},
};

use crate::{contract::v0_1, plugin::Plugin, session};

/// A plugin that answers.
pub(crate) struct PluginProvider(pub(crate) Arc<Plugin>);

#[async_trait]
impl ChatProvider for PluginProvider {
    fn id(&self) -> &str {
        &self.0.id
    }

    async fn models(&self, ctx: &CallContext) -> Result<Vec<Model>> {
        self.0.ask(ctx, |guest, call| Box::pin(async move { guest.models(call).await })).await
    }

    async fn complete(&self, ctx: &CallContext, request: ChatRequest) -> Result<Completion> {
        let session = session::begin(&self.0, ctx, |guest, call, opening| {
            Box::pin(v0_1::open_chat(guest, call, request, opening))
        })
        .await?;
        Ok(whole(self.0.id.clone(), session.items))
    }
}

/// Holds an answer to the port's promise: its last event is `Finished` or an error.
fn whole(plugin: Arc<str>, events: BoxStream<'static, Result<ChatEvent>>) -> Completion {
    // `Finished` is held back until the stream has ended well, for the guest may still say that it failed.
    stream::unfold((events, None, false), move |(mut events, mut finished, is_over)| {
        let plugin = plugin.clone();
        async move {
            if is_over {
                return None;
            }
            loop {
                match events.next().await {
                    Some(Ok(event @ ChatEvent::Finished(_))) => finished = finished.or(Some(event)),
                    // Tokens are often counted last; anything else after the end is left out.
                    Some(Ok(event)) if finished.is_none() || matches!(event, ChatEvent::Usage(_)) => {
                        return Some((Ok(event), (events, finished, false)));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(failure)) => return Some((Err(failure), (events, None, true))),
                    None => {
                        let last = finished.take().ok_or_else(|| {
                            Failure::new(
                                FailureClass::Truncated,
                                format!("The plugin `{plugin}` ended its answer without finishing it."),
                            )
                        });
                        return Some((last, (events, None, true)));
                    }
                }
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use wheelhouse_core::chat::{FinishReason, Usage};

    use super::*;

    async fn events(items: Vec<Result<ChatEvent>>) -> Vec<Result<ChatEvent>> {
        whole("x".into(), stream::iter(items).boxed()).collect().await
    }

    const STOP: ChatEvent = ChatEvent::Finished(FinishReason::Stop);

    #[tokio::test]
    async fn finished_is_the_last_event_even_if_tokens_come_after_it() {
        let usage = ChatEvent::Usage(Usage::default());
        let late = ChatEvent::Text("late".to_owned());
        let all = events(vec![Ok(STOP), Ok(usage.clone()), Ok(late)]).await;
        assert_eq!(all, [Ok(usage), Ok(STOP)]);
    }

    #[tokio::test]
    async fn an_answer_that_never_finishes_is_truncated() {
        let all = events(vec![Ok(ChatEvent::Text("so".to_owned()))]).await;
        assert_eq!(
            all.last().and_then(|last| last.as_ref().err()).map(|f| f.class),
            Some(FailureClass::Truncated)
        );
    }

    #[tokio::test]
    async fn an_answer_that_fails_after_finishing_has_failed() {
        let failure = Failure::unavailable("gone");
        assert_eq!(events(vec![Ok(STOP), Err(failure.clone())]).await, [Err(failure)]);
    }
}
