//! Whether the host can serve, and what is missing where it cannot do everything.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use tokio::{sync::Mutex, time::Instant};
use wheelhouse_core::{
    CallContext,
    catalog::CatalogReader,
    clock::Clock,
    health::Dependency,
    plugin::{PluginSource, PluginState},
};

use crate::{
    Ports,
    assistant::AssistantService,
    breaker::BreakerState,
    plugins::{self, PluginDetail},
    speech::SpeechService,
    status::{MemberState, MemberStatus},
};

/// A dependency that has not answered by then counts as down.
const CHECK_LIMIT: Duration = Duration::from_secs(2);
/// Dependencies are not asked more often than this, however often the report is.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// How the host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// Everything serves.
    Ok,
    /// The host serves, but something is off.
    Degraded,
    /// The host cannot serve.
    Unavailable,
}

/// One thing that the host cannot serve without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DependencyStatus {
    /// `database`, `cache`.
    pub name: &'static str,
    /// `sqlite`, `postgresql`, `redis`, `memory`.
    pub kind: &'static str,
    /// Whether it gave a sign of life.
    pub up: bool,
    /// Why not.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// A plugin that does not serve, or not all that it brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginProblem {
    /// Its id, or where it comes from.
    pub plugin: String,
    /// Where it comes from.
    pub source: PluginSource,
    /// Why it does not serve, or what was left out.
    pub reason: String,
}

/// Plugins in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginHealth {
    /// How many serve.
    pub ready: usize,
    /// Those that are being loaded.
    pub loading: Vec<String>,
    /// Those that do not serve, or not wholly.
    pub problems: Vec<PluginProblem>,
}

/// An engine or provider of the host's own that the configuration does not set up. Nothing is wrong with the host then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Off {
    /// Its id.
    pub id: String,
    /// In a few words, why.
    pub reason: String,
}

/// Whether the host can serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether it should get requests: all dependencies are up.
    pub ready: bool,
    /// The whole in one word.
    pub status: HealthStatus,
    /// Database and cache.
    pub dependencies: Vec<DependencyStatus>,
    /// What is loaded.
    pub plugins: PluginHealth,
    /// Speech engines in order.
    pub engines: Vec<MemberStatus>,
    /// AI providers in order.
    pub providers: Vec<MemberStatus>,
    /// What is not set up.
    pub off: Vec<Off>,
}

/// The process answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Liveness {
    /// Always `ok`: whoever reads it has got an answer.
    pub status: HealthStatus,
    /// The host's version.
    pub version: &'static str,
    /// When the process began to serve.
    pub started: Timestamp,
    /// Seconds since then.
    pub uptime_seconds: u64,
}

/// Reports health.
pub struct HealthService {
    dependencies: Vec<Arc<dyn Dependency>>,
    off: Vec<Off>,
    catalog: CatalogReader,
    assistant: Arc<AssistantService>,
    speech: Arc<SpeechService>,
    clock: Arc<dyn Clock>,
    started: Timestamp,
    version: &'static str,
    checked: Mutex<Option<(Instant, Vec<DependencyStatus>)>>,
}

impl HealthService {
    /// Reports on these.
    pub fn new(
        ports: &Ports,
        assistant: Arc<AssistantService>,
        speech: Arc<SpeechService>,
        version: &'static str,
    ) -> Self {
        Self {
            dependencies: ports.dependencies.clone(),
            off: ports.off.clone(),
            catalog: ports.catalog.clone(),
            assistant,
            speech,
            clock: ports.clock.clone(),
            started: ports.clock.now(),
            version,
            checked: Mutex::default(),
        }
    }

    /// The process answers. Asks nothing and nobody.
    pub fn live(&self) -> Liveness {
        let uptime = self.clock.now().duration_since(self.started);
        Liveness {
            status: HealthStatus::Ok,
            version: self.version,
            started: self.started,
            uptime_seconds: u64::try_from(uptime.as_secs()).unwrap_or_default(),
        }
    }

    /// Whether the host can serve. A plugin that was refused degrades it; a database or cache that is down makes it unready. For
    /// anybody: the report names no secrets.
    pub async fn ready(&self, ctx: &CallContext) -> Readiness {
        let dependencies = self.dependencies().await;
        let plugins = self.plugins();
        let (engines, providers) = (self.speech.engines(ctx), self.assistant.providers(ctx));
        let ready = dependencies.iter().all(|dependency| dependency.up);
        let failing = engines.iter().chain(&providers).any(|member| {
            member.configured
                && (matches!(member.state, MemberState::Refused | MemberState::Missing)
                    || member.breaker != BreakerState::Closed)
        });
        let status = match ready {
            false => HealthStatus::Unavailable,
            true if failing || !plugins.problems.is_empty() => HealthStatus::Degraded,
            true => HealthStatus::Ok,
        };
        Readiness { ready, status, dependencies, plugins, engines, providers, off: self.off.clone() }
    }

    async fn dependencies(&self) -> Vec<DependencyStatus> {
        // Held while checking, so that many reports at once ask once.
        let mut checked = self.checked.lock().await;
        if let Some((at, statuses)) = checked.as_ref()
            && at.elapsed() < CHECK_EVERY
        {
            return statuses.clone();
        }
        let statuses = join_all(self.dependencies.iter().map(|dependency| check(dependency.as_ref()))).await;
        *checked = Some((Instant::now(), statuses.clone()));
        statuses
    }

    fn plugins(&self) -> PluginHealth {
        let catalog = self.catalog.current();
        let mut health = PluginHealth { ready: 0, loading: Vec::new(), problems: Vec::new() };
        for PluginDetail { status: plugin, .. } in plugins::details(&catalog, self.clock.now()) {
            let problem = |reason: &str| PluginProblem {
                plugin: plugin.label().to_owned(),
                source: plugin.source.clone(),
                reason: reason.to_owned(),
            };
            match &plugin.state {
                PluginState::Active => health.ready += 1,
                PluginState::Compiling { .. } => health.loading.push(plugin.label().to_owned()),
                PluginState::Pending { reason }
                | PluginState::Refused { reason }
                | PluginState::Failing { reason }
                | PluginState::Disabled { reason } => health.problems.push(problem(reason)),
            }
            health.problems.extend(plugin.problems.iter().map(|reason| problem(reason)));
        }
        health
    }
}

async fn check(dependency: &dyn Dependency) -> DependencyStatus {
    let began = Instant::now();
    let error = match tokio::time::timeout(CHECK_LIMIT, dependency.check()).await {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => {
            tracing::warn!(
                dependency = dependency.name(),
                class = failure.class.as_str(),
                detail = failure.detail.as_deref().unwrap_or_default(),
                "a dependency is down"
            );
            Some(failure.message)
        }
        Err(_) => Some(format!("No answer within {} seconds.", CHECK_LIMIT.as_secs())),
    };
    DependencyStatus {
        name: dependency.name(),
        kind: dependency.kind(),
        up: error.is_none(),
        error,
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}
