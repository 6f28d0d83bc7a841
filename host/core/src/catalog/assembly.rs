//! How a catalog is put together: what each plugin brings, and who comes first where two want the same.

use std::{collections::BTreeMap, sync::Arc};

use super::{Catalog, CatalogMount, CatalogRoute, CatalogTool, first_part};
use crate::{
    chat::ChatProvider,
    mount::Mount,
    plugin::{Candidate, Export, PluginInfo, PluginSource, PluginState, PluginStatus, Probe},
    route::Route,
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
}
