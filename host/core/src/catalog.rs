//! Everything that plugins contribute, as one immutable snapshot.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

use tokio::sync::watch;

use crate::{
    chat::ChatProvider,
    mount::Mount,
    plugin::{Candidate, Export, PluginInfo, PluginSource, PluginState, PluginStatus, Probe},
    route::{Method, Route},
    speech::SpeechEngine,
    tool::Tool,
};

/// What one plugin brings, ready to be called.
pub struct Contribution {
    /// Who brings it.
    pub info: PluginInfo,
    /// A speech engine.
    pub engine: Option<Arc<dyn SpeechEngine>>,
    /// An AI provider.
    pub provider: Option<Arc<dyn ChatProvider>>,
    /// PAM tools.
    pub tools: Vec<Arc<dyn Tool>>,
    /// HTTP routes, those of the tools' REST forms among them.
    pub routes: Vec<Arc<dyn Route>>,
    /// Everything below `/api/v1/<id>` that is none of the routes.
    pub mount: Option<Arc<dyn Mount>>,
    /// How it is doing. None for parts of the host.
    pub probe: Option<Arc<dyn Probe>>,
    /// What it declared and the host does not take, each with the reason.
    pub problems: Vec<String>,
}

impl Contribution {
    /// Nothing but who it is.
    pub fn of(info: PluginInfo) -> Self {
        Self {
            info,
            engine: None,
            provider: None,
            tools: Vec::new(),
            routes: Vec::new(),
            mount: None,
            probe: None,
            problems: Vec::new(),
        }
    }
}

/// One plugin on its way into a catalog.
pub struct CatalogEntry {
    /// Where it comes from.
    pub source: PluginSource,
    /// The interfaces that it exports.
    pub exports: Vec<Export>,
    /// How far it is.
    pub stage: Stage,
    /// A version that is to take its place.
    pub next: Option<Candidate>,
}

/// How far a plugin is.
pub enum Stage {
    /// Serves.
    Active(Arc<Contribution>),
    /// Does not.
    Absent {
        /// Anything but `Active`.
        state: PluginState,
        /// What it said of itself, as far as that is known.
        info: Option<PluginInfo>,
    },
}

/// A tool and who brings it.
#[derive(Clone)]
pub struct CatalogTool {
    /// Id of the plugin.
    pub plugin: String,
    /// The tool.
    pub tool: Arc<dyn Tool>,
}

/// A route and who brings it.
#[derive(Clone)]
pub struct CatalogRoute {
    /// Id of the plugin.
    pub plugin: String,
    /// The route.
    pub route: Arc<dyn Route>,
}

/// A mounted service and who brings it.
#[derive(Clone)]
pub struct CatalogMount {
    /// Id of the plugin, and the first part of the path.
    pub plugin: String,
    /// The service.
    pub mount: Arc<dyn Mount>,
}

/// What is known of a name in a chain.
pub enum Lookup<T: ?Sized> {
    /// It serves.
    Ready(Arc<T>),
    /// A plugin that is, or may turn out to be, the one with this name is still being loaded.
    Pending,
    /// There is none.
    Missing,
}

/// What a request's method and path lead to.
pub enum RouteMatch<'m> {
    /// A route, with the raw (still percent-encoded) values of its path's parameters.
    Found {
        /// The route and who brings it.
        route: &'m CatalogRoute,
        /// Name and value, in the order of the path.
        path: Vec<(String, String)>,
    },
    /// A mounted service, for any method.
    Mounted {
        /// The service and who brings it.
        mount: &'m CatalogMount,
        /// The path below it, raw: empty, or with a slash at its beginning.
        rest: &'m str,
    },
    /// The path is known, the method is not.
    MethodNotAllowed {
        /// The methods that are.
        allowed: Vec<Method>,
    },
    /// No such path.
    NotFound,
}

/// An immutable snapshot of everything that plugins contribute. Requests keep the snapshot that they started with.
#[derive(Default)]
pub struct Catalog {
    plugins: Vec<PluginStatus>,
    /// Id of a plugin that serves, or may serve later, to its place in `plugins`.
    holders: BTreeMap<String, usize>,
    probes: BTreeMap<String, Arc<dyn Probe>>,
    engines: Vec<Arc<dyn SpeechEngine>>,
    providers: Vec<Arc<dyn ChatProvider>>,
    /// By name.
    tools: Vec<CatalogTool>,
    /// A tool's name to its place in `tools`. Hashed, so that finding one takes as long among thousands as among ten.
    tool_places: HashMap<String, usize>,
    /// Path to a slot of `methods`.
    paths: matchit::Router<usize>,
    /// The same as written, since the router cannot be asked for a path with its parameters' names.
    slots: BTreeMap<String, usize>,
    methods: Vec<BTreeMap<Method, CatalogRoute>>,
    routes: Vec<CatalogRoute>,
    /// By the first part of the path.
    mounts: BTreeMap<String, CatalogMount>,
}

