//! The one error of every port and service.

use std::{borrow::Cow, fmt, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::error::Category;

/// What a port or a service answers.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// The code of a failure that will come again until somebody gives the host another key: breakers need not try soon.
pub const CREDENTIAL_REFUSED: &str = "credential_refused";

/// The code of a failure of whoever serves as many as it may: nothing is wrong with it.
pub const BUSY: &str = "busy";

/// What the next layer can do about a failure: fallback, breakers, retries and status codes all decide on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The input is wrong; the same call can never succeed.
    Invalid,
    /// Nobody is signed in, or the token is not valid.
    Unauthenticated,
    /// The caller may not do this.
    Denied,
    /// What was asked for does not exist.
    NotFound,
    /// What was asked for has changed, or exists already.
    Conflict,
    /// The input is larger than a limit.
    TooLarge,
    /// Too many calls for now.
    RateLimited,
    /// No more calls on this account until somebody acts.
    Quota,
    /// It does not work for now; another try may.
    Unavailable,
    /// It did not answer in time.
    Timeout,
    /// It began to answer and stopped before the end.
    Truncated,
    /// A fault of the program or plugin.
    Internal,
}

impl FailureClass {
    /// Whether the failure is the caller's to mend, so that neither a fallback nor a retry would help and no breaker counts it.
    pub fn is_callers_fault(self) -> bool {
        use FailureClass::*;
        matches!(self, Invalid | Unauthenticated | Denied | NotFound | Conflict | TooLarge)
    }

    /// The class in snake_case, as it stands in logs and in `code`.
    pub fn as_str(self) -> &'static str {
        use FailureClass::*;
        match self {
            Invalid => "invalid",
            Unauthenticated => "unauthenticated",
            Denied => "denied",
            NotFound => "not_found",
            Conflict => "conflict",
            TooLarge => "too_large",
            RateLimited => "rate_limited",
            Quota => "quota_exceeded",
            Unavailable => "unavailable",
            Timeout => "timeout",
            Truncated => "truncated",
            Internal => "internal",
        }
    }
}

/// One field that is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name, or a path with dots.
    pub field: String,
    /// A sentence for the person who sent it.
    pub message: String,
}

/// Why a call failed. `message`, `fields` and `code` are for the caller; `detail` is for the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// What can be done about it.
    pub class: FailureClass,
    /// A stable word for programs, where the class alone says too little: `email_taken`.
    pub code: Option<Cow<'static, str>>,
    /// A sentence that the caller may read.
    pub message: String,
    /// The fields at fault.
    pub fields: Vec<FieldError>,
    /// How long to wait before another try, when it is known.
    pub retry_after: Option<Duration>,
    /// What only the log may read.
    pub detail: Option<String>,
}

impl Failure {
    /// A failure of this class with a sentence that the caller may read.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            code: None,
            message: message.into(),
            fields: Vec::new(),
            retry_after: None,
            detail: None,
        }
    }

    /// The input is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FailureClass::Invalid, message)
    }

    /// One field of the input is wrong.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        Self::invalid(format!("{field}: {message}")).with_field(field, message)
    }

    /// What was sent, such as a body, is not JSON. The place of the mistake is named, and nothing of what was sent.
    pub fn malformed_json(what: &str, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let mistake = match error.classify() {
            Category::Eof => "it ends too early",
            Category::Syntax | Category::Data | Category::Io => "there is a mistake",
        };
        Self::invalid(format!("The {what} is not JSON: {mistake} at line {line}, column {column}."))
            .with_code("malformed_json")
    }

    /// A body is of another media type than the one that is taken.
    pub fn unsupported_media_type(expected: &str) -> Self {
        Self::invalid(format!("The body must be `{expected}`, and Content-Type must say so."))
            .with_code("unsupported_media_type")
    }

    /// Nobody is signed in, or the token is not valid.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(FailureClass::Unauthenticated, message)
    }

    /// The caller may not do this.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(FailureClass::Denied, message)
    }

    /// What was asked for does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureClass::NotFound, message)
    }

    /// What was asked for has changed, or exists already.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(FailureClass::Conflict, message)
    }

    /// It does not work for now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(FailureClass::Unavailable, message)
    }

    /// It did not answer in time.
    pub fn timeout(message: impl Into<String>) -> Self {
        Self::new(FailureClass::Timeout, message)
    }

    /// A fault of the program. The caller reads only that there was one.
    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::new(FailureClass::Internal, "Something went wrong inside the server.").with_detail(detail)
    }

    /// Names a field at fault.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.fields.push(FieldError { field: field.into(), message: message.into() });
        self
    }

    /// Gives programs a stable word.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Says how long to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Adds what only the log may read.
    #[must_use]
    pub fn with_detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// The word for programs: the code, or else the class.
    pub fn code(&self) -> &str {
        self.code.as_deref().unwrap_or(self.class.as_str())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
