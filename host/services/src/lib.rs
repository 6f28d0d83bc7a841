//! What the product does: accounts, the assistant, speech, plugins and their routes, health, metrics.
//!
//! A service takes a [`CallContext`](wheelhouse_core::CallContext) first, checks access and limits, chooses who does the
//! work and calls ports; it knows neither HTTP nor SQL. Whether an engine is native code or a component makes no
//! difference to it.

use std::sync::Arc;

use wheelhouse_core::{
    Result,
    account::{AccountStore, SessionStore},
    audio::AudioStore,
    cache::Cache,
    catalog::CatalogReader,
    clock::{Clock, Entropy},
    conversation::ConversationStore,
    health::Dependency,
    plugin::{PluginControl, PluginSwitchStore},
};

mod access;
pub mod accounts;
pub mod administrators;
pub mod assistant;
mod breaker;
mod chain;
pub mod health;
pub mod metrics;
pub mod names;
pub mod plugins;
pub mod routes;
pub mod speech;
pub mod status;

pub use accounts::{
    AccountConfig, AccountService, Credentials, Identity, Registration, SignIn, TokenAlgorithm,
};
pub use administrators::AdministratorService;
pub use assistant::{AssistantConfig, AssistantService, Connection, TurnRequest};
pub use breaker::{BreakerConfig, BreakerState};
pub use health::{HealthService, HealthStatus, Liveness, Off, Readiness};
pub use metrics::{MetricsAccess, MetricsConfig, MetricsReader, MetricsService, MetricsSnapshot};
pub use names::{ChainKind, UnknownName, unknown_names, validate_names};
pub use plugins::{PluginDetail, PluginService};
pub use routes::{PluginAnswer, PluginRequest, RouteFailure, RouteService};
pub use speech::{
    EngineVoices, FinishedAudio, GenericVoice, Mark, SpeechConfig, SpeechCounts, SpeechFigures,
    SpeechRequest, SpeechService, SpokenAudio, SpokenPiece, VoiceFilter,
};
pub use status::{MemberState, MemberStatus};

/// What the services are built on.
#[derive(Clone)]
pub struct Ports {
    /// Keeps accounts.
    pub accounts: Arc<dyn AccountStore>,
    /// Keeps sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Keeps conversations.
    pub conversations: Arc<dyn ConversationStore>,
    /// Volatile state that all replicas share.
    pub cache: Arc<dyn Cache>,
    /// Keeps finished speech.
    pub audio: Arc<dyn AudioStore>,
    /// What plugins contribute.
    pub catalog: CatalogReader,
    /// Acts on plugins.
    pub control: Arc<dyn PluginControl>,
    /// Keeps which plugins are switched off.
    pub switches: Arc<dyn PluginSwitchStore>,
    /// What the host cannot serve without.
    pub dependencies: Vec<Arc<dyn Dependency>>,
    /// What is not set up, for the health report.
    pub off: Vec<Off>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Every service's section of the configuration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServicesConfig {
    /// Accounts and tokens.
    pub accounts: AccountConfig,
    /// AI providers in order.
    pub assistant: AssistantConfig,
    /// Speech engines in order.
    pub speech: SpeechConfig,
    /// Who may read the metrics.
    pub metrics: MetricsConfig,
}

/// All services. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Who may come in.
    pub accounts: Arc<AccountService>,
    /// Who looks after the host.
    pub administrators: Arc<AdministratorService>,
    /// PAM.
    pub assistant: Arc<AssistantService>,
    /// Text to audio.
    pub speech: Arc<SpeechService>,
    /// What is loaded, and what is done about it.
    pub plugins: Arc<PluginService>,
    /// Routes that plugins bring.
    pub routes: Arc<RouteService>,
    /// Whether the host can serve.
    pub health: Arc<HealthService>,
    /// How the host is in figures.
    pub metrics: Arc<MetricsService>,
}

impl Services {
    /// Puts the services together. `version` is the host's own.
    ///
    /// # Errors
    /// When the configuration cannot be worked with, such as a missing or short secret key.
    pub fn new(config: &ServicesConfig, ports: &Ports, version: &'static str) -> Result<Self> {
        let accounts = Arc::new(AccountService::new(&config.accounts, ports)?);
        let assistant = Arc::new(AssistantService::new(&config.assistant, ports));
        let speech = Arc::new(SpeechService::new(&config.speech, ports));
        let administrators = Arc::new(AdministratorService::new(ports.accounts.clone()));
        let plugins = Arc::new(PluginService::new(ports, administrators.clone()));
        let routes = Arc::new(RouteService::new(ports.catalog.clone()));
        let health = Arc::new(HealthService::new(ports, assistant.clone(), speech.clone(), version));
        let metrics = Arc::new(MetricsService::new(
            &config.metrics,
            ports,
            accounts.clone(),
            administrators.clone(),
            assistant.clone(),
            speech.clone(),
            health.clone(),
        )?);
        Ok(Self { accounts, administrators, assistant, speech, plugins, routes, health, metrics })
    }
}