impl Catalog {
    /// Puts entries together. Of two plugins with one id, tool name or route, the first stays and the second is refused
    /// (the plugin for its id, else only the tool or route) with a reason in its status.
    pub fn new(entries: impl IntoIterator<Item = CatalogEntry>) -> Self {
        let mut catalog = Self::default();
        for entry in entries {
            catalog.add(entry);
        }
        catalog.sort_tools();
        catalog
    }

    fn add(&mut self, entry: CatalogEntry) {
        let CatalogEntry { source, exports, stage, next } = entry;
        let mut status = PluginStatus {
            source,
            state: PluginState::Active,
            info: None,
            next,
            exports,
            tools: Vec::new(),
            routes: Vec::new(),
            problems: Vec::new(),
        };
        match stage {
            Stage::Absent { state, info } => {
                status.state = state;
                status.info = info;
                // Its id stays its own while it is loaded, rests or is switched off: nobody else gets its grants and its data.
                if let (false, Some(id)) = (matches!(status.state, PluginState::Refused { .. }), status.id())
                {
                    self.holders.entry(id.to_owned()).or_insert(self.plugins.len());
                }
            }
            Stage::Active(contribution) => {
                let id = &contribution.info.id;
                status.info = Some(contribution.info.clone());
                status.problems.clone_from(&contribution.problems);
                if let Some(holder) = self.holder_of(id) {
                    status.state = PluginState::Refused {
                        reason: format!("the id `{id}` is taken by {holder}; remove one of the two"),
                    };
                } else {
                    self.holders.insert(id.clone(), self.plugins.len());
                    self.engines.extend(contribution.engine.clone());
                    self.providers.extend(contribution.provider.clone());
                    if let Some(probe) = &contribution.probe {
                        self.probes.insert(id.clone(), probe.clone());
                    }
                    for tool in &contribution.tools {
                        self.add_tool(id, tool.clone(), &mut status);
                    }
                    for route in &contribution.routes {
                        self.add_route(id, route.clone(), &mut status);
                    }
                    if let Some(mount) = &contribution.mount {
                        self.add_mount(id, mount.clone(), &mut status);
                    }
                }
            }
        }
        self.plugins.push(status);
    }

    fn holder_of(&self, id: &str) -> Option<String> {
        let holder = &self.plugins[*self.holders.get(id)?];
        Some(match &holder.source {
            PluginSource::Bundled { .. } => "a bundled plugin".to_owned(),
            PluginSource::File { name } => format!("`{name}`"),
            PluginSource::Native => "the host itself".to_owned(),
        })
    }

    fn add_tool(&mut self, plugin: &str, tool: Arc<dyn Tool>, status: &mut PluginStatus) {
        let name = tool.definition().name.clone();
        if let Some(&first) = self.tool_places.get(&name) {
            let first = &self.tools[first];
            status
                .problems
                .push(format!("the tool `{name}` is left out: `{}` has one of this name", first.plugin));
            return;
        }
        status.tools.push(name.clone());
        self.tool_places.insert(name, self.tools.len());
        self.tools.push(CatalogTool { plugin: plugin.to_owned(), tool });
    }

    fn sort_tools(&mut self) {
        self.tools.sort_by(|a, b| a.tool.definition().name.cmp(&b.tool.definition().name));
        for (place, entry) in self.tools.iter().enumerate() {
            if let Some(known) = self.tool_places.get_mut(&entry.tool.definition().name) {
                *known = place;
            }
        }
    }

    fn add_route(&mut self, plugin: &str, route: Arc<dyn Route>, status: &mut PluginStatus) {
        let (method, path) = (route.definition().method, route.definition().path.clone());
        let name = format!("{method} /api/v1{path}");
        if let Some((first, _)) = self.mount_of(&path).filter(|(first, _)| first.plugin != plugin) {
            status
                .problems
                .push(format!("the route {name} is left out: everything below it is `{}`'s", first.plugin));
            return;
        }
        let slot = match self.slots.get(&path) {
            Some(&slot) => slot,
            None => {
                if let Err(error) = self.paths.insert(path.clone(), self.methods.len()) {
                    status.problems.push(format!("the route {name} is left out: {error}"));
                    return;
                }
                self.slots.insert(path, self.methods.len());
                self.methods.push(BTreeMap::new());
                self.methods.len() - 1
            }
        };
        let methods = &mut self.methods[slot];
        if let Some(first) = methods.get(&method) {
            status.problems.push(format!("the route {name} is left out: `{}` has it", first.plugin));
            return;
        }
        let added = CatalogRoute { plugin: plugin.to_owned(), route };
        methods.insert(method, added.clone());
        status.routes.push(name);
        self.routes.push(added);
    }

    fn add_mount(&mut self, plugin: &str, mount: Arc<dyn Mount>, status: &mut PluginStatus) {
        let is_below = |route: &&CatalogRoute| first_part(&route.route.definition().path).0 == plugin;
        let other = |route: &&CatalogRoute| route.plugin != plugin;
        if let Some(first) = self.routes.iter().find(|route| is_below(route) && other(route)) {
            status.problems.push(format!(
                "nothing is mounted at /api/v1/{plugin}: `{}` has routes below it",
                first.plugin
            ));
            return;
        }
        status.routes.push(format!("* /api/v1/{plugin}/*"));
        self.mounts.insert(plugin.to_owned(), CatalogMount { plugin: plugin.to_owned(), mount });
    }

