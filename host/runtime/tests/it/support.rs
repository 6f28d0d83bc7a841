//! A host with the guests of a test in its drop-in folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tempfile::TempDir;
use wheelhouse_core::{
    CallContext, Caller, Failure, Result, User, UserId,
    catalog::{Catalog, RouteMatch},
    chat::ChatProvider,
    clock::{Clock, SystemEntropy},
    document::DocumentStore,
    plugin::{PluginState, PluginStatus},
    route::{Method, RouteRequest, RouteResponse},
    speech::SpeechEngine,
    tool::ToolOutcome,
};
use wheelhouse_guests::guest;
use wheelhouse_runtime::{Bundled, Outside, PluginConfig, PluginHost, PluginHostParts, RuntimeConfig};

use crate::{documents::Documents, servers::Names};

/// 2026-11-22, a Sunday.
pub(crate) const NOW: &str = "2026-11-22T18:00:00Z";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        NOW.parse().unwrap()
    }
}

/// What a host is started with.
pub(crate) struct Setup {
    pub(crate) config: RuntimeConfig,
    pub(crate) plugins: BTreeMap<String, PluginConfig>,
    pub(crate) disabled: BTreeSet<String>,
    pub(crate) bundled: &'static [Bundled],
    pub(crate) documents: Arc<Documents>,
    /// What keeps documents in the place of `documents`.
    pub(crate) store: Option<Arc<dyn DocumentStore>>,
    pub(crate) names: Arc<Names>,
    pub(crate) outside: Option<Arc<dyn Outside>>,
    pub(crate) cache_dir: PathBuf,
    pub(crate) folder: TempDir,
}

impl Setup {
    /// These guests in the drop-in folder, and limits that are wide enough for a busy machine.
    pub(crate) fn new(guests: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in guests {
            fs::write(folder.path().join(format!("{name}.wasm")), guest(name).bytes).unwrap();
        }
        let mut config = RuntimeConfig::default();
        config.pool.instances = 16;
        config.describe_ms = 30_000;
        config.watch_ms = 100;
        Self {
            config,
            plugins: BTreeMap::new(),
            disabled: BTreeSet::new(),
            bundled: &[],
            documents: Arc::default(),
            store: None,
            names: Arc::default(),
            outside: None,
            // Shared by all tests, so that each guest is compiled once.
            cache_dir: Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"),
            folder,
        }
    }

    /// Adds a file to the drop-in folder.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    /// Changes the configuration.
    pub(crate) fn config(mut self, change: impl FnOnce(&mut RuntimeConfig)) -> Self {
        change(&mut self.config);
        self
    }

    /// Grants a plugin something.
    pub(crate) fn grant(mut self, plugin: &str, grants: &[&str]) -> Self {
        let own = self.plugins.entry(plugin.to_owned()).or_default();
        own.grants = grants.iter().map(|grant| grant.parse().unwrap()).collect();
        self
    }

    /// Gives a file that cannot say what it is a name.
    pub(crate) fn mount(mut self, plugin: &str, file: &str) -> Self {
        self.plugins.entry(plugin.to_owned()).or_default().mount = Some(file.to_owned());
        self
    }

    /// Starts, without waiting for anything to be loaded.
    pub(crate) fn begin(&self) -> Result<PluginHost> {
        PluginHost::start(PluginHostParts {
            config: self.config.clone(),
            plugins: self.plugins.clone(),
            disabled: self.disabled.clone(),
            plugins_dir: self.folder.path().to_owned(),
            cache_dir: self.cache_dir.clone(),
            bundled: self.bundled,
            native: Vec::new(),
            documents: self.store.clone().unwrap_or_else(|| self.documents.clone()),
            resolver: self.names.clone(),
            outside: self.outside.clone(),
            clock: Arc::new(FixedClock),
            entropy: Arc::new(SystemEntropy),
        })
    }

    /// Starts and waits until every plugin serves or is refused.
    pub(crate) async fn start(self) -> TestHost {
        let host = self.begin().unwrap();
        let catalog = settled(&host).await;
        TestHost { host, catalog, setup: self }
    }
}

/// The catalog of a host that has loaded everything.
pub(crate) async fn settled(host: &PluginHost) -> Arc<Catalog> {
    let reader = host.catalog();
    let loaded = reader.wait_until(Catalog::is_settled);
    tokio::time::timeout(Duration::from_secs(300), loaded).await.expect("loading must end")
}

/// A host that has loaded everything.
pub(crate) struct TestHost {
    pub(crate) host: PluginHost,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) setup: Setup,
}

impl TestHost {
    pub(crate) fn status(&self, label: &str) -> &PluginStatus {
        let mut all = self.catalog.plugins().iter();
        all.find(|status| status.label() == label).unwrap_or_else(|| panic!("{:#?}", self.catalog.plugins()))
    }

    /// Why the plugin of a file was refused.
    pub(crate) fn refusal(&self, file: &str) -> &str {
        let named = |status: &&PluginStatus| matches!(&status.source, wheelhouse_core::plugin::PluginSource::File { name } if name == file);
        match &self.catalog.plugins().iter().find(named).unwrap().state {
            PluginState::Refused { reason } | PluginState::Disabled { reason } => reason,
            other => panic!("{file} is {other:?}"),
        }
    }

