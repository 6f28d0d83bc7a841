//! The provider `openai`: chat completions, streamed and with tools, from OpenAI or from any server that speaks its protocol (Azure, vLLM,
//! Ollama, llama.cpp, gateways).
//!
//! The request is async-openai's [`CreateChatCompletionRequest`](async_openai::types::chat::CreateChatCompletionRequest): the half of
//! the protocol that is OpenAI's to define and grows with every release. Sending it and reading the answer are this module's own, for
//! async-openai's client
//! - retries by itself, where a fallback chain must be the only one to decide on another try;
//! - writes answers and error bodies that it cannot parse into the log, and with them what users said;
//! - ends a stream in the same way for `[DONE]` as for a connection that was closed early, so that a truncated answer looks whole;
//! - drops an error's headers (`Retry-After`) and turns a broken connection into text;
//! - reads error bodies and lines of any length, and fills an unbounded channel from a task of its own;
//! - knows a closed set of finish reasons, roles and delta forms, where other vendors have more.
//!
//! Here the caller's own task pulls, one connection at a time, so that a slow reader slows the server down and dropping the completion
//! closes the connection. Everything that a server can make grow is bounded.
//!
//! Parts: [`config`], [`request`] (the port's words to the wire's), [`dialect`] (what a server would not take), [`sse`], [`chunk`] (the
//! wire's words, leniently), [`answer`] (chunks to events), [`completion`] (the stream), [`models`]. One request is
//! [`http`](crate::http)'s, and so it is of [`speech`], which is another matter of the same servers.

mod answer;
mod chunk;
mod completion;
mod config;
mod dialect;
mod failures;
mod models;
mod request;
mod speech;
mod sse;

use std::sync::Arc;

use async_trait::async_trait;
use semver::Version;
use tokio::sync::OnceCell;
use wheelhouse_core::{
    CallContext, Failure, Result,
    chat::{ChatProvider, ChatRequest, Completion, Model},
    clock::{Clock, Entropy},
    plugin::PluginInfo,
};

pub use config::OpenAiConfig;
pub use speech::{OpenAiFormat, OpenAiSpeechConfig, OpenAiSpeechEngine, OpenAiVoice};

use crate::http::transport::Transport;
use dialect::Dialect;

/// The provider's name in `AI_PROVIDERS`.
pub(crate) const ID: &str = "openai";
/// The same in messages.
const NOUN: &str = "The AI provider";

/// Chat completions from one server.
pub struct OpenAiProvider {
    transport: Arc<Transport>,
    dialect: Dialect,
    /// What the operator has named, or OpenAI's default.
    model: Option<String>,
    /// Where nobody has named one: the first that the server lists.
    first_listed: OnceCell<String>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl OpenAiProvider {
    /// A provider with this configuration. Nothing is read from the environment, and nothing is sent before it is asked.
    ///
    /// # Errors
    /// `Invalid` with all of [`OpenAiConfig::problems`]; `Internal` when TLS cannot be set up.
    pub fn new(config: &OpenAiConfig, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self> {
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(Failure::invalid(problems.join("\n")));
        }
        Ok(Self {
            transport: Arc::new(Transport::new(config.endpoint().map_err(Failure::invalid)?, clock.clone())?),
            dialect: Dialect::new(config.speaks_openais_own()),
            model: config.model().map(str::to_owned),
            first_listed: OnceCell::new(),
            clock,
            entropy,
        })
    }

    /// What `/api/v1/plugins` shows of it.
    pub fn info(&self) -> PluginInfo {
        let model = match &self.model {
            Some(model) => format!("the model {model}"),
            None => "the first model that it lists".to_owned(),
        };
        PluginInfo {
            id: ID.to_owned(),
            version: Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo takes only semantic versions"),
            name: "OpenAI-compatible provider".to_owned(),
            summary: format!("Answers from {} with {model}.", self.transport.host()),
            asks: Vec::new(),
        }
    }

    /// The model for a request that names none.
    async fn default_model(&self, ctx: &CallContext) -> Result<String> {
        if let Some(model) = &self.model {
            return Ok(model.clone());
        }
        let listed = self.first_listed.get_or_try_init(|| async {
            let listed = models::list(&self.transport, ctx).await?;
            let first = listed.into_iter().next().ok_or_else(|| {
                Failure::unavailable("The AI provider lists no model; set OPENAI_MODEL.")
                    .with_code("provider_model_missing")
            })?;
            tracing::info!(provider = ID, model = %first.id, "no model is configured: the first that the server lists is used");
            Ok::<_, Failure>(first.id)
        });
        // Whoever asks at the same time waits for the same list, but no longer than for its own call.
        self.transport.watch(ctx).wait(ctx.time_left(), listed).await?.cloned()
    }
}

#[async_trait]
impl ChatProvider for OpenAiProvider {
    fn id(&self) -> &str {
        ID
    }

    async fn models(&self, ctx: &CallContext) -> Result<Vec<Model>> {
        let mut listed = models::list(&self.transport, ctx).await?;
        if let Some(own) = &self.model {
            let model = match listed.iter().position(|model| model.id == *own) {
                Some(place) => listed.remove(place),
                // A deployment's or a router's name need not stand in the list.
                None => Model { id: own.clone(), name: own.clone(), context_window: None },
            };
            listed.insert(0, model);
        }
        Ok(listed)
    }

    async fn complete(&self, ctx: &CallContext, request: ChatRequest) -> Result<Completion> {
        let model = match &request.model {
            Some(model) => model.clone(),
            None => self.default_model(ctx).await?,
        };
        let mut wanted = request::Wanted::of(&request);
        let mut wire = request::wire(request, model);
        let watch = self.transport.watch(ctx);
        let response = loop {
            self.dialect.speak(&mut wire, &wanted);
            let body = serde_json::to_vec(&wire).map_err(Failure::internal)?;
            match self.transport.post(&watch, "/chat/completions", body).await {
                Ok(response) => break response,
                // Not a second try of the same: the server has named what it does not take, and is never sent it again.
                Err(refusal) if self.dialect.learn(&refusal, &wire, &mut wanted) => {}
                Err(refusal) => return Err(refusal.failure),
            }
        };
        let ids = completion::CallIds { clock: self.clock.clone(), entropy: self.entropy.clone() };
        completion::begin(self.transport.clone(), watch, response, ids).await
    }
}
