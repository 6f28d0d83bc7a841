//! Engines of the kind `edge`: the voices of Microsoft Edge's read-aloud service, by the crate `msedge-tts`.
//!
//! The service needs no key and promises nothing: it changes how it is spoken to now and then, and then
//! refuses everybody until the crate has followed. So whatever it does is a reason to ask the next engine,
//! and nobody's fault. What the crate leaves to its caller is done here: it puts text and voice into SSML as
//! they are, waits for ever, takes a close in the middle for an end, and sends its requests with a delay.
//!
//! Parts: [`config`], [`voices`] (who can speak), [`ssml`] (what may be sent), [`relay`] and [`connection`]
//! (the way to the service), [`connections`] (kept for the next text), [`speaking`] (one utterance),
//! [`progress`] (whether it was all said), [`failures`].

mod config;
mod connection;
mod connections;
mod failures;
mod progress;
mod relay;
mod speaking;
mod ssml;
mod voices;

use std::sync::Arc;

use async_trait::async_trait;
use semver::Version;
use wheelhouse_core::{
    CallContext, Failure, Result,
    clock::{Clock, Entropy},
    plugin::PluginInfo,
    speech::{Abilities, AudioFormat, Encoding, Speech, SpeechEngine, Utterance, Voice},
};

pub use config::EdgeConfig;

use crate::{failures::engine, http::tls, places::Places, revision};
use connections::Connections;
use relay::Way;
use speaking::Speaking;
use voices::Voices;

/// The name of the engine that is there without configuration.
pub(crate) const ID: &str = "edge";

/// The form that the service is asked for.
const FORMAT: AudioFormat = AudioFormat { encoding: Encoding::Mp3, sample_rate: 24_000, channels: 1 };

/// Speaks by Microsoft Edge's read-aloud service.
pub struct EdgeEngine {
    id: Arc<str>,
    revision: String,
    config: EdgeConfig,
    voices: Arc<Voices>,
    connections: Arc<Connections>,
    /// Utterances at once.
    places: Places,
}

impl EdgeEngine {
    /// An engine of this name. Nothing is sent before it is asked for something.
    ///
    /// # Errors
    /// `Invalid` with all of [`EdgeConfig::problems`].
    pub fn new(
        id: &str,
        config: &EdgeConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let problems = config.problems(&format!("engines.{id}"));
        if !problems.is_empty() {
            return Err(Failure::invalid(problems.join("\n")));
        }
        tls::choose_for_the_process();
        let id: Arc<str> = id.into();
        let way = Arc::new(Way::new(config.proxy_address().map_err(Failure::invalid)?, entropy));
        Ok(Self {
            revision: revision::of(config, None),
            voices: Arc::new(Voices::new(id.clone(), config, way.clone(), clock.clone())),
            connections: Arc::new(Connections::new(engine(&id), config, way, clock)),
            places: Places::new(config.at_once),
            config: config.clone(),
            id,
        })
    }

    /// What `/api/v1/plugins` shows of it.
    pub fn info(&self) -> PluginInfo {
        PluginInfo {
            id: self.id.to_string(),
            version: Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo takes only semantic versions"),
            name: "Microsoft Edge".to_owned(),
            summary: "Speaks by the read-aloud service of Microsoft Edge.".to_owned(),
            asks: Vec::new(),
        }
    }
}

#[async_trait]
impl SpeechEngine for EdgeEngine {
    fn id(&self) -> &str {
        &self.id
    }

    fn abilities(&self) -> Abilities {
        Abilities { speed: ssml::SPEED, pitch: true, words: true }
    }

    fn revision(&self) -> &str {
        &self.revision
    }

    async fn voices(&self, ctx: &CallContext) -> Result<Vec<Voice>> {
        Ok(self.voices.get(ctx).await.to_vec())
    }

    async fn synthesize(&self, ctx: &CallContext, utterance: Utterance) -> Result<Speech> {
        let voice = self.voices.resolve(ctx, &utterance).await?;
        let place = self.places.take(ctx, self.connections.noun()).await?;
        let manner = ssml::manner(&voice, utterance.speed, utterance.pitch);
        let chunks = ssml::chunks(&utterance.text);
        let speaking = Speaking::new(ctx, self.connections.clone(), &self.config, manner, chunks, place);
        Ok(Speech { format: FORMAT, pieces: speaking.begin().await? })
    }
}
