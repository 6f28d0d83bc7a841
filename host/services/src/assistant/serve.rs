//! A request from its claim to its kept answer.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};
use wheelhouse_core::{
    CallContext, Failure, Result, User, UserId,
    assistant::{AssistantEvent, TurnAnswer},
    catalog::Catalog,
    chat::ChatMessage,
    conversation::{Conversation, StoredMessage, TurnClaim},
    plugin::Export,
};

use super::{
    Inner, TurnRequest,
    events::{Reader, Sink},
    history,
    once::TurnKey,
    prompt,
    slots::Slot,
    still_running, tools,
    turn::Turn,
};

/// A claim is taken over when it is older than a turn may take and this.
const GRACE: Duration = Duration::from_secs(30);
/// How long a turn waits for tools that are being loaded, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// How often a running turn is looked for, at first and at most.
const POLL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// What a claim led to.
enum Claimed {
    /// The turn is this task's.
    Ours,
    /// It is done, and this came of it.
    Answered(Box<TurnAnswer>),
}

impl Inner {
    /// Serves one request to its end, and tells whoever asked.
    pub(super) async fn serve(
        self: Arc<Self>,
        ctx: CallContext,
        user: User,
        request: TurnRequest,
        reader: Reader,
        slot: Slot,
    ) {
        let mut sink = Sink::new(reader);
        let outcome = Box::pin(self.answer(ctx, &user, &request, &mut sink)).await;
        if let Err(failure) = &outcome {
            tracing::warn!(
                class = failure.class.as_str(),
                code = failure.code(),
                detail = failure.detail.as_deref().unwrap_or_default(),
                "a turn failed"
            );
        }
        drop(slot);
        sink.finish(outcome).await;
    }

    async fn answer(
        &self,
        ctx: CallContext,
        user: &User,
        request: &TurnRequest,
        sink: &mut Sink,
    ) -> Result<TurnAnswer> {
        let began = self.clock.now();
        // Before the claim: who asks for another's conversation leaves no trace.
        let known = self.find_conversation(&user.id, request).await?;
        let key = self.turn_key(&user.id, request).await?;
        if let Some(key) = &key
            && let Claimed::Answered(answer) = self.claim(&ctx, &user.id, &key.key, sink).await?
        {
            tracing::info!(conversation = %answer.conversation_id, "a message was sent again");
            sink.emit(AssistantEvent::Text(answer.text.clone()));
            return Ok(*answer);
        }
        match self.run(ctx, user, request, known, sink).await {
            Ok(answer) => {
                if let Some(key) = &key {
                    self.keep(&user.id, key, &answer, began).await;
                }
                Ok(answer)
            }
            Err(failure) => {
                if let Some(key) = &key
                    && let Err(error) = self.conversations.abandon_turn(&user.id, &key.key).await
                {
                    tracing::error!(%error, detail = error.detail.as_deref().unwrap_or_default(), "a turn could not be given back");
                }
                Err(failure)
            }
        }
    }

