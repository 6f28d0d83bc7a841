//! Engines and providers in native code.
//!
//! Each stands behind a port of the core like any component, so that no service can tell the two apart: `openai`, an AI provider for
//! OpenAI and for every server that speaks its protocol ([`OpenAiProvider`]), and speech engines under `[engines.<id>]`, which are programs
//! of the machine ([`CommandEngine`]).

mod command;
mod config;
mod http;
mod openai;
mod revision;

use std::{collections::BTreeMap, sync::Arc};

use wheelhouse_core::{
    Result,
    catalog::Contribution,
    clock::{Clock, Entropy},
};

pub use command::{CommandConfig, CommandEngine, CommandOutput, CommandVoice};
pub use config::EngineConfig;
pub use openai::{OpenAiConfig, OpenAiProvider};

/// The ids of all AI providers in native code, whether or not the configuration turns them on.
pub const PROVIDERS: &[&str] = &[openai::ID];

/// Every native engine's and provider's section of the configuration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EnginesConfig {
    /// The OpenAI-compatible provider.
    pub openai: OpenAiConfig,
    /// Speech engines by id.
    pub engines: BTreeMap<String, EngineConfig>,
}

/// What native code brings under a configuration.
#[derive(Default)]
pub struct Native {
    /// What serves, for the catalog.
    pub contributions: Vec<Contribution>,
    /// What does not: its id, and in a few words why.
    pub off: Vec<(String, String)>,
}

/// Makes everything that the configuration turns on. Sends nothing: a provider that cannot be reached shows when it is asked.
///
/// # Errors
/// `Invalid` with all of a section's problems when it cannot be worked with; `Internal` when TLS cannot be set up.
pub fn contributions(
    config: &EnginesConfig,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Native> {
    let mut native = Native::default();
    match config.openai.off_reason() {
        Some(reason) => native.off.push((openai::ID.to_owned(), reason.to_owned())),
        None => {
            let provider = OpenAiProvider::new(&config.openai, clock, entropy)?;
            let mut contribution = Contribution::of(provider.info());
            contribution.provider = Some(Arc::new(provider));
            native.contributions.push(contribution);
        }
    }
    for (id, engine) in &config.engines {
        let EngineConfig::Command(command) = engine;
        let engine = CommandEngine::new(id, command)?;
        let mut contribution = Contribution::of(engine.info());
        contribution.engine = Some(Arc::new(engine));
        native.contributions.push(contribution);
    }
    Ok(native)
}
