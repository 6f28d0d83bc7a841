//! Why a call failed.

use crate::{Failure, FieldError, InvalidInput, RateLimit};

impl Failure {
    /// The input is wrong. The message is a sentence for the person who sent it, and says what would be right.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(InvalidInput { message: message.into(), fields: Vec::new() })
    }

    /// One field of the input is wrong. The message is a sentence that can stand alone.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let fields = vec![FieldError { field: field.into(), message: message.clone() }];
        Self::Invalid(InvalidInput { message, fields })
    }

    /// The caller may not do this.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::Denied(message.into())
    }

    /// What was asked for does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::NotFound(message.into())
    }

    /// What was asked for has changed, or exists already.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict(message.into())
    }

    /// Too many calls for now; another try may succeed after this many seconds, if that is known.
    pub fn rate_limited(message: impl Into<String>, retry_after: Option<u32>) -> Self {
        Self::RateLimited(RateLimit { message: message.into(), retry_after })
    }

    /// It does not work for now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable(message.into())
    }

    /// A fault inside the plugin. The message is shown to the caller all the same: no inner workings.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into())
    }

    /// The sentence for the caller.
    pub fn message(&self) -> &str {
        match self {
            Self::Invalid(invalid) => &invalid.message,
            Self::RateLimited(limit) => &limit.message,
            Self::Denied(message)
            | Self::NotFound(message)
            | Self::Conflict(message)
            | Self::QuotaExceeded(message)
            | Self::Unavailable(message)
            | Self::Internal(message) => message,
        }
    }

    /// Names of the fields at fault.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let fields = match self {
            Self::Invalid(invalid) => invalid.fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|error| error.field.as_str())
    }
}
