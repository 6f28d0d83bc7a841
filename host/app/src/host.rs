//! The whole host in one value: puts the parts together, and takes them apart again.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use wheelhouse_api::Api;
use wheelhouse_core::{
    CallContext, Caller, Failure, User, UserId,
    catalog::{Catalog, CatalogReader},
    clock::{Clock, Entropy, SystemClock, SystemEntropy},
    plugin::Export,
};
use wheelhouse_engines::{Absent, EnginesConfig};
use wheelhouse_runtime::{Bundled, Outside, PluginConfig, PluginHost, PluginHostParts, SystemResolver};
use wheelhouse_services::{ChainKind, Off, Ports, Services, ServicesConfig, validate_names};
use wheelhouse_store::Store;

use crate::{
    config::{Config, ConfigError, Profile},
    page::Introduction,
    secret_key,
};

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// How long a command of the terminal waits for an answer.
const TERMINAL_TIMEOUT: Duration = Duration::from_secs(300);

/// How long turns may go on after the last request has ended: they survive their clients.
const TURN_DRAIN: Duration = Duration::from_secs(10);

/// How often expired things are forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(3_600);

/// How often the switches are looked at that another replica may have changed.
const SWITCHES: Duration = Duration::from_secs(5);

/// How long plugins' calls may go on after that.
const PLUGIN_DRAIN: Duration = Duration::from_secs(5);

/// Why the host did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration has to be changed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something that the host needs is not there.
    #[error("{0}")]
    Failed(String),
}

/// What a host takes from outside, so that tests can hold it still.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Plugins inside the binary.
    pub bundled: &'static [Bundled],
    /// What stands in the place of the servers that plugins talk to, if anything does.
    pub outside: Option<Arc<dyn Outside>>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            bundled: BUNDLED,
            outside: None,
        }
    }
}

/// The running parts.
pub struct Host {
    /// What it was started with; secrets that were made at the start are in it.
    pub config: Config,
    /// What the product does.
    pub services: Services,
    /// What plugins contribute.
    pub catalog: CatalogReader,
    /// What is off, and why.
    off: Vec<Off>,
    surroundings: Surroundings,
    plugins: PluginHost,
    store: Store,
}

