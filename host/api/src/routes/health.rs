//! `/health`.

use jiff::Timestamp;
use salvo::{Writer, handler, http::StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use wheelhouse_services as services;
use wheelhouse_services::health;

use crate::{
    call::Call,
    endpoint::{Access, Docs, Endpoint, Tag},
    reply::{Answer, Reply},
    routes::speech::Member,
};

/// One word for the whole.
#[derive(Serialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum HealthStatus {
    /// Everything serves.
    Ok,
    /// The host serves, but something is off.
    Degraded,
    /// The host cannot serve.
    Unavailable,
}

impl From<services::HealthStatus> for HealthStatus {
    fn from(status: services::HealthStatus) -> Self {
        match status {
            services::HealthStatus::Ok => Self::Ok,
            services::HealthStatus::Degraded => Self::Degraded,
            services::HealthStatus::Unavailable => Self::Unavailable,
        }
    }
}

/// The process answers.
#[derive(Serialize, JsonSchema)]
struct Liveness {
    /// Always `ok`.
    status: HealthStatus,
    /// The host's version.
    version: &'static str,
    /// When it began to serve.
    started: Timestamp,
    /// Seconds since then.
    uptime_seconds: u64,
}

/// Something that the host cannot serve without.
#[derive(Serialize, JsonSchema)]
struct Dependency {
    /// `database`, `cache`.
    name: &'static str,
    /// `sqlite`, `postgresql`, `redis`, `memory`.
    kind: &'static str,
    /// Whether it gave a sign of life.
    up: bool,
    /// Why not.
    error: Option<String>,
    /// How long it took, in milliseconds.
    took_ms: u64,
}

impl From<health::DependencyStatus> for Dependency {
    fn from(status: health::DependencyStatus) -> Self {
        let health::DependencyStatus { name, kind, up, error, took_ms } = status;
        Self { name, kind, up, error, took_ms }
    }
}

/// A plugin that does not serve, or not wholly.
#[derive(Serialize, JsonSchema)]
struct PluginProblem {
    /// Its id, or where it comes from.
    plugin: String,
    /// Why it does not serve, or what was left out.
    reason: String,
}

/// Plugins in the report.
#[derive(Serialize, JsonSchema)]
struct PluginHealth {
    /// How many serve.
    ready: usize,
    /// Those that are being loaded.
    loading: Vec<String>,
    /// Those that do not serve, or not wholly.
    problems: Vec<PluginProblem>,
}

impl From<health::PluginHealth> for PluginHealth {
    fn from(plugins: health::PluginHealth) -> Self {
        let problem = |p: health::PluginProblem| PluginProblem { plugin: p.plugin, reason: p.reason };
        Self {
            ready: plugins.ready,
            loading: plugins.loading,
            problems: plugins.problems.into_iter().map(problem).collect(),
        }
    }
}

/// An engine or provider of the host's own that is not set up.
#[derive(Serialize, JsonSchema)]
struct Off {
    /// Its id.
    id: String,
    /// Why.
    reason: String,
}

/// Whether the host can serve, and what is off.
#[derive(Serialize, JsonSchema)]
struct Readiness {
    /// Whether it should get requests.
    ready: bool,
    /// The whole in one word.
    status: HealthStatus,
    /// Database and cache.
    dependencies: Vec<Dependency>,
    /// What is loaded, and what is not and why.
    plugins: PluginHealth,
    /// Speech engines in order.
    engines: Vec<Member>,
    /// AI providers in order.
    providers: Vec<Member>,
    /// What is not set up, which is no fault.
    off: Vec<Off>,
}

impl From<services::Readiness> for Readiness {
    fn from(readiness: services::Readiness) -> Self {
        Self {
            ready: readiness.ready,
            status: readiness.status.into(),
            dependencies: readiness.dependencies.into_iter().map(Into::into).collect(),
            plugins: readiness.plugins.into(),
            engines: readiness.engines.into_iter().map(Into::into).collect(),
            providers: readiness.providers.into_iter().map(Into::into).collect(),
            off: readiness.off.into_iter().map(|off| Off { id: off.id, reason: off.reason }).collect(),
        }
    }
}

/// The summary.
#[derive(Serialize, JsonSchema)]
struct Health {
    /// The whole in one word.
    status: HealthStatus,
    /// The host's version.
    version: &'static str,
    /// Seconds since it began to serve.
    uptime_seconds: u64,
}

#[handler]
async fn show_summary(call: Call) -> Answer<Health> {
    let live = call.state.services.health.live();
    let ready = call.state.services.health.ready(&call.ctx).await;
    let health =
        Health { status: ready.status.into(), version: live.version, uptime_seconds: live.uptime_seconds };
    Ok(Reply::with_status(status_code(ready.ready), health))
}

#[handler]
async fn show_liveness(call: Call) -> Answer<Liveness> {
    let live = call.state.services.health.live();
    Ok(Reply::ok(Liveness {
        status: live.status.into(),
        version: live.version,
        started: live.started,
        uptime_seconds: live.uptime_seconds,
    }))
}

#[handler]
async fn show_readiness(call: Call) -> Answer<Readiness> {
    let ready = call.state.services.health.ready(&call.ctx).await;
    Ok(Reply::with_status(status_code(ready.ready), ready.into()))
}

fn status_code(ready: bool) -> StatusCode {
    if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let ready_example = json!({
        "ready": true,
        "status": "ok",
        "dependencies": [{"name": "database", "kind": "sqlite", "up": true, "error": null, "took_ms": 0}],
        "plugins": {"ready": 3, "loading": [], "problems": []},
        "engines": [],
        "providers": [],
        "off": [{"id": "openai", "reason": "no OPENAI_API_KEY"}],
    });
    let health_example = json!({"status": "ok", "version": "0.1.0", "uptime_seconds": 4711});
    vec![
        Endpoint::get("/health", show_summary).access(Access::Public).docs(
            Docs::new(Tag::Health, "health", "How the host is", "503 when it cannot serve.")
                .answer::<Health>(200, "It serves, wholly or degraded.", health_example)
                .answer::<Health>(
                    503,
                    "It cannot serve.",
                    json!({"status": "unavailable", "version": "0.1.0", "uptime_seconds": 4711}),
                ),
        ),
        Endpoint::get("/health/live", show_liveness).access(Access::Public).docs(
            Docs::new(Tag::Health, "live", "Whether the process answers", "Asks nothing and nobody.")
                .answer::<Liveness>(
                    200,
                    "It does.",
                    json!({"status": "ok", "version": "0.1.0", "started": "2026-11-22T09:00:00Z", "uptime_seconds": 4711}),
                ),
        ),
        Endpoint::get("/health/ready", show_readiness).access(Access::Public).docs(
            Docs::new(
                Tag::Health,
                "ready",
                "Whether the host can serve, and what is off",
                "A plugin that was refused or an engine that fails degrades the host; a database or cache that is down makes it \
                 unready.",
            )
            .answer::<Readiness>(200, "It can serve.", ready_example.clone())
            .answer::<Readiness>(503, "It cannot.", ready_example),
        ),
    ]
}
