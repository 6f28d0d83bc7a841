use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use semver::Version;
use serde_json::Value;
use wheelhouse_core::{
    CallContext, Failure, Result,
    catalog::{Catalog, CatalogEntry, Contribution, Stage},
    chat::ChatProvider,
    health::Dependency,
    mount::{Mount, MountRequest, MountResponse},
    plugin::{Export, PluginInfo, PluginSource, PluginState},
    route::{Method, Route, RouteDefinition, RouteRequest, RouteResponse},
    speech::SpeechEngine,
    tool::Tool,
};

use super::FakeProbe;

/// A plugin on its way into a fake catalog.
pub(crate) struct Plugin(CatalogEntry);

pub(crate) fn catalog(plugins: Vec<Plugin>) -> Catalog {
    Catalog::new(plugins.into_iter().map(|Plugin(entry)| entry))
}

fn info(id: &str) -> PluginInfo {
    PluginInfo {
        id: id.to_owned(),
        version: Version::new(1, 0, 0),
        name: id.to_owned(),
        summary: String::new(),
        asks: Vec::new(),
    }
}

impl Plugin {
    fn ready(id: &str, export: Export, fill: impl FnOnce(&mut Contribution)) -> Self {
        let mut contribution = Contribution::of(info(id));
        fill(&mut contribution);
        let stage = Stage::Active(Arc::new(contribution));
        Self(CatalogEntry { source: PluginSource::Native, exports: vec![export], stage, next: None })
    }

    pub(crate) fn engine(engine: &Arc<impl SpeechEngine>) -> Self {
        let id = engine.id().to_owned();
        Self::ready(&id, Export::Speech, |plugin| plugin.engine = Some(engine.clone()))
    }

    pub(crate) fn provider(provider: &Arc<impl ChatProvider>) -> Self {
        let id = provider.id().to_owned();
        Self::ready(&id, Export::Chat, |plugin| plugin.provider = Some(provider.clone()))
    }

    pub(crate) fn tool(tool: &Arc<impl Tool>) -> Self {
        let id = format!("plugin-of-{}", tool.definition().name);
        Self::ready(&id, Export::Tools, |plugin| plugin.tools = vec![tool.clone()])
    }

    pub(crate) fn route(route: &Arc<FakeRoute>) -> Self {
        Self::ready("routes", Export::Routes, |plugin| plugin.routes = vec![route.clone()])
    }

    pub(crate) fn mounted(id: &str, mount: &Arc<FakeMount>) -> Self {
        Self::ready(id, Export::Http, |plugin| plugin.mount = Some(mount.clone()))
    }

    /// One that serves and brings nothing.
    pub(crate) fn active(id: &str, source: PluginSource) -> Self {
        let mut plugin = Self::ready(id, Export::Tools, |_| {});
        plugin.0.source = source;
        plugin
    }

    pub(crate) fn bundled(id: &str) -> Self {
        Self::active(id, PluginSource::Bundled { name: id.to_owned() })
    }

    pub(crate) fn file(id: &str) -> Self {
        Self::active(id, PluginSource::File { name: format!("{id}.wasm") })
    }

    pub(crate) fn probed(id: &str, probe: &Arc<FakeProbe>) -> Self {
        let mut plugin = Self::ready(id, Export::Tools, |plugin| plugin.probe = Some(probe.clone()));
        plugin.0.source = PluginSource::Bundled { name: id.to_owned() };
        plugin
    }

    pub(crate) fn disabled(id: &str, reason: &str) -> Self {
        let source = PluginSource::Bundled { name: id.to_owned() };
        let state = PluginState::Disabled { reason: reason.to_owned() };
        let stage = Stage::Absent { state, info: Some(info(id)) };
        Self(CatalogEntry { source, exports: vec![Export::Tools], stage, next: None })
    }

    /// Being compiled for the first time: what it is called is not known.
    pub(crate) fn compiling(export: Export) -> Self {
        let source = PluginSource::File { name: "new.wasm".to_owned() };
        let stage = Stage::Absent { state: PluginState::Compiling { reason: String::new() }, info: None };
        Self(CatalogEntry { source, exports: vec![export], stage, next: None })
    }

