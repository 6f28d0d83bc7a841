//! What a server would not take.
//!
//! Servers that speak OpenAI's protocol differ in what they take beside messages and tools: some know no `stream_options`, older ones and most of
//! the open world count `max_tokens`, OpenAI's newer models only `max_completion_tokens`, and those that think let nobody set a temperature. Who
//! is sent what it does not know answers 400 and names it. So the host begins with what is likely, and what a server refuses it is not sent again.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use async_openai::types::chat::{ChatCompletionStreamOptions, CreateChatCompletionRequest};

use super::request::Wanted;
use crate::http::complaint::{Complaint, Refusal};

/// A parameter that not every server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    StreamOptions,
    MaxTokens,
    MaxCompletionTokens,
    Temperature,
}

impl Parameter {
    pub(super) const ALL: [Self; 4] =
        [Self::StreamOptions, Self::MaxTokens, Self::MaxCompletionTokens, Self::Temperature];

    /// As it stands in a request.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::StreamOptions => "stream_options",
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
            Self::Temperature => "temperature",
        }
    }

    #[expect(deprecated, reason = "what OpenAI calls deprecated is all that many servers know")]
    fn is_in(self, wire: &CreateChatCompletionRequest) -> bool {
        match self {
            Self::StreamOptions => wire.stream_options.is_some(),
            Self::MaxTokens => wire.max_tokens.is_some(),
            Self::MaxCompletionTokens => wire.max_completion_tokens.is_some(),
            Self::Temperature => wire.temperature.is_some(),
        }
    }
}

/// What is known of one server's taste. Starts as a guess and learns.
pub(super) struct Dialect {
    stream_options: AtomicBool,
    /// Else `max_tokens`.
    max_completion_tokens: AtomicBool,
    temperature: AtomicBool,
}

impl Dialect {
    pub(super) fn new(openais_own: bool) -> Self {
        Self {
            stream_options: AtomicBool::new(true),
            max_completion_tokens: AtomicBool::new(openais_own),
            temperature: AtomicBool::new(true),
        }
    }

    /// Puts what is wanted into the request, in the way that the server takes it.
    #[expect(deprecated, reason = "what OpenAI calls deprecated is all that many servers know")]
    pub(super) fn speak(&self, wire: &mut CreateChatCompletionRequest, wanted: &Wanted) {
        wire.stream_options = self
            .stream_options
            .load(Relaxed)
            .then_some(ChatCompletionStreamOptions { include_usage: Some(true), include_obfuscation: None });
        (wire.max_completion_tokens, wire.max_tokens) = match self.max_completion_tokens.load(Relaxed) {
            true => (wanted.max_output_tokens, None),
            false => (None, wanted.max_output_tokens),
        };
        wire.temperature = wanted.temperature.filter(|_| self.temperature.load(Relaxed));
    }

    /// Whether it makes sense to say the same in another way: the server has named a parameter that was sent, for the first time in this call.
    pub(super) fn learn(
        &self,
        refusal: &Refusal,
        wire: &CreateChatCompletionRequest,
        wanted: &mut Wanted,
    ) -> bool {
        let Some(parameter) = refusal.objection.as_ref().and_then(unsupported) else { return false };
        if !parameter.is_in(wire) || wanted.refused.contains(&parameter) {
            return false;
        }
        wanted.refused.push(parameter);
        match parameter {
            Parameter::StreamOptions => self.stream_options.store(false, Relaxed),
            Parameter::MaxTokens => self.max_completion_tokens.store(true, Relaxed),
            Parameter::MaxCompletionTokens => self.max_completion_tokens.store(false, Relaxed),
            Parameter::Temperature => self.temperature.store(false, Relaxed),
        }
        tracing::info!(
            provider = super::ID,
            parameter = parameter.name(),
            "the server does not take this parameter: left out from now on"
        );
        true
    }
}

/// The parameter that the complaint is about, if it says that there should be none of the kind.
fn unsupported(complaint: &Complaint) -> Option<Parameter> {
    let text = complaint.message.to_lowercase();
    let unwanted = complaint.says(&["unsupported", "unknown_parameter", "extra_forbidden"])
        || [
            "unsupported",
            "not support",
            "unrecognized",
            "unknown",
            "unexpected",
            "extra input",
            "not permitted",
        ]
        .iter()
        .any(|word| text.contains(word));
    if !unwanted {
        return None;
    }
    let parameter = complaint.parameter.split('.').next().unwrap_or_default();
    let named = Parameter::ALL.into_iter().find(|known| known.name() == parameter);
    // A sentence may go on to name the parameter that it would rather have.
    named.or_else(|| {
        let places = Parameter::ALL.into_iter().filter_map(|known| Some((text.find(known.name())?, known)));
        places.min_by_key(|(place, _)| *place).map(|(_, known)| known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_that_is_not_taken_is_recognised() {
        use Parameter::{MaxTokens, StreamOptions, Temperature};
        for (body, expected) in [
            (
                r#"{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "param": "max_tokens", "code": "unsupported_parameter"}}"#,
                Some(MaxTokens),
            ),
            (r#"{"error": "Unsupported: 'max_tokens', use max_completion_tokens"}"#, Some(MaxTokens)),
            (
                r#"{"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}"#,
                Some(StreamOptions),
            ),
            (
                r#"{"error": {"message": "'temperature' does not support 0.2 with this model.", "param": "temperature", "code": "unsupported_value"}}"#,
                Some(Temperature),
            ),
            (r#"{"error": {"message": "'max_tokens' is too large: 5000"}}"#, None),
            (r#"{"error": {"message": "unknown role"}}"#, None),
        ] {
            assert_eq!(unsupported(&Complaint::read(body.as_bytes())), expected, "{body}");
        }
    }
}
