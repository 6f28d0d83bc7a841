//! PAM: a user's message in, an answer out, with tools in between.

mod config;
mod events;
mod history;
mod once;
mod prompt;
mod round;
mod serve;
mod slots;
mod tools;
mod turn;

use std::{sync::Arc, time::Duration};

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;
use uuid::Uuid;
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    assistant::{AssistantEvent, TurnAnswer},
    cache::Cache,
    catalog::{Catalog, CatalogReader},
    chat::ChatProvider,
    clock::{Clock, Entropy},
    conversation::ConversationStore,
};

pub use config::AssistantConfig;

use crate::{
    Ports,
    breaker::Probing,
    chain::{Chain, ChainParts},
    status::MemberStatus,
};
use events::Reader;
use slots::Slots;

/// Longest id that a client may choose.
const ID_CHARS: usize = 128;
/// Longest name of a page.
const PAGE_CHARS: usize = 512;
/// Events that may wait for a slow reader before they are put together.
const EVENTS: usize = 32;
/// How long turns get to finish once they have been told to stop.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// What a user says to PAM. Has no `Debug`: what users say is not for logs.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TurnRequest {
    /// 1 to `assistant.max_message_chars` characters, not all blank.
    pub message: String,
    /// A conversation of the user.
    pub conversation_id: Option<Uuid>,
    /// The client's own name for a conversation, up to 128 characters; made when it is new. Of no meaning beside `conversation_id`.
    pub session_id: Option<String>,
    /// The client's id of the message, up to 128 characters: sent again with the same, it acts once, on whichever connection. Without
    /// one, the same message in the same session or conversation, or by the same connection when it names neither, within a minute
    /// counts as sent again.
    pub request_id: Option<String>,
    /// The page that the user looks at, up to 512 characters.
    pub page: Option<String>,
    /// The connection that the message came by, when it is one of several messages. Of no meaning beside `conversation_id` or
    /// `session_id`.
    pub connection: Option<Connection>,
}

/// A connection that carries several messages, such as a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// Unique in the host.
    pub id: Uuid,
    /// The conversation that its last message belonged to, with which one that names none goes on. When it is no longer there, a new
    /// one begins.
    pub conversation: Option<Uuid>,
}

/// PAM.
pub struct AssistantService {
    inner: Arc<Inner>,
    turns: TaskTracker,
}

/// What turns work with. They outlive the requests that began them.
struct Inner {
    config: AssistantConfig,
    chain: Chain<dyn ChatProvider>,
    catalog: CatalogReader,
    conversations: Arc<dyn ConversationStore>,
    cache: Arc<dyn Cache>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    slots: Slots,
    /// Cancelled when the host stops.
    stop: CancellationToken,
}

impl AssistantService {
    /// Puts the service together.
    pub fn new(config: &AssistantConfig, ports: &Ports) -> Self {
        let chain = Chain::new(ChainParts {
            noun: "AI provider",
            names: &config.providers,
            resolve: Catalog::provider,
            // Its key changes with the process.
            revision: |_| "",
            breaker: config.breaker,
            probing: Probing::ByCalls,
            patience: Duration::from_secs(config.first_event_seconds),
            catalog: ports.catalog.clone(),
            clock: ports.clock.clone(),
        });
        let inner = Inner {
            chain,
            catalog: ports.catalog.clone(),
            conversations: ports.conversations.clone(),
            cache: ports.cache.clone(),
            clock: ports.clock.clone(),
            entropy: ports.entropy.clone(),
            slots: Slots::new(config.max_running_turns, config.max_turns_per_user),
            stop: CancellationToken::new(),
            config: config.clone(),
        };
        Self { inner: Arc::new(inner), turns: TaskTracker::new() }
    }

    /// Answers a message. The turn goes on, and is kept, when the caller goes away; sending the message again brings its answer.
    ///
    /// # Errors
    /// `Invalid` or `TooLarge` naming the field; `NotFound` for a conversation that is not the user's; `RateLimited` when too many
    /// turns run; `Timeout` with the code `turn_running` when the context's deadline comes first; else the most telling failure of
    /// the providers, and then no tool has run.
    pub async fn turn(&self, ctx: &CallContext, request: TurnRequest) -> Result<TurnAnswer> {
        let (reply, answer) = oneshot::channel();
        self.begin(ctx, request, Reader::Answer(reply))?;
        tokio::select! {
            answered = timeout_at(ctx.deadline, answer) => match answered {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(Failure::internal("a turn ended without an answer")),
                Err(_) => Err(still_running()),
            },
            () = ctx.cancellation.cancelled() => {
                Err(Failure::timeout("The request was given up before there was an answer."))
            }
        }
    }

