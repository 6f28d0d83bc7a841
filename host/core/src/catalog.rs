//! Everything that plugins contribute, as one immutable snapshot.

mod assembly;
mod publication;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

pub use self::{
    assembly::{CatalogEntry, Contribution, Stage},
    publication::{CatalogPublisher, CatalogReader},
};

use crate::{
    chat::ChatProvider,
    mount::Mount,
    plugin::{Export, PluginStatus, Probe},
    route::{Method, Route},
    speech::SpeechEngine,
    tool::Tool,
};

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
