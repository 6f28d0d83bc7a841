//! Engines and providers in native code.
//!
//! Each stands behind a port of the core like any component, so that no service can tell the two apart: `openai`, an AI provider for
//! OpenAI and for every server that speaks its protocol ([`OpenAiProvider`]), and speech engines under `[engines.<id>]`, which are programs
//! of the machine ([`CommandEngine`]), servers that speak OpenAI's speech API ([`OpenAiSpeechEngine`]), or Microsoft Edge's service
//! ([`EdgeEngine`]). The voice of the device that the host runs on (`SystemVoice`, with the feature `kiosk`) stands behind no port: it gives
//! no audio.

mod command;
mod config;
mod edge;
mod failures;
mod http;
mod openai;
mod places;
mod revision;
#[cfg(feature = "kiosk")]
mod system;
mod voices;
mod watch;
mod wav;

use std::{collections::BTreeMap, sync::Arc};

use wheelhouse_core::{
    Result,
    catalog::Contribution,
    clock::{Clock, Entropy},
    plugin::{Export, PluginInfo},
    speech::SpeechEngine,
};

pub use command::{CommandConfig, CommandEngine, CommandOutput, CommandVoice};
pub use config::EngineConfig;
pub use edge::{EdgeConfig, EdgeEngine};
pub use openai::{
    OpenAiConfig, OpenAiFormat, OpenAiProvider, OpenAiSpeechConfig, OpenAiSpeechEngine, OpenAiVoice,
};
#[cfg(feature = "kiosk")]
pub use system::SystemVoice;

/// The ids of all AI providers in native code, whether or not the configuration turns them on.
pub const PROVIDERS: &[&str] = &[openai::ID];

/// Every native engine's and provider's section of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct EnginesConfig {
    /// The OpenAI-compatible provider.
    pub openai: OpenAiConfig,
    /// Speech engines by id.
    pub engines: BTreeMap<String, EngineConfig>,
    /// The speech engines that are asked without anybody naming them. One that is there without configuration is only made when it is
    /// among them: a host speaks to no service that its operator did not choose.
    pub chain: Vec<String>,
}

impl Default for EnginesConfig {
    fn default() -> Self {
        Self { openai: OpenAiConfig::default(), engines: EngineConfig::built_in(), chain: Vec::new() }
    }
}

/// What native code brings under a configuration.
#[derive(Default)]
pub struct Native {
    /// What serves, for the catalog.
    pub contributions: Vec<Contribution>,
    /// What does not.
    pub off: Vec<Absent>,
}

/// A provider or engine that the configuration does not set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Its id. A provider and an engine may share one.
    pub id: String,
    /// `Speech` or `Chat`.
    pub export: Export,
    /// In a few words, why.
    pub reason: String,
}

impl Native {
    /// An engine, beside a provider of the same id if there is one: both are one part of the host then.
    fn add_engine(&mut self, info: PluginInfo, engine: Arc<dyn SpeechEngine>) {
        let same = self.contributions.iter_mut().find(|contribution| contribution.info.id == info.id);
        match same {
            Some(contribution) => {
                contribution.info.summary = format!("{} {}", contribution.info.summary, info.summary);
                contribution.engine = Some(engine);
            }
            None => {
                let mut contribution = Contribution::of(info);
                contribution.engine = Some(engine);
                self.contributions.push(contribution);
            }
        }
    }

    fn leave_out(&mut self, id: &str, export: Export, reason: &str) {
        self.off.push(Absent { id: id.to_owned(), export, reason: reason.to_owned() });
    }
}

/// Makes everything that the configuration turns on. Sends nothing: a provider that cannot be reached shows when it is asked.
///
/// # Errors
/// `Invalid` with all of a section's problems when it cannot be worked with; `Internal` when TLS cannot be set up.
pub fn contributions(
    config: &EnginesConfig,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Native> {
    let mut native = Native::default();
    match config.openai.off_reason() {
        Some(reason) => native.leave_out(openai::ID, Export::Chat, reason),
        None => {
            let provider = OpenAiProvider::new(&config.openai, clock.clone(), entropy.clone())?;
            let mut contribution = Contribution::of(provider.info());
            contribution.provider = Some(Arc::new(provider));
            native.contributions.push(contribution);
        }
    }
    let built_in = EngineConfig::built_in();
    for (id, engine) in &config.engines {
        if built_in.get(id) == Some(engine) && !config.chain.contains(id) {
            continue;
        }
        if let Some(reason) = engine.off_reason(id, &config.openai) {
            native.leave_out(id, Export::Speech, reason);
            continue;
        }
        match engine {
            EngineConfig::Command(command) => {
                let engine = CommandEngine::new(id, command)?;
                native.add_engine(engine.info(), Arc::new(engine));
            }
            EngineConfig::Edge(edge) => {
                let engine = EdgeEngine::new(id, edge, clock.clone(), entropy.clone())?;
                native.add_engine(engine.info(), Arc::new(engine));
            }
            EngineConfig::OpenAi(speech) => {
                let engine = OpenAiSpeechEngine::new(id, speech, &config.openai, clock.clone())?;
                native.add_engine(engine.info(), Arc::new(engine));
            }
        }
    }
    Ok(native)
}