    /// The same as it happens; comes back with the first event. `Finished` carries the text that counts: what was said beside tool calls
    /// is among the `Text` events only. A reader that is slow gets larger pieces, one that is gone holds nothing up.
    ///
    /// # Errors
    /// As [`turn`](Self::turn), as long as nothing has happened; after that as the stream's last item.
    pub async fn stream(
        &self,
        ctx: &CallContext,
        request: TurnRequest,
    ) -> Result<BoxStream<'static, Result<AssistantEvent>>> {
        let (events, mut receiver) = mpsc::channel(EVENTS);
        self.begin(ctx, request, Reader::Events(events))?;
        let first = tokio::select! {
            first = timeout_at(ctx.deadline, receiver.recv()) => first.map_err(|_| still_running())?,
            () = ctx.cancellation.cancelled() => {
                return Err(Failure::timeout("The request was given up before there was an answer."));
            }
        };
        let Some(first) = first else { return Err(Failure::internal("a turn ended without an answer")) };
        let rest = stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|event| (event, receiver))
        });
        Ok(stream::iter([Ok(first?)]).chain(rest).boxed())
    }

    /// Everything that can be told without a port is told here; the rest runs in a task of its own.
    fn begin(&self, ctx: &CallContext, request: TurnRequest, reader: Reader) -> Result<()> {
        let user = ctx.require_user()?.clone();
        self.inner.check(&request)?;
        let slot = self.inner.slots.take(&user.id)?;
        let mut ctx = ctx.clone();
        ctx.deadline = Instant::now() + Duration::from_secs(self.inner.config.turn_seconds);
        ctx.cancellation = self.inner.stop.child_token();
        let span = tracing::info_span!("turn", request_id = %ctx.request_id, user = %user.id);
        let inner = self.inner.clone();
        self.turns.spawn(async move { inner.serve(ctx, user, request, reader, slot).await }.instrument(span));
        Ok(())
    }

    /// The chain's providers in order, then those that are loaded and stand in no chain.
    pub fn providers(&self, _ctx: &CallContext) -> Vec<MemberStatus> {
        let catalog = self.inner.catalog.current();
        let loaded: Vec<&str> = catalog.providers().iter().map(|provider| provider.id()).collect();
        self.inner.chain.status(&catalog, &loaded)
    }

    /// Lets running turns finish, for so long; then tells them to stop. For the host's shutdown.
    pub async fn drain(&self, patience: Duration) {
        self.turns.close();
        if timeout(patience, self.turns.wait()).await.is_err() {
            tracing::warn!(turns = self.turns.len(), "turns are still running and are told to stop");
            self.inner.stop.cancel();
            let _ = timeout(LAST_MOMENT, self.turns.wait()).await;
        }
    }

    /// Forgets turns that began more than a day ago; how many. For the host's housekeeping.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn prune(&self) -> Result<u64> {
        let day = Duration::from_secs(86_400);
        let before = self.inner.clock.now().checked_sub(day).unwrap_or(jiff::Timestamp::MIN);
        self.inner.conversations.prune_turns(before).await
    }
}

impl Inner {
    fn check(&self, request: &TurnRequest) -> Result<()> {
        let chars = request.message.chars().count();
        if chars > self.config.max_message_chars {
            let message = format!("has {chars} characters and may have {}", self.config.max_message_chars);
            return Err(Failure::new(FailureClass::TooLarge, format!("message: {message}"))
                .with_code("message_too_long")
                .with_field("message", message));
        }
        if request.message.trim().is_empty() {
            return Err(Failure::invalid_field("message", "is empty; say something"));
        }
        for (field, value, longest) in [
            ("session_id", &request.session_id, ID_CHARS),
            ("request_id", &request.request_id, ID_CHARS),
            ("page", &request.page, PAGE_CHARS),
        ] {
            let Some(value) = value else { continue };
            if value.is_empty() || value.chars().count() > longest || value.contains('\0') {
                return Err(Failure::invalid_field(field, format!("must be of 1 to {longest} characters")));
            }
        }
        Ok(())
    }
}

fn still_running() -> Failure {
    Failure::timeout(
        "The answer is not there yet. Send the same message again to get it; nothing is done twice.",
    )
    .with_code("turn_running")
    .with_retry_after(Duration::from_secs(5))
}
