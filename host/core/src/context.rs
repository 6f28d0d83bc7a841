//! Who is calling, when, from where, and until when an answer is of use.

use std::{fmt, sync::Arc, time::Duration};

use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Failure, Result};

/// Identifies a user for the life of the account. Text, as identity providers choose it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub String);

impl UserId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Stable for the life of the account.
    pub id: UserId,
    /// Lower case.
    pub email: Option<String>,
    /// As the user wrote it.
    pub full_name: Option<String>,
}

/// Who a call is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A request without a token.
    Anonymous,
    /// A request with a valid token.
    User {
        /// The token's user.
        user: User,
        /// The session that the token was issued in.
        session: Option<Uuid>,
    },
    /// The host itself.
    Host,
}

/// A point in WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// -90 to 90.
    pub latitude: f64,
    /// -180 to 180.
    pub longitude: f64,
}

/// The first parameter of every service and port call, made once from the request. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// In logs, in every error, in `X-Request-ID`.
    pub request_id: Arc<str>,
    /// Who the call is made for.
    pub caller: Caller,
    /// When the host received the request.
    pub received: Timestamp,
    /// After this nobody waits for the answer any more.
    pub deadline: Instant,
    /// Cancelled when the caller has gone away or the host stops.
    pub cancellation: CancellationToken,
    /// BCP 47 tag.
    pub locale: Arc<str>,
    /// The user's zone.
    pub time_zone: TimeZone,
    /// Where the user says that they are.
    pub location: Option<Location>,
    /// The conversation that the call belongs to, when the assistant makes it.
    pub conversation: Option<Uuid>,
}

impl CallContext {
    /// A context of this caller in UTC and `en-US`, with `time_left` until its deadline.
    pub fn new(
        request_id: impl Into<Arc<str>>,
        caller: Caller,
        received: Timestamp,
        time_left: Duration,
    ) -> Self {
        Self {
            request_id: request_id.into(),
            caller,
            received,
            deadline: Instant::now() + time_left,
            cancellation: CancellationToken::new(),
            locale: "en-US".into(),
            time_zone: TimeZone::UTC,
            location: None,
            conversation: None,
        }
    }

    /// The user, or `None` for anonymous callers and the host.
    pub fn user(&self) -> Option<&User> {
        match &self.caller {
            Caller::User { user, .. } => Some(user),
            Caller::Anonymous | Caller::Host => None,
        }
    }

    /// The user.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in.
    pub fn require_user(&self) -> Result<&User> {
        self.user().ok_or_else(|| Failure::unauthenticated("Sign in first: this needs a bearer token."))
    }

    /// What is left until the deadline; zero when it is over.
    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The moment of the request on the user's wall clock.
    pub fn local_time(&self) -> Zoned {
        self.received.to_zoned(self.time_zone.clone())
    }

    /// The same call with an earlier deadline; a later one changes nothing.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.deadline = self.deadline.min(Instant::now() + limit);
        self
    }

    /// The same call for an answer that is handed on while it is made, and goes on after the request's handler has ended: with a
    /// deadline of its own, and a cancellation that nobody else has.
    #[must_use]
    pub fn for_stream(&self, limit: Duration) -> Self {
        Self { deadline: Instant::now() + limit, cancellation: CancellationToken::new(), ..self.clone() }
    }
}
