//! Engines of the kind `openai`: `POST {base_url}/audio/speech`, at OpenAI or at any server that speaks its protocol (Kokoro-FastAPI,
//! Speaches, LocalAI).
//!
//! The bytes are handed on while they come, and no further than they are asked for. What they are is read from their own head rather than
//! believed: servers differ in which forms they make, and some make another than they were asked for. An answer that ends before its end is a
//! failure however the server tells its length.
//!
//! Parts: [`config`], [`voices`] (and the languages that each speaks), [`form`] (the forms of audio, and their heads), [`parts`] (of a long
//! text), [`answer`] (one, as it streams), [`audio`] (all of them).

mod answer;
mod audio;
mod config;
mod form;
mod parts;
mod voices;

use std::sync::Arc;

use async_trait::async_trait;
use semver::Version;
use serde::Serialize;
use wheelhouse_core::{
    CallContext, Failure, Result,
    clock::Clock,
    plugin::PluginInfo,
    speech::{Abilities, Encoding, Speech, SpeechEngine, Utterance, Voice},
};

use crate::{OpenAiConfig, http::transport::Transport, revision, voices::choose};
use form::Form;

pub use config::OpenAiSpeechConfig;
pub use form::OpenAiFormat;
pub use voices::OpenAiVoice;

/// Speaks by a server.
pub struct OpenAiSpeechEngine {
    id: Arc<str>,
    revision: String,
    transport: Arc<Transport>,
    model: String,
    voices: Vec<Voice>,
    /// What the server calls each of them.
    names: Vec<String>,
    formats: Vec<OpenAiFormat>,
    pcm_sample_rate: u32,
    max_chars: usize,
    instructions: Option<String>,
    speed: bool,
}

/// The body of a request.
#[derive(Serialize)]
struct Wire<'u> {
    model: &'u str,
    input: &'u str,
    voice: &'u str,
    response_format: OpenAiFormat,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<&'u str>,
}

impl OpenAiSpeechEngine {
    /// An engine of this name. Of what it lacks to find its server, `shared` is asked where the name is `openai`. Nothing is sent before it
    /// is asked to speak.
    ///
    /// # Errors
    /// `Invalid` with all of [`OpenAiSpeechConfig::problems`]; `Internal` when TLS cannot be set up.
    pub fn new(
        id: &str,
        config: &OpenAiSpeechConfig,
        shared: &OpenAiConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let problems = config.problems(id, shared);
        if !problems.is_empty() {
            return Err(Failure::invalid(problems.join("\n")));
        }
        let config = config.joined(id, shared);
        let endpoint = config.endpoint(id).map_err(Failure::invalid)?;
        let (voices, names) = config.listed().into_iter().unzip();
        Ok(Self {
            id: id.into(),
            revision: revision::of(&config, config.api_key.as_ref()),
            transport: Arc::new(Transport::new(endpoint, clock)?),
            model: config.model_name().unwrap_or_default().to_owned(),
            voices,
            names,
            formats: config.formats.clone(),
            pcm_sample_rate: config.pcm_sample_rate,
            max_chars: config.max_chars,
            instructions: config.instructions.clone().filter(|text| !text.trim().is_empty()),
            speed: config.speed,
        })
    }

    /// What `/api/v1/plugins` shows of it.
    pub fn info(&self) -> PluginInfo {
        PluginInfo {
            id: self.id.to_string(),
            version: Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo takes only semantic versions"),
            name: "OpenAI-compatible speech".to_owned(),
            summary: format!("Speaks at {} with the model {}.", self.transport.host(), self.model),
            asks: Vec::new(),
        }
    }

    /// The form to ask for: the wished one where the server makes it, else samples, else what it makes. What is put together of parts must
    /// bear it.
    fn form(&self, wished: Option<Encoding>, parts: usize) -> OpenAiFormat {
        let makes = |form: &OpenAiFormat| self.formats.contains(form);
        let wished = wished.map(OpenAiFormat::of).filter(makes).filter(|form| parts == 1 || form.is_open());
        let samples = [OpenAiFormat::Pcm, OpenAiFormat::Wav].into_iter().find(makes);
        wished.or(samples).or(self.formats.first().copied()).unwrap_or(OpenAiFormat::Pcm)
    }
}

#[async_trait]
impl SpeechEngine for OpenAiSpeechEngine {
    fn id(&self) -> &str {
        &self.id
    }

    fn abilities(&self) -> Abilities {
        let speed = if self.speed { 0.25..=4.0 } else { 1.0..=1.0 };
        Abilities { speed, pitch: false, words: false }
    }

    fn revision(&self) -> &str {
        &self.revision
    }

    async fn voices(&self, _ctx: &CallContext) -> Result<Vec<Voice>> {
        Ok(self.voices.clone())
    }

    async fn synthesize(&self, ctx: &CallContext, utterance: Utterance) -> Result<Speech> {
        let voice = &self.names[choose(&self.voices, &utterance, &self.id)?];
        let parts = parts::parts(&utterance.text, self.max_chars);
        let asked = self.form(utterance.encoding, parts.len());
        let bodies = parts.into_iter().map(|input| {
            serde_json::to_vec(&Wire {
                model: &self.model,
                input,
                voice,
                response_format: asked,
                speed: Some(utterance.speed).filter(|speed| self.speed && *speed != 1.0),
                instructions: self.instructions.as_deref(),
            })
        });
        let bodies = bodies.collect::<Result<_, _>>().map_err(Failure::internal)?;
        let form = Form { asked, pcm_sample_rate: self.pcm_sample_rate };
        audio::begin(self.transport.clone(), self.transport.watch(ctx), form, bodies).await
    }
}
