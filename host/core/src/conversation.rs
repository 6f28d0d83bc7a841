//! What users and the assistant said to each other.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Result, UserId, chat::ChatMessage};

/// A conversation of one user with the assistant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Unique in the host.
    pub id: Uuid,
    /// Whose it is.
    pub user: UserId,
    /// The client's own name for it, unique for the user.
    pub session_id: Option<String>,
    /// When it began.
    pub created: Timestamp,
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMessage {
    /// Unique in the host, sorted by time.
    pub id: Uuid,
    /// Never a system message: instructions are made anew for each turn.
    pub message: ChatMessage,
    /// When it was said.
    pub created: Timestamp,
}

/// What a claim on a turn found.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnClaim {
    /// Nobody has taken it: it is the caller's now, until `finish_turn` or `abandon_turn`.
    Claimed,
    /// Somebody else is at it.
    Running,
    /// It is done, and this came of it.
    Finished(serde_json::Value),
}

/// Port: keeps conversations. A user's id is in every call, so that nobody reads another's.
#[async_trait]
pub trait ConversationStore: Send + Sync + 'static {
    /// Stores a new conversation.
    ///
    /// # Errors
    /// `Conflict` when the user has one with this id or session id.
    async fn insert_conversation(&self, conversation: &Conversation) -> Result<()>;

    /// The user's conversation with this id.
    async fn find_conversation(&self, user: &UserId, id: Uuid) -> Result<Option<Conversation>>;

    /// The user's conversation with this session id.
    async fn find_conversation_by_session(
        &self,
        user: &UserId,
        session_id: &str,
    ) -> Result<Option<Conversation>>;

    /// Adds messages in this order, all or none.
    ///
    /// # Errors
    /// `NotFound` when the user has no such conversation.
    async fn append_messages(
        &self,
        user: &UserId,
        conversation: Uuid,
        messages: &[StoredMessage],
    ) -> Result<()>;

    /// The last `limit` messages, oldest first.
    async fn recent_messages(
        &self,
        user: &UserId,
        conversation: Uuid,
        limit: u32,
    ) -> Result<Vec<StoredMessage>>;

    /// Takes a turn, so that a message that is sent again acts once. A claim older than `stale_before` that was never finished
    /// is taken over: whoever had it is gone.
    async fn claim_turn(
        &self,
        user: &UserId,
        key: &str,
        now: Timestamp,
        stale_before: Timestamp,
    ) -> Result<TurnClaim>;

    /// Keeps what came of a claimed turn.
    async fn finish_turn(&self, user: &UserId, key: &str, answer: &serde_json::Value) -> Result<()>;

    /// Gives a claim back, so that the message can be tried again.
    async fn abandon_turn(&self, user: &UserId, key: &str) -> Result<()>;

    /// Forgets turns that were claimed before `before`; how many.
    async fn prune_turns(&self, before: Timestamp) -> Result<u64>;
}
