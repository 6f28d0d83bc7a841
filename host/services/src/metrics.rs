//! What operators measure: a snapshot of plugins and chains, and who may take it.

mod config;

use std::{collections::BTreeMap, sync::Arc};

use sha2::{Digest, Sha256};
use wheelhouse_core::{
    CallContext, Failure, Result, Secret,
    catalog::CatalogReader,
    clock::Clock,
    plugin::{PluginState, Vitals},
};

pub use config::{MetricsAccess, MetricsConfig};

use crate::{
    AccountService, AdministratorService, AssistantService, HealthService, Liveness, MemberStatus,
    PluginDetail, Ports, SpeechFigures, SpeechService, plugins,
};

/// What a request shows of whoever wants to read the metrics.
#[derive(Clone, Copy)]
pub struct MetricsReader<'r> {
    /// Whether it was sent from this machine, and not through a proxy.
    pub local: bool,
    /// Its bearer token.
    pub token: Option<&'r str>,
}

/// One plugin's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginFigures {
    /// Its id, or its file's name while that is not known. Unique in a snapshot.
    pub plugin: String,
    /// Whether it serves.
    pub state: PluginState,
    /// How it is doing.
    pub vitals: Vitals,
}

/// How the host was at one moment. Names no user and holds nothing that users said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricsSnapshot {
    /// Version and age of the process.
    pub liveness: Liveness,
    /// Plugins by name.
    pub plugins: Vec<PluginFigures>,
    /// Speech engines in order.
    pub engines: Vec<MemberStatus>,
    /// AI providers in order.
    pub providers: Vec<MemberStatus>,
    /// What was spoken, and is kept.
    pub speech: SpeechFigures,
}

/// Takes snapshots for operators.
pub struct MetricsService {
    access: MetricsAccess,
    token: Option<Secret>,
    catalog: CatalogReader,
    clock: Arc<dyn Clock>,
    accounts: Arc<AccountService>,
    administrators: Arc<AdministratorService>,
    assistant: Arc<AssistantService>,
    speech: Arc<SpeechService>,
    health: Arc<HealthService>,
}

impl MetricsService {
    /// Measures these services.
    ///
    /// # Errors
    /// `Invalid` when the configuration has [problems](MetricsConfig::problems).
    pub fn new(
        config: &MetricsConfig,
        ports: &Ports,
        accounts: Arc<AccountService>,
        administrators: Arc<AdministratorService>,
        assistant: Arc<AssistantService>,
        speech: Arc<SpeechService>,
        health: Arc<HealthService>,
    ) -> Result<Self> {
        if let Some(problem) = config.problems().first() {
            return Err(Failure::invalid(problem));
        }
        Ok(Self {
            access: config.access,
            token: config.token.clone(),
            catalog: ports.catalog.clone(),
            clock: ports.clock.clone(),
            accounts,
            administrators,
            assistant,
            speech,
            health,
        })
    }

    /// How the host is now. Asks nothing and nobody but, for an administrator's token, the cache and the account store.
    ///
    /// # Errors
    /// `NotFound` when metrics are off; `Unauthenticated` without a token where one is needed, and for one that is not valid; `Denied`
    /// with the code `not_administrator` for another user's.
    pub async fn snapshot(&self, ctx: &CallContext, reader: MetricsReader<'_>) -> Result<MetricsSnapshot> {
        self.admit(ctx, reader).await?;
        let catalog = self.catalog.current();
        let mut figures = BTreeMap::<String, PluginFigures>::new();
        for detail in plugins::details(&catalog, self.clock.now()) {
            let PluginDetail { status, vitals } = detail;
            let plugin = status.label().to_owned();
            // Of two with one id the refused one is left out: a series has one value.
            let refused = matches!(status.state, PluginState::Refused { .. });
            if !(refused && figures.contains_key(&plugin)) {
                figures.insert(plugin.clone(), PluginFigures { plugin, state: status.state, vitals });
            }
        }
        Ok(MetricsSnapshot {
            liveness: self.health.live(),
            plugins: figures.into_values().collect(),
            engines: self.speech.engines(ctx),
            providers: self.assistant.providers(ctx),
            speech: self.speech.figures(),
        })
    }

    async fn admit(&self, ctx: &CallContext, reader: MetricsReader<'_>) -> Result<()> {
        match self.access {
            MetricsAccess::Off => return Err(Failure::not_found("Metrics are switched off.")),
            MetricsAccess::Loopback if reader.local => return Ok(()),
            MetricsAccess::Loopback | MetricsAccess::Token => {}
        }
        let Some(token) = reader.token else {
            return Err(Failure::unauthenticated(
                "Metrics are for operators: send `Authorization: Bearer` with the metrics token, or with the access token of an \
                 administrator.",
            ));
        };
        if self.token.as_ref().is_some_and(|known| is_same(known.expose(), token)) {
            return Ok(());
        }
        let caller = self.accounts.verify(token).await?;
        self.administrators.require(&CallContext { caller, ..ctx.clone() }).await
    }
}

/// Of digests, so that the time it takes says nothing of how much of the token was right.
fn is_same(known: &str, given: &str) -> bool {
    Sha256::digest(known) == Sha256::digest(given)
}
