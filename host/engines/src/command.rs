//! Engines of the kind `command`: a program of the machine that reads text and writes audio, such as espeak-ng or piper.
//!
//! No shell stands between: the program is started with the words of its configuration, the text goes to its standard input, and what it
//! writes to its standard output is the audio, handed on while it is made. It gets nothing of the host's environment but where programs,
//! home and language are, for that is where keys are kept. Dropping the audio ends the program, and what that has started.
//!
//! Parts: [`config`], [`template`] (the words), [`output`] (what it writes), [`child`] (the program while it runs).

mod child;
mod config;
mod output;
mod template;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use semver::Version;
use tokio::time::Instant;
use wheelhouse_core::{
    CallContext, Failure, Result, Secret,
    plugin::PluginInfo,
    speech::{Abilities, Gender, Speech, SpeechEngine, Utterance, Voice},
};

pub use config::{CommandConfig, CommandOutput, CommandVoice};

use crate::{failures, places::Places, revision, voices, watch::Watch};
use child::Child;
use output::Reader;
use template::Template;

/// Speaks by a program of the machine.
pub struct CommandEngine {
    id: String,
    /// What it is called at the beginning of a sentence.
    noun: String,
    revision: String,
    template: Template,
    output: CommandOutput,
    voices: Vec<Voice>,
    /// The same, with what their program calls them.
    spoken: Vec<CommandVoice>,
    environment: BTreeMap<String, Secret>,
    limit: Duration,
    /// Programs at once.
    places: Places,
}

impl CommandEngine {
    /// An engine of this name. Nothing is started before it is asked to speak.
    ///
    /// # Errors
    /// `Invalid` with all of [`CommandConfig::problems`].
    pub fn new(id: &str, config: &CommandConfig) -> Result<Self> {
        let problems = config.problems(&format!("engines.{id}"));
        if !problems.is_empty() {
            return Err(Failure::invalid(problems.join("\n")));
        }
        Ok(Self {
            id: id.to_owned(),
            noun: failures::engine(id),
            revision: revision::of(config, config.environment.values()),
            template: Template::new(&config.command).map_err(Failure::invalid)?,
            output: config.output,
            voices: config.voices.iter().map(voice).collect(),
            spoken: config.voices.clone(),
            environment: config.environment.clone(),
            limit: Duration::from_secs(config.seconds),
            places: Places::new(config.at_once),
        })
    }

    /// What `/api/v1/plugins` shows of it.
    pub fn info(&self) -> PluginInfo {
        PluginInfo {
            id: self.id.clone(),
            version: Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo takes only semantic versions"),
            name: format!("Command {}", self.template.program()),
            summary: "Speaks by a program of this machine.".to_owned(),
            asks: Vec::new(),
        }
    }
}

/// As the port has it.
fn voice(voice: &CommandVoice) -> Voice {
    Voice {
        id: voice.id.clone(),
        name: voice.name.clone().unwrap_or_else(|| voice.id.clone()),
        language: voice.language.clone(),
        gender: voice.gender.unwrap_or(Gender::Neutral),
        summary: None,
    }
}

#[async_trait]
impl SpeechEngine for CommandEngine {
    fn id(&self) -> &str {
        &self.id
    }

    fn abilities(&self) -> Abilities {
        let speed = if self.template.has_speed() { 0.25..=4.0 } else { 1.0..=1.0 };
        Abilities { speed, pitch: false, words: false }
    }

    fn revision(&self) -> &str {
        &self.revision
    }

    async fn voices(&self, _ctx: &CallContext) -> Result<Vec<Voice>> {
        Ok(self.voices.clone())
    }

    async fn synthesize(&self, ctx: &CallContext, utterance: Utterance) -> Result<Speech> {
        let voice = &self.spoken[voices::choose(&self.voices, &utterance, &self.id)?];
        let words = self.template.fill(voice, utterance.speed);
        let place = self.places.take(ctx, &self.noun).await?;
        let until = Instant::now() + self.limit;
        let watch = Watch::of(ctx, self.noun.clone());
        let child =
            Child::start(&self.noun, &words, &self.environment, &utterance.text, until, watch, place)?;
        let mut reader = Reader::new(child, self.output);
        let format = reader.begin().await?;
        Ok(Speech::of_audio(format, reader.into_audio()))
    }
}
