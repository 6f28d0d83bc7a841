//! Accounts and the sessions that they are signed in with.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Result, User, UserId};

/// What somebody may do beyond their own affairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    #[default]
    User,
    /// Looks after the host: switches plugins on and off, reloads and removes them, reads the metrics.
    Administrator,
}

impl Role {
    /// The role in snake_case, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Administrator => "administrator",
        }
    }
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who it is.
    pub user: User,
    /// What they may do.
    pub role: Role,
    /// PHC string of the password.
    pub password_hash: String,
    /// When it was made.
    pub created: Timestamp,
}

/// One link of a session's chain of refresh tokens. The token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// The session: all tokens that came out of one login.
    pub session: Uuid,
    /// Whose it is.
    pub user: UserId,
    /// When it was made.
    pub issued: Timestamp,
    /// After this it is of no use.
    pub expires: Timestamp,
}

/// What came of presenting a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redemption {
    /// It was good, and is used up now; the successor is stored.
    Rotated,
    /// It had been used before: somebody else has it. The whole session is revoked now.
    Reused {
        /// The session that was revoked.
        session: Uuid,
    },
    /// It is not known, has expired, or its session was revoked.
    Refused,
}

/// Port: keeps accounts.
#[async_trait]
pub trait AccountStore: Send + Sync + 'static {
    /// Stores a new account.
    ///
    /// # Errors
    /// `Conflict` with the code `email_taken` when there is one with this address.
    async fn insert_account(&self, account: &Account) -> Result<()>;

    /// The account with this address, in lower case.
    async fn find_account_by_email(&self, email: &str) -> Result<Option<Account>>;

    /// The account of this user.
    async fn find_account(&self, user: &UserId) -> Result<Option<Account>>;

    /// Gives an account a role. It holds from the next call on that asks for the account.
    ///
    /// # Errors
    /// `NotFound` when the user has no account.
    async fn set_role(&self, user: &UserId, role: Role) -> Result<()>;

    /// Accounts of administrators, the oldest first, at most `limit`.
    async fn list_administrators(&self, limit: u32) -> Result<Vec<Account>>;
}

/// Port: keeps sessions.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Stores the first token of a session.
    async fn insert_refresh_token(&self, token: &RefreshToken) -> Result<()>;

    /// The token with this hash, used up or not, as long as its session stands.
    async fn find_refresh_token(&self, hash: &[u8; 32]) -> Result<Option<RefreshToken>>;

    /// Uses up the token with this hash and stores its successor, both or neither. Of several at once, one wins.
    async fn redeem_refresh_token(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        successor: &RefreshToken,
    ) -> Result<Redemption>;

    /// Ends a session: none of its tokens is good any more. Nothing happens when there is none.
    async fn revoke_session(&self, session: Uuid, now: Timestamp) -> Result<()>;

    /// Forgets tokens that expired before `before`; how many.
    async fn prune_refresh_tokens(&self, before: Timestamp) -> Result<u64>;
}
