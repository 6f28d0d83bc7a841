//! One round: the conversation so far to the chain of providers, the next message back.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    assistant::AssistantEvent,
    catalog::Catalog,
    chat::{ChatEvent, ChatMessage, ChatProvider, ChatRequest, FinishReason, ToolCall, ToolSpec, Usage},
};

use super::{Inner, events::Sink};
use crate::chain::Attempt;

/// A longer answer is cut here.
const ANSWER_BYTES: usize = 64 * 1024;
/// A provider that asks for more tools at once than this does not work.
const ANSWER_CALLS: usize = 128;

/// What a provider said.
pub(super) struct Round {
    pub(super) provider: String,
    pub(super) fallback_used: bool,
    pub(super) text: String,
    pub(super) tool_calls: Vec<ToolCall>,
    pub(super) usage: Usage,
    pub(super) finish: FinishReason,
}

/// What has come of a provider's answer so far.
#[derive(Default)]
struct Answer {
    text: String,
    tool_calls: Vec<ToolCall>,
    usage: Usage,
    /// Whether somebody has seen of the text already.
    seen: bool,
}

impl Inner {
    /// Asks the chain's members in this order for the next message. A provider that fails is passed over, unless somebody has seen what it said.
    pub(super) async fn round(
        &self,
        ctx: &CallContext,
        catalog: Arc<Catalog>,
        order: Vec<String>,
        messages: &[ChatMessage],
        tools: &[ToolSpec],
        sink: &mut Sink,
    ) -> Result<Round> {
        let mut walk = self.chain.walk(ctx, catalog, order);
        while let Some(attempt) = walk.next().await {
            let request = ChatRequest {
                model: None,
                messages: messages.to_vec(),
                tools: tools.to_vec(),
                max_output_tokens: Some(self.config.max_output_tokens),
                temperature: None,
            };
            let mut answer = Answer::default();
            match self.collect(ctx, &attempt, request, &mut answer, sink).await {
                Ok(finish) => {
                    let Attempt { name, fallback, permit, .. } = attempt;
                    permit.succeeded();
                    let Answer { text, tool_calls, usage, .. } = answer;
                    return Ok(Round {
                        provider: name,
                        fallback_used: fallback,
                        text,
                        tool_calls,
                        usage,
                        finish,
                    });
                }
                Err(failure) => {
                    let failure = as_providers(failure);
                    if answer.seen {
                        walk.pass_over(attempt, failure.clone())?;
                        return Err(failure);
                    }
                    match failure.class {
                        FailureClass::Invalid | FailureClass::TooLarge => walk.skip(attempt, failure),
                        _ => walk.pass_over(attempt, failure)?,
                    }
                }
            }
        }
        Err(walk.exhausted())
    }

    async fn collect(
        &self,
        ctx: &CallContext,
        attempt: &Attempt<dyn ChatProvider>,
        request: ChatRequest,
        answer: &mut Answer,
        sink: &mut Sink,
    ) -> Result<FinishReason> {
        let begin_by = Instant::now() + attempt.limit;
        let late = |_| Failure::timeout("The AI provider did not begin to answer in time.");
        let opened =
            async { timeout_at(begin_by, attempt.member.complete(ctx, request)).await.map_err(late)? };
        let mut events = unless_cancelled(ctx, opened).await?;
        let stall = Duration::from_secs(self.config.stall_seconds);
        let mut until = begin_by;
        let finish = loop {
            let next = async {
                timeout_at(until.min(ctx.deadline), events.next())
                    .await
                    .map_err(|_| Failure::timeout("The AI provider stopped answering."))
            };
            match unless_cancelled(ctx, next).await? {
                Some(Ok(ChatEvent::Text(piece))) => answer.add(piece, sink),
                Some(Ok(ChatEvent::ToolCall(call))) => answer.tool_calls.push(call),
                Some(Ok(ChatEvent::Usage(usage))) => answer.usage = usage,
                Some(Ok(ChatEvent::Finished(finish))) => break finish,
                Some(Err(failure)) => return Err(failure),
                None => {
                    return Err(Failure::new(
                        FailureClass::Truncated,
                        "The AI provider stopped before the end of its answer.",
                    ));
                }
            }
            if answer.text.len() >= ANSWER_BYTES {
                break FinishReason::Length;
            }
            if answer.tool_calls.len() > ANSWER_CALLS {
                return Err(Failure::unavailable("The AI provider asks for tools without end."));
            }
            until = Instant::now() + stall;
        };
        let silent = answer.text.trim().is_empty() && answer.tool_calls.is_empty();
        if silent && finish != FinishReason::Refused {
            return Err(Failure::unavailable("The AI provider gave an empty answer."));
        }
        Ok(finish)
    }
}

impl Answer {
    fn add(&mut self, piece: String, sink: &mut Sink) {
        if piece.is_empty() {
            return;
        }
        self.text.push_str(&piece);
        self.seen |= sink.is_watched();
        sink.emit(AssistantEvent::Text(piece));
    }
}

async fn unless_cancelled<T>(ctx: &CallContext, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        done = work => done,
        () = ctx.cancellation.cancelled() => Err(Failure::timeout("The host is stopping; try again in a moment.")),
    }
}

/// What a provider holds against the host (a key that it does not know, a model that it has not) is not what the user did wrong.
fn as_providers(mut failure: Failure) -> Failure {
    use FailureClass::{Conflict, Denied, NotFound, Unauthenticated};
    if matches!(failure.class, Unauthenticated | Denied | NotFound | Conflict) {
        let detail = failure.detail.take().unwrap_or_default();
        let cause = format!("{}: {} {detail}", failure.class.as_str(), failure.message);
        return Failure::unavailable("The AI provider does not accept the host's request.")
            .with_detail(cause);
    }
    failure
}
