//! Requests to a server that speaks OpenAI's protocol, for the AI provider and for speech alike.
//!
//! Each is sent once, is bounded in time and size, and fails in the same way whatever it asks for: another try is a chain's to decide, and
//! no failure is the caller's fault. Who the server is to the host stands in a [`Party`], so that messages name it and the settings that
//! an operator should look at.
//!
//! Parts: [`endpoint`] (where a server is, and what it is sent with every request), [`transport`] (one request), [`tls`],
//! [`complaint`] (what a server says when it does not answer).

pub(crate) mod complaint;
pub(crate) mod endpoint;
pub(crate) mod tls;
pub(crate) mod transport;

use std::borrow::Cow;

/// What a server is to the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    /// At the beginning of a sentence: `The AI provider`.
    pub(crate) noun: Cow<'static, str>,
    pub(crate) trade: Trade,
    /// Where the operator sets its key, model and address.
    pub(crate) key_setting: String,
    pub(crate) model_setting: String,
    pub(crate) url_setting: String,
}

/// What is asked of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trade {
    Chat,
    Speech,
}

impl Trade {
    /// What it is sent, at the beginning of a sentence.
    pub(crate) fn matter(self) -> &'static str {
        match self {
            Self::Chat => "The conversation",
            Self::Speech => "The text",
        }
    }

    /// What it does, at the end of one.
    pub(crate) fn act(self) -> &'static str {
        match self {
            Self::Chat => "answer",
            Self::Speech => "say",
        }
    }

    /// The end of its own route, which belongs into no base URL.
    pub(crate) fn route(self) -> &'static str {
        match self {
            Self::Chat => "/chat/completions",
            Self::Speech => "/audio/speech",
        }
    }
}