impl Host {
    /// Opens the store, begins to load plugins and puts the services on top. Returns as soon as the store is open: plugins are
    /// loaded in the background.
    ///
    /// # Errors
    /// When something that the host needs is not there, or the configuration cannot be worked with.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_in(config, Surroundings::default()).await
    }

    /// As [`Host::start`], with another clock or random source.
    ///
    /// # Errors
    /// As [`Host::start`].
    pub async fn start_in(mut config: Config, surroundings: Surroundings) -> Result<Self, StartError> {
        if config.accounts.secret_key.is_none() && config.profile == Profile::Development {
            let key = secret_key::load_or_create(&config.data_dir, &*surroundings.entropy)
                .map_err(|error| StartError::Failed(format!("cannot keep a development key: {error}")))?;
            config.accounts.secret_key = Some(key);
        }
        let store = Store::open(&config.store, &config.data_dir)
            .await
            .map_err(|error| StartError::Failed(error.to_string()))?;

        let engines = EnginesConfig {
            openai: config.openai.clone(),
            engines: config.engines.clone(),
            chain: config.speech.chain(),
        };
        let native = wheelhouse_engines::contributions(&engines, &surroundings.clock, &surroundings.entropy)
            .map_err(failed)?;
        let off = leave_out(&mut config, native.off);

        let plugins = PluginHost::start(PluginHostParts {
            config: config.runtime.clone(),
            plugins: config.plugins.clone(),
            disabled: store.switches().disabled_plugins().await.map_err(failed)?,
            plugins_dir: config.plugins_dir.clone(),
            cache_dir: config.compiled_dir(),
            bundled: surroundings.bundled,
            native: native.contributions,
            documents: store.documents(),
            resolver: Arc::new(SystemResolver::default()),
            outside: surroundings.outside.clone(),
            clock: surroundings.clock.clone(),
            entropy: surroundings.entropy.clone(),
        })
        .map_err(failed)?;
        let catalog = plugins.catalog();

        let ports = Ports {
            accounts: store.accounts(),
            sessions: store.sessions(),
            conversations: store.conversations(),
            cache: store.cache(),
            audio: store.audio(),
            catalog: catalog.clone(),
            control: plugins.control(),
            switches: store.switches(),
            dependencies: store.dependencies(),
            off: off.clone(),
            clock: surroundings.clock.clone(),
            entropy: surroundings.entropy.clone(),
        };
        let sections = ServicesConfig {
            accounts: config.accounts.clone(),
            assistant: config.assistant.clone(),
            speech: config.speech.clone(),
            metrics: config.metrics.clone(),
        };
        // Of no consequence should it fail.
        drop(tokio::task::spawn_blocking(wheelhouse_services::speech::find_encoders));
        let services = Services::new(&sections, &ports, env!("CARGO_PKG_VERSION")).map_err(failed)?;
        Ok(Self { config, services, catalog, off, surroundings, plugins, store })
    }

    /// Whether every engine and provider in the configuration is there. Waits for plugins only as long as one of them may still turn
    /// out to be the one that is asked for.
    ///
    /// # Errors
    /// The unknown names, each with the known ones.
    pub async fn check_names(&self) -> Result<(), ConfigError> {
        let engines = self.config.speech.chain();
        let providers = &self.config.assistant.providers;
        // A plugin that is being compiled for the first time may turn out to be anybody, but none has to be waited for when every
        // name is known without it.
        let is_certain = |catalog: &Catalog, names: &[String], export| {
            !catalog.is_loading(export)
                || names.iter().all(|name| catalog.plugins().iter().any(|plugin| plugin.id() == Some(name)))
        };
        let catalog = self
            .catalog
            .wait_until(|catalog| {
                is_certain(catalog, &engines, Export::Speech) && is_certain(catalog, providers, Export::Chat)
            })
            .await;
        let mut unknown = validate_names(&catalog, ChainKind::Speech, &engines);
        unknown.extend(validate_names(&catalog, ChainKind::Chat, providers));
        if unknown.is_empty() {
            return Ok(());
        }
        Err(ConfigError(unknown.into_iter().map(|name| name.message).collect()))
    }

    /// The HTTP surface, which serves until `shutdown` is cancelled.
    ///
    /// # Errors
    /// When its section of the configuration has problems.
    pub fn api(&self, shutdown: CancellationToken) -> Result<Api, Failure> {
        Api::new(
            self.services.clone(),
            self.catalog.clone(),
            self.config.api.clone(),
            self.surroundings.clock.clone(),
            self.surroundings.entropy.clone(),
            shutdown,
        )
    }

    /// Puts another `[plugins]` in force.
    ///
    /// # Errors
    /// `Invalid` with all problems, and then nothing has changed.
    pub fn configure_plugins(&self, plugins: BTreeMap<String, PluginConfig>) -> Result<(), Failure> {
        self.plugins.configure(plugins)
    }

    /// The part that runs plugins.
    pub fn plugins(&self) -> &PluginHost {
        &self.plugins
    }

    /// What the start-up page says of the configuration.
    pub fn introduction(&self) -> Introduction {
        let store = self.store.summary();
        Introduction {
            profile: self.config.profile,
            database: store.database.to_string(),
            cache: store.cache.to_string(),
            engines: self.config.speech.chain(),
            providers: self.config.assistant.providers.clone(),
            off: self.off.clone(),
        }
    }

    /// A call of the host itself.
    pub fn own_context(&self) -> CallContext {
        self.context(Caller::Host)
    }

    /// A call of the person at the terminal, who has a store of their own beside the accounts.
    pub fn terminal_context(&self) -> CallContext {
        let user = User { id: UserId("terminal".to_owned()), email: None, full_name: None };
        self.context(Caller::User { user, session: None })
    }

    fn context(&self, caller: Caller) -> CallContext {
        let now = self.surroundings.clock.now();
        let id = self.surroundings.entropy.uuid(now).to_string();
        CallContext::new(id, caller, now, TERMINAL_TIMEOUT)
    }

    /// Forgets what has expired, now and every hour, follows the switches of plugins, and finds out whether speech engines that were left
    /// out work again, until it is dropped. Replicas may do it at once.
    pub async fn housekeep(&self) -> Infallible {
        tokio::select! {
            never = self.forget() => never,
            never = self.follow_switches() => never,
            never = self.services.speech.keep_probing(|| self.own_context()) => never,
        }
    }

    async fn follow_switches(&self) -> Infallible {
        let mut ticks = tokio::time::interval(SWITCHES);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut follows = true;
        loop {
            ticks.tick().await;
            let synced = self.services.plugins.sync_switches().await;
            // Once, and not every few seconds for as long as the database is down.
            if let (Err(error), true) = (&synced, follows) {
                tracing::warn!(%error, "cannot see which plugins are switched off; what is known stays in force");
            }
            follows = synced.is_ok();
        }
    }

    async fn forget(&self) -> Infallible {
        let mut hours = tokio::time::interval(HOUSEKEEPING);
        loop {
            hours.tick().await;
            let (tokens, turns) =
                tokio::join!(self.services.accounts.prune(), self.services.assistant.prune());
            for (what, pruned) in [("refresh tokens", tokens), ("turns", turns)] {
                match pruned {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(what, count, "forgot what has expired"),
                    Err(error) => tracing::warn!(what, %error, "could not forget what has expired"),
                }
            }
        }
    }

    /// Lets running turns and plugins' calls end, for a bounded time, and closes the store.
    pub async fn stop(self) {
        self.services.assistant.drain(TURN_DRAIN).await;
        self.plugins.shutdown(PLUGIN_DRAIN).await;
        self.store.close().await;
    }
}

/// Takes what is not set up out of the chains that name it, and tells what that is.
fn leave_out(config: &mut Config, absent: Vec<Absent>) -> Vec<Off> {
    let is_off = |export| {
        let names: Vec<&str> =
            absent.iter().filter(|absent| absent.export == export).map(|absent| absent.id.as_str()).collect();
        move |name: &str| names.contains(&name)
    };
    let (engine_is_off, provider_is_off) = (is_off(Export::Speech), is_off(Export::Chat));
    config.assistant.providers.retain(|name| !provider_is_off(name));
    for name in config.speech.leave_out(engine_is_off) {
        tracing::warn!(engine = name, "the speech engine is not set up: speech goes on without it");
    }
    let mut off: Vec<Off> = Vec::new();
    for Absent { id, reason, .. } in absent {
        let entry = Off { id, reason };
        // A provider and an engine of one name may lack the same.
        if !off.contains(&entry) {
            off.push(entry);
        }
    }
    off
}

fn failed(failure: Failure) -> StartError {
    StartError::Failed(match failure.detail {
        Some(detail) => format!("{} ({detail})", failure.message),
        None => failure.message,
    })
}