    /// Claims the turn, or waits for whoever has it.
    async fn claim(&self, ctx: &CallContext, user: &UserId, key: &str, sink: &Sink) -> Result<Claimed> {
        let patience = Duration::from_secs(self.config.turn_seconds) + GRACE;
        let mut pause = POLL.0;
        loop {
            let now = self.clock.now();
            let stale_before = now.checked_sub(patience).unwrap_or(Timestamp::MIN);
            match self.conversations.claim_turn(user, key, now, stale_before).await? {
                TurnClaim::Claimed => return Ok(Claimed::Ours),
                TurnClaim::Finished(answer) => {
                    let answer = serde_json::from_value(answer).map_err(Failure::internal)?;
                    return Ok(Claimed::Answered(Box::new(answer)));
                }
                // Nobody waits for it here; whoever has it goes on.
                TurnClaim::Running if sink.is_gone() || ctx.time_left().is_zero() => {
                    return Err(still_running());
                }
                TurnClaim::Running => {}
            }
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(POLL.1),
                () = ctx.cancellation.cancelled() => return Err(still_running()),
            }
        }
    }

    /// The turn has acted, so a failure to keep its answer is not the user's.
    async fn keep(&self, user: &UserId, key: &TurnKey, answer: &TurnAnswer, began: Timestamp) {
        let kept = async {
            let value = serde_json::to_value(answer).map_err(Failure::internal)?;
            self.conversations.finish_turn(user, &key.key, &value).await?;
            key.settle(self.cache.as_ref(), began, self.clock.now()).await
        };
        if let Err(error) = kept.await {
            tracing::error!(%error, detail = error.detail.as_deref().unwrap_or_default(), "an answer could not be kept");
        }
    }

    /// The conversation of the request, when there is one already.
    async fn find_conversation(&self, user: &UserId, request: &TurnRequest) -> Result<Option<Conversation>> {
        match (request.conversation_id, &request.session_id) {
            (Some(id), _) => {
                let found = self.conversations.find_conversation(user, id).await?;
                let missing = || {
                    Failure::not_found("You have no conversation with this id.").with_code("no_conversation")
                };
                found.map(Some).ok_or_else(missing)
            }
            (None, Some(session)) => self.conversations.find_conversation_by_session(user, session).await,
            (None, None) => match request.connection.and_then(|connection| connection.conversation) {
                Some(id) => self.conversations.find_conversation(user, id).await,
                None => Ok(None),
            },
        }
    }

    async fn open_conversation(&self, user: &UserId, session: Option<&str>) -> Result<Conversation> {
        let now = self.clock.now();
        let conversation = Conversation {
            id: self.entropy.uuid(now),
            user: user.clone(),
            session_id: session.map(str::to_owned),
            created: now,
        };
        let Err(failure) = self.conversations.insert_conversation(&conversation).await else {
            return Ok(conversation);
        };
        // Another message of the same session was quicker.
        let quicker = match session {
            Some(session) => self.conversations.find_conversation_by_session(user, session).await?,
            None => None,
        };
        quicker.ok_or(failure)
    }

    async fn run(
        &self,
        mut ctx: CallContext,
        user: &User,
        request: &TurnRequest,
        known: Option<Conversation>,
        sink: &mut Sink,
    ) -> Result<TurnAnswer> {
        let (conversation, stored) = match known {
            Some(known) => {
                let limit = self.config.history_messages;
                let stored = self.conversations.recent_messages(&user.id, known.id, limit).await?;
                (known, stored)
            }
            None => (self.open_conversation(&user.id, request.session_id.as_deref()).await?, Vec::new()),
        };
        ctx.conversation = Some(conversation.id);
        let said = ChatMessage::User { text: request.message.clone() };
        self.append(&conversation, &[self.stored(said.clone())]).await?;

        let mut messages =
            vec![ChatMessage::System { text: prompt::system_prompt(&ctx, user, request.page.as_deref()) }];
        messages.extend(history::to_show(stored, &request.message, self.config.history_chars));
        messages.push(said);
        let catalog = self.catalog_with_tools(&ctx).await;
        let tools = tools::specs(&catalog);
        let turn = Turn::new(self, &ctx, catalog, &conversation, messages);
        let mut answer = turn.run(&tools, sink).await?;
        answer.session_id = conversation.session_id.or_else(|| request.session_id.clone());
        Ok(answer)
    }

    /// The catalog that the turn keeps to. On a first start it waits for tools that are still being compiled.
    async fn catalog_with_tools(&self, ctx: &CallContext) -> Arc<Catalog> {
        let until = Instant::now() + (ctx.time_left() / 2).min(LONGEST_WAIT);
        let loaded = self.catalog.wait_until(|catalog| !catalog.is_loading(Export::Tools));
        tokio::select! {
            catalog = timeout_at(until, loaded) => catalog.unwrap_or_else(|_| self.catalog.current()),
            () = ctx.cancellation.cancelled() => self.catalog.current(),
        }
    }

    pub(super) fn stored(&self, message: ChatMessage) -> StoredMessage {
        let created = self.clock.now();
        StoredMessage { id: self.entropy.uuid(created), message, created }
    }

    pub(super) async fn append(&self, conversation: &Conversation, messages: &[StoredMessage]) -> Result<()> {
        self.conversations.append_messages(&conversation.user, conversation.id, messages).await
    }
}