    pub(crate) fn refused(id: &str, export: Export, reason: &str) -> Self {
        let source = PluginSource::File { name: format!("{id}.wasm") };
        let state = PluginState::Refused { reason: reason.to_owned() };
        let stage = Stage::Absent { state, info: Some(info(id)) };
        Self(CatalogEntry { source, exports: vec![export], stage, next: None })
    }
}

/// A route that gives one answer and remembers its requests.
pub(crate) struct FakeRoute {
    definition: RouteDefinition,
    answer: Result<RouteResponse>,
    hangs: bool,
    requests: Mutex<Vec<RouteRequest>>,
}

impl FakeRoute {
    pub(crate) fn new(method: Method, path: &str, public: bool, answer: Result<RouteResponse>) -> Arc<Self> {
        Arc::new(Self {
            definition: definition(method, path, public),
            answer,
            hangs: false,
            requests: Mutex::default(),
        })
    }

    /// Answers 200 to whatever has a body that fits the schema, as far as the host looks at it.
    pub(crate) fn taking(path: &str, schema: Value) -> Arc<Self> {
        Arc::new(Self {
            definition: RouteDefinition { body: Some(schema), ..definition(Method::Post, path, true) },
            answer: Self::answering(200, &[], ""),
            hangs: false,
            requests: Mutex::default(),
        })
    }

    pub(crate) fn hanging(method: Method, path: &str) -> Arc<Self> {
        let answer = Err(Failure::internal("never comes"));
        Arc::new(Self {
            definition: definition(method, path, true),
            answer,
            hangs: true,
            requests: Mutex::default(),
        })
    }

    pub(crate) fn requests(&self) -> Vec<RouteRequest> {
        self.requests.lock().unwrap().clone()
    }
}

fn definition(method: Method, path: &str, public: bool) -> RouteDefinition {
    RouteDefinition {
        id: "route".to_owned(),
        method,
        path: path.to_owned(),
        summary: String::new(),
        public,
        parameters: Vec::new(),
        body: None,
        answers: Vec::new(),
    }
}

#[async_trait]
impl Route for FakeRoute {
    fn definition(&self) -> &RouteDefinition {
        &self.definition
    }

    async fn handle(&self, _ctx: &CallContext, request: RouteRequest) -> Result<RouteResponse> {
        self.requests.lock().unwrap().push(request);
        if self.hangs {
            std::future::pending::<()>().await;
        }
        self.answer.clone()
    }
}

impl FakeRoute {
    pub(crate) fn answering(
        status: u16,
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> Result<RouteResponse> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(RouteResponse { status, headers, body: Bytes::from_static(body.as_bytes()) })
    }
}

/// A mounted service that says hello and remembers its requests.
pub(crate) struct FakeMount {
    public: bool,
    status: u16,
    requests: Mutex<Vec<MountRequest>>,
}

impl FakeMount {
    pub(crate) fn new(public: bool, status: u16) -> Arc<Self> {
        Arc::new(Self { public, status, requests: Mutex::default() })
    }

    pub(crate) fn requests(&self) -> Vec<MountRequest> {
        self.requests.lock().unwrap().clone()
    }
}

#[async_trait]
impl Mount for FakeMount {
    fn is_public(&self) -> bool {
        self.public
    }

    async fn handle(&self, _ctx: &CallContext, request: MountRequest) -> Result<MountResponse> {
        self.requests.lock().unwrap().push(request);
        let pieces = ["hel", "lo"].map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
        Ok(MountResponse { status: self.status, headers: Vec::new(), body: stream::iter(pieces).boxed() })
    }
}

/// A database that is there, or not, or says nothing.
#[derive(Default)]
pub(crate) struct FakeDependency {
    pub(crate) down: AtomicBool,
    pub(crate) silent: AtomicBool,
    pub(crate) checks: Mutex<u32>,
}

#[async_trait]
impl Dependency for FakeDependency {
    fn name(&self) -> &'static str {
        "database"
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    async fn check(&self) -> Result<()> {
        *self.checks.lock().unwrap() += 1;
        if self.silent.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        match self.down.load(Ordering::Relaxed) {
            true => Err(Failure::unavailable("The database does not answer.").with_detail("disk I/O error")),
            false => Ok(()),
        }
    }
}