    /// What is mounted where a path leads, and the rest of the path.
    fn mount_of<'m>(&'m self, path: &'m str) -> Option<(&'m CatalogMount, &'m str)> {
        let (first, rest) = first_part(path);
        Some((self.mounts.get(first)?, rest))
    }

    /// Every plugin that was found, in the order of loading.
    pub fn plugins(&self) -> &[PluginStatus] {
        &self.plugins
    }

    /// How the plugin with this id is doing, if it serves and is no part of the host.
    pub fn probe(&self, id: &str) -> Option<&Arc<dyn Probe>> {
        self.probes.get(id)
    }

    /// Whether every plugin serves or is known not to.
    pub fn is_settled(&self) -> bool {
        !self.plugins.iter().any(|p| p.state.is_loading())
    }

    /// Whether any plugin that exports this is still being loaded.
    pub fn is_loading(&self, export: Export) -> bool {
        self.plugins.iter().any(|p| p.state.is_loading() && p.exports.contains(&export))
    }

    /// Speech engines that serve.
    pub fn engines(&self) -> &[Arc<dyn SpeechEngine>] {
        &self.engines
    }

    /// The speech engine with this id.
    pub fn engine(&self, id: &str) -> Lookup<dyn SpeechEngine> {
        match self.engines.iter().find(|engine| engine.id() == id) {
            Some(engine) => Lookup::Ready(engine.clone()),
            None => self.absent(id, Export::Speech),
        }
    }

    /// AI providers that serve.
    pub fn providers(&self) -> &[Arc<dyn ChatProvider>] {
        &self.providers
    }

    /// The AI provider with this id.
    pub fn provider(&self, id: &str) -> Lookup<dyn ChatProvider> {
        match self.providers.iter().find(|provider| provider.id() == id) {
            Some(provider) => Lookup::Ready(provider.clone()),
            None => self.absent(id, Export::Chat),
        }
    }

    fn absent<T: ?Sized>(&self, id: &str, export: Export) -> Lookup<T> {
        let pending = self.plugins.iter().any(|p| {
            p.state.is_loading() && p.exports.contains(&export) && p.id().is_none_or(|known| known == id)
        });
        if pending { Lookup::Pending } else { Lookup::Missing }
    }

    /// Tools that serve, by name.
    pub fn tools(&self) -> impl Iterator<Item = &CatalogTool> {
        self.tools.iter()
    }

    /// The tool with this name.
    pub fn tool(&self, name: &str) -> Option<&CatalogTool> {
        self.tool_places.get(name).map(|&place| &self.tools[place])
    }

    /// Routes that serve, in the order of loading.
    pub fn routes(&self) -> &[CatalogRoute] {
        &self.routes
    }

    /// What a method and a path below `/api/v1` lead to. The path is as it came in, not decoded.
    pub fn find_route<'m>(&'m self, method: Option<Method>, path: &'m str) -> RouteMatch<'m> {
        let Ok(found) = self.paths.at(path) else {
            return match self.mount_of(path) {
                Some((mount, rest)) => RouteMatch::Mounted { mount, rest },
                None => RouteMatch::NotFound,
            };
        };
        let methods = &self.methods[*found.value];
        match method.and_then(|method| methods.get(&method)) {
            Some(route) => RouteMatch::Found {
                route,
                path: found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            },
            None => RouteMatch::MethodNotAllowed { allowed: methods.keys().copied().collect() },
        }
    }
}

/// The first part of a path, and what comes after it, with the slash.
fn first_part(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_at(path.find('/').unwrap_or(path.len()))
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("plugins", &self.plugins).finish_non_exhaustive()
    }
}

/// Where the present catalog is read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CatalogReader(watch::Receiver<Arc<Catalog>>);

impl CatalogReader {
    /// The present catalog.
    pub fn current(&self) -> Arc<Catalog> {
        self.0.borrow().clone()
    }

    /// Waits until `ready` holds and returns the catalog that it holds for. Bound it with a deadline.
    pub async fn wait_until(&self, mut ready: impl FnMut(&Catalog) -> bool) -> Arc<Catalog> {
        let mut receiver = self.0.clone();
        match receiver.wait_for(|catalog| ready(catalog)).await {
            Ok(catalog) => catalog.clone(),
            // The publisher is gone, so nothing will change any more.
            Err(_) => self.current(),
        }
    }
}

/// Where catalogs are published.
#[derive(Debug)]
pub struct CatalogPublisher(watch::Sender<Arc<Catalog>>);

impl CatalogPublisher {
    /// Begins with this catalog.
    pub fn new(first: Catalog) -> Self {
        Self(watch::Sender::new(Arc::new(first)))
    }

    /// Puts another catalog in place of the present one, for all readers at once.
    pub fn publish(&self, catalog: Catalog) {
        self.0.send_replace(Arc::new(catalog));
    }

    /// A reader of what is published here.
    pub fn reader(&self) -> CatalogReader {
        CatalogReader(self.0.subscribe())
    }
}
