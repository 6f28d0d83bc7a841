//! What a server would not take.
//!
//! Servers that speak OpenAI's protocol differ in what they take beside messages and tools: some know no `stream_options`, older ones and most of
//! the open world count `max_tokens`, OpenAI's newer models only `max_completion_tokens`, and those that think let nobody set a temperature. Who
//! is sent what it does not know answers 400 and names it. So the host begins with what is likely, and what a server refuses it is not sent again.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use async_openai::types::chat::{ChatCompletionStreamOptions, CreateChatCompletionRequest};

use super::{complaint::Refusal, request::Wanted};

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
        let Some(parameter) = refusal.unsupported else { return false };
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
