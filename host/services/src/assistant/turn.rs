//! The rounds of a turn.

use std::{collections::HashSet, sync::Arc};

use wheelhouse_core::{
    CallContext, Result,
    assistant::{AssistantEvent, ToolRun, TurnAnswer},
    catalog::Catalog,
    chat::{ChatMessage, FinishReason, ToolSpec, Usage},
    conversation::{Conversation, StoredMessage},
    tool::UiAction,
};

use super::{
    Inner,
    events::Sink,
    tools::{self, Called},
};

/// More than a screen can do at once.
const MOST_ACTIONS: usize = 64;

/// A turn on its way.
pub(super) struct Turn<'t> {
    inner: &'t Inner,
    ctx: &'t CallContext,
    catalog: Arc<Catalog>,
    conversation: &'t Conversation,
    messages: Vec<ChatMessage>,
    runs: Vec<ToolRun>,
    actions: Vec<UiAction>,
    /// What tools that ran said, for when no provider can put it into words any more.
    results: Vec<String>,
    usage: Usage,
    /// Who is asked, in this order.
    order: Vec<String>,
    /// Who spoke last.
    provider: Option<String>,
    fallback_used: bool,
}

impl<'t> Turn<'t> {
    /// A turn that begins with these messages, instructions first and what the user says now last.
    pub(super) fn new(
        inner: &'t Inner,
        ctx: &'t CallContext,
        catalog: Arc<Catalog>,
        conversation: &'t Conversation,
        messages: Vec<ChatMessage>,
    ) -> Self {
        Self {
            inner,
            ctx,
            catalog,
            conversation,
            messages,
            runs: Vec::new(),
            actions: Vec::new(),
            results: Vec::new(),
            usage: Usage::default(),
            order: inner.chain.names().to_vec(),
            provider: None,
            fallback_used: false,
        }
    }

    /// Goes round until there is an answer. Once a tool has run the turn does not fail any more: a client that tried again would
    /// have it run twice.
    pub(super) async fn run(mut self, tools: &[ToolSpec], sink: &mut Sink) -> Result<TurnAnswer> {
        let mut used = HashSet::new();
        for number in 0..=self.inner.config.max_rounds {
            // After the last round of tools one without any, so that there is always an answer.
            let last = number == self.inner.config.max_rounds;
            let offered = if last { &[][..] } else { tools };
            let order = self.order.clone();
            let round =
                self.inner.round(self.ctx, self.catalog.clone(), order, &self.messages, offered, sink).await;
            let mut round = match round {
                Ok(round) => round,
                Err(failure) if self.runs.is_empty() => return Err(failure),
                Err(failure) => {
                    tracing::warn!(
                        class = failure.class.as_str(),
                        "no provider could put a tool's result into words"
                    );
                    break;
                }
            };
            self.usage.input_tokens = self.usage.input_tokens.saturating_add(round.usage.input_tokens);
            self.usage.output_tokens = self.usage.output_tokens.saturating_add(round.usage.output_tokens);
            if round.fallback_used {
                // Who was passed over would have to be waited for again in every round.
                self.order = self.inner.chain.order_from(&round.provider);
            }
            self.provider = Some(round.provider);
            self.fallback_used |= round.fallback_used;
            if round.tool_calls.is_empty() || last {
                let text = final_text(&round.text, round.finish);
                if text.is_empty() {
                    break;
                }
                return Ok(self.finish(text).await);
            }
            tools::name_calls(&mut round.tool_calls, number, &mut used);
            let called = self.inner.run_calls(self.ctx, &self.catalog, &round.tool_calls, sink).await;
            let said = ChatMessage::Assistant { text: round.text, tool_calls: round.tool_calls };
            self.take(said, called).await;
        }
        let text = self.in_tools_words();
        sink.emit(AssistantEvent::Text(text.clone()));
        Ok(self.finish(text).await)
    }

    /// Keeps a round: the call and all its results, or none of them.
    async fn take(&mut self, said: ChatMessage, called: Vec<Called>) {
        let mut group = vec![self.inner.stored(said.clone())];
        self.messages.push(said);
        for Called { message, run, actions } in called {
            if let (ChatMessage::Tool { text, .. }, Some(_)) = (&message, &run) {
                self.results.push(text.clone());
            }
            group.push(self.inner.stored(message.clone()));
            self.messages.push(message);
            self.runs.extend(run);
            for action in actions {
                if self.actions.len() < MOST_ACTIONS && !self.actions.contains(&action) {
                    self.actions.push(action);
                }
            }
        }
        self.keep(&group).await;
    }

    async fn keep(&self, messages: &[StoredMessage]) {
        if let Err(error) = self.inner.append(self.conversation, messages).await {
            tracing::error!(%error, detail = error.detail.as_deref().unwrap_or_default(), "messages could not be kept");
        }
    }

    fn in_tools_words(&self) -> String {
        match self.results.as_slice() {
            [] => "I could not come to an answer; please ask again in other words.".to_owned(),
            results => results.join("\n"),
        }
    }

    async fn finish(self, text: String) -> TurnAnswer {
        let message =
            self.inner.stored(ChatMessage::Assistant { text: text.clone(), tool_calls: Vec::new() });
        let message_id = message.id;
        self.keep(&[message]).await;
        tracing::info!(
            conversation = %self.conversation.id,
            provider = self.provider.as_deref().unwrap_or_default(),
            tools = self.runs.len(),
            chars = text.len(),
            input_tokens = self.usage.input_tokens,
            output_tokens = self.usage.output_tokens,
            "answered"
        );
        TurnAnswer {
            text,
            ui_actions: self.actions,
            tools: self.runs,
            conversation_id: self.conversation.id,
            session_id: None,
            message_id,
            provider: self.provider.unwrap_or_default(),
            model: None,
            fallback_used: self.fallback_used,
            usage: self.usage,
        }
    }
}

/// A provider's last words, or nothing when there are none.
fn final_text(text: &str, finish: FinishReason) -> String {
    let text = text.trim();
    match finish {
        FinishReason::Refused if text.is_empty() => "I cannot help with that.".to_owned(),
        FinishReason::Length if !text.is_empty() => {
            format!("{text} […] I had to stop here; ask me to go on.")
        }
        _ => text.to_owned(),
    }
}
