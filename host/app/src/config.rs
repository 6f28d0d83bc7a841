//! The configuration: every crate's section, summed.

mod check;
mod environment;
mod known;
mod reading;
mod sources;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use wheelhouse_api::ApiConfig;
use wheelhouse_engines::{EngineConfig, OpenAiConfig};
use wheelhouse_runtime::{PluginConfig, RuntimeConfig};
use wheelhouse_services::{AccountConfig, AssistantConfig, MetricsConfig, SpeechConfig};
use wheelhouse_store::StoreConfig;

pub use reading::Reading;
pub use sources::Overrides;

/// What the host is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// On a laptop: what is missing is made (a secret key, a database file).
    #[default]
    Development,
    /// For users: what is missing stops the start.
    Production,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Production => "production",
        })
    }
}

/// `[server]`: where the host listens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port. `PORT` alone means all addresses on that port.
    pub listen: String,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8000".to_owned() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[log]`: what is logged and how. Logs go to standard error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// A filter in the syntax of `RUST_LOG`, which sets it too.
    pub filter: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the host is run for.
    pub profile: Profile,
    /// Where the database file, compiled plugins and the development secret are kept.
    pub data_dir: PathBuf,
    /// The drop-in folder.
    pub plugins_dir: PathBuf,
    /// Where the host listens.
    pub server: ServerConfig,
    /// What is logged.
    pub log: LogConfig,
    /// Database and cache.
    pub store: StoreConfig,
    /// Accounts and tokens.
    pub accounts: AccountConfig,
    /// Speech engines in order.
    pub speech: SpeechConfig,
    /// AI providers in order.
    pub assistant: AssistantConfig,
    /// The OpenAI-compatible provider.
    pub openai: OpenAiConfig,
    /// Speech engines in native code, by id. Some are there without being configured.
    pub engines: BTreeMap<String, EngineConfig>,
    /// Limits of requests and connections.
    pub api: ApiConfig,
    /// Who may read the metrics.
    pub metrics: MetricsConfig,
    /// The WebAssembly engine and every plugin's default limits.
    pub runtime: RuntimeConfig,
    /// Grants, settings and limits of single plugins, by id.
    pub plugins: BTreeMap<String, PluginConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            data_dir: PathBuf::from("data"),
            plugins_dir: PathBuf::from("plugins"),
            server: ServerConfig::default(),
            log: LogConfig::default(),
            store: StoreConfig::default(),
            accounts: AccountConfig::default(),
            speech: SpeechConfig::default(),
            assistant: AssistantConfig::default(),
            openai: OpenAiConfig::default(),
            engines: EngineConfig::built_in(),
            api: ApiConfig::default(),
            metrics: MetricsConfig::default(),
            runtime: RuntimeConfig::default(),
            plugins: BTreeMap::new(),
        }
    }
}

/// Everything that is wrong with a configuration, a sentence each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Reads the configuration: built-in defaults, the profile's, the operator's file, the environment, the command line.
    ///
    /// # Errors
    /// All problems at once.
    pub fn load(overrides: &Overrides, environment: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        Self::read(overrides, environment)?.finish()
    }

    /// As [`Config::load`], for whoever has more to find out before the problems are told.
    ///
    /// # Errors
    /// When not even the built-in defaults can be read.
    pub fn read(
        overrides: &Overrides,
        environment: &BTreeMap<String, String>,
    ) -> Result<Reading, ConfigError> {
        Reading::new(overrides, environment)
    }

    /// What the types cannot say.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.server.listen.parse::<std::net::SocketAddr>().is_err() {
            problems.push(format!(
                "server.listen: `{}` is no address with a port, such as 127.0.0.1:8000",
                self.server.listen
            ));
        }
        if let Err(error) = self.log.filter.parse::<tracing_subscriber::EnvFilter>() {
            problems.push(format!("log.filter: `{}` is no filter: {error}", self.log.filter));
        }
        if self.profile == Profile::Production && self.accounts.secret_key.is_none() {
            problems.push(
                "accounts.secret_key: the production profile needs a secret; set SECRET_KEY to at least 32 bytes, \
                 for example from `openssl rand -base64 48`"
                    .to_owned(),
            );
        }
        problems.extend(self.store.problems());
        problems.extend(self.accounts.problems());
        problems.extend(self.speech.problems());
        problems.extend(self.assistant.problems());
        problems.extend(self.openai.problems());
        problems.extend(self.engines.iter().flat_map(|(id, engine)| engine.problems(id, &self.openai)));
        problems.extend(self.api.problems());
        problems.extend(self.metrics.problems());
        problems.extend(self.runtime.problems(&self.plugins));
        problems
    }

    /// Where compiled plugins are kept.
    pub fn compiled_dir(&self) -> PathBuf {
        self.data_dir.join("compiled")
    }
}