    /// Puts a guest into the drop-in folder in one go, in the place of whatever has this name.
    pub(crate) fn drop_in(&self, file: &str, name: &str) {
        let folder = self.setup.folder.path();
        fs::write(folder.join("incoming"), guest(name).bytes).unwrap();
        fs::rename(folder.join("incoming"), folder.join(file)).unwrap();
    }

    /// Waits until the catalog is as expected, and goes on with that one.
    pub(crate) async fn until(&mut self, expected: impl FnMut(&Catalog) -> bool) {
        let reader = self.host.catalog();
        let waited = tokio::time::timeout(Duration::from_secs(60), reader.wait_until(expected)).await;
        self.catalog = waited.unwrap_or_else(|_| panic!("{:#?}", reader.current().plugins()));
    }

    /// Waits until so many versions of plugins are in memory.
    pub(crate) async fn until_generations(&self, expected: usize) {
        let reached = async {
            while self.host.generations() != expected {
                tokio::task::yield_now().await;
            }
        };
        let reached = tokio::time::timeout(Duration::from_secs(60), reached).await;
        assert!(reached.is_ok(), "there are {}", self.host.generations());
    }

    /// Calls a tool for a user.
    pub(crate) async fn call(&self, ctx: &CallContext, tool: &str, arguments: Value) -> Result<ToolOutcome> {
        let tool =
            self.catalog.tool(tool).unwrap_or_else(|| panic!("{:#?}", self.catalog.plugins())).tool.clone();
        tool.call(ctx, object(arguments)).await
    }

    /// Proves that the host goes on.
    pub(crate) async fn assert_serves(&self) {
        let outcome = self.call(&ann(), "echo", serde_json::json!({"text": "still here"})).await.unwrap();
        assert_eq!(outcome.text, "still here");
    }

    /// Proves that the host goes on, and that nothing is left of what went wrong in it: `echo` answers, no call and no request is under way, and
    /// there are no more instances and versions of plugins in memory than serve.
    pub(crate) async fn assert_unharmed(&self) {
        self.assert_serves().await;
        let serving = self.catalog.plugins().iter().filter(|plugin| plugin.state == PluginState::Active);
        self.until_generations(serving.count()).await;
        let is_left = || {
            let left =
                [self.in_use("concurrent_calls"), self.in_use("http_requests"), self.host.instances() as u64];
            left != [0, 0, self.in_use("warm_instances")]
        };
        let gone = async {
            while is_left() {
                tokio::task::yield_now().await;
            }
        };
        let gone = tokio::time::timeout(Duration::from_secs(60), gone).await;
        assert!(gone.is_ok(), "{} instances are left: {:#?}", self.host.instances(), self.catalog.plugins());
    }

    /// How much of a limit all plugins together use at this moment.
    fn in_use(&self, limit: &str) -> u64 {
        let probes = self.catalog.plugins().iter().filter_map(|plugin| self.catalog.probe(plugin.id()?));
        let usage = probes.flat_map(|probe| probe.vitals().usage);
        usage.filter(|usage| usage.name == limit).filter_map(|usage| usage.used).sum()
    }

    pub(crate) fn engine(&self, id: &str) -> Arc<dyn SpeechEngine> {
        let mut engines = self.catalog.engines().iter();
        engines
            .find(|engine| engine.id() == id)
            .unwrap_or_else(|| panic!("{:#?}", self.catalog.plugins()))
            .clone()
    }

    pub(crate) fn provider(&self, id: &str) -> Arc<dyn ChatProvider> {
        self.catalog.providers().iter().find(|provider| provider.id() == id).unwrap().clone()
    }

    /// Sends a request to a plugin's route.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &str,
    ) -> Result<RouteResponse> {
        let RouteMatch::Found { route, path } = self.catalog.find_route(Some(method), path) else {
            panic!("no route {method} {path}: {:#?}", self.catalog.plugins());
        };
        let query = query.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let request = RouteRequest { path, query, headers: Vec::new(), body: body.to_owned().into() };
        route.route.handle(&ann(), request).await
    }
}

/// What a call failed with that must not succeed.
pub(crate) fn failed<T>(result: Result<T>) -> Failure {
    match result {
        Ok(_) => panic!("it succeeded"),
        Err(failure) => failure,
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// A call of this user with a minute's time.
pub(crate) fn user(name: &str) -> CallContext {
    let user = User { id: UserId(name.to_owned()), email: None, full_name: None };
    CallContext::new(
        "request-1",
        Caller::User { user, session: None },
        NOW.parse().unwrap(),
        Duration::from_secs(60),
    )
}

/// A call of Ann's.
pub(crate) fn ann() -> CallContext {
    user("ann")
}

/// A guest as a plugin inside the binary.
pub(crate) fn bundle(guests: &[(&'static str, &str)]) -> &'static [Bundled] {
    let all = guests.iter().map(|&(id, name)| {
        let guest = guest(name);
        Bundled { id, sha256: guest.sha256, bytes: guest.bytes }
    });
    // A binary's own plugins live as long as it does, and so do these.
    Box::leak(all.collect())
}

/// A guest with another name of the same length in all places of one.
pub(crate) fn renamed(name: &str, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = guest(name).bytes.to_vec();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, w)| *w == from.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty(), "{from} is not in {name}");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}
