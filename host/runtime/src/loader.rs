//! Takes components from file to catalog, in a thread of its own.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant, SystemTime},
};

use tokio::{runtime::Handle, time::timeout};
use wasmtime::component::Component;
use wheelhouse_core::{
    Failure,
    catalog::{CatalogPublisher, Contribution},
    chat::ChatProvider,
    plugin::{Ask, Export, PluginInfo, PluginSource},
    route::Route,
    speech::SpeechEngine,
    tool::Tool,
};

use crate::{
    cache::CompiledCache,
    config::{self, Limits, PluginConfig},
    declaration::{self, Checked, Declaration},
    meter::Meter,
    plugin::Plugin,
    ports::{
        chat::PluginProvider, rest::ToolRoute, routes::PluginRoute, speech::PluginEngine, tools::PluginTool,
    },
    program::Program,
    sandbox::Sandbox,
    scan::{Content, Found},
    schema::shorten,
    slot::{self, Slot, SlotState},
    state::DocumentAccess,
};

/// The longest reason that a status shows.
const REASON: usize = 1_000;

/// Loads what was found, and publishes after each.
pub(crate) struct Loader {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) cache: CompiledCache,
    pub(crate) plugins: BTreeMap<String, PluginConfig>,
    pub(crate) publisher: CatalogPublisher,
    /// Everything that has been loaded, for the end.
    pub(crate) loaded: Arc<Mutex<Vec<Arc<Plugin>>>>,
    /// Where guests run when they are asked what they are.
    pub(crate) handle: Handle,
    pub(crate) slots: Vec<Slot>,
}

/// Why a plugin does not serve.
struct Refusal {
    info: Option<Box<PluginInfo>>,
    reason: String,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { info: None, reason }
    }
}

impl Loader {
    /// Adds what was found, and says which slots are still to be loaded.
    pub(crate) fn add(&mut self, found: Vec<Found>) -> Vec<(usize, Content)> {
        let mut pending = Vec::new();
        for Found { source, content } in found {
            let mut slot = Slot { source, exports: Vec::new(), info: None, state: SlotState::Waiting };
            match content {
                Ok(content) => {
                    slot.exports.clone_from(&content.inspection.exports);
                    if let Some(Ok(checked)) =
                        content.record.as_ref().map(|record| declaration::check(&record.declaration))
                    {
                        slot.info = Some(self.info(&checked));
                    }
                    pending.push((self.slots.len(), content));
                }
                Err(reason) => {
                    tracing::warn!(plugin = ?slot.source, reason, "a plugin is refused");
                    slot.state = SlotState::Refused(reason);
                }
            }
            self.slots.push(slot);
        }
        // What is compiled comes first, and of the rest the small ones: big voices keep nobody waiting.
        pending.sort_by_key(|(_, content)| (content.record.is_none(), content.size));
        pending
    }

    /// Makes what stands visible.
    pub(crate) fn publish(&self) {
        self.publisher.publish(slot::catalog(&self.slots));
    }

    /// Loads one after the other until all are done or the host stops.
    pub(crate) fn run(mut self, pending: Vec<(usize, Content)>) {
        let mut compilers = None;
        for (index, content) in pending {
            if self.sandbox.stopping.is_cancelled() {
                return;
            }
            if content.record.is_none() {
                self.slots[index].state = SlotState::Compiling;
                self.publish();
            }
            let began = Instant::now();
            let expected = match &self.slots[index].source {
                PluginSource::Bundled { name } => Some(name.clone()),
                PluginSource::File { .. } | PluginSource::Native => None,
            };
            let loaded = catch_unwind(AssertUnwindSafe(|| {
                self.load(&content, expected.as_deref(), &self.slots[index].source, &mut compilers)
            }))
            .unwrap_or_else(|_| Err("loading it made the host panic; its log says more".to_owned().into()));
            let slot = &mut self.slots[index];
            match loaded {
                Ok((contribution, plugin)) => {
                    tracing::debug!(
                        plugin = %plugin.id,
                        version = %contribution.info.version,
                        millis = began.elapsed().as_millis(),
                        compiled = content.record.is_none(),
                        "a plugin is ready"
                    );
                    slot.info = Some(contribution.info.clone());
                    slot.state = SlotState::Ready(Arc::new(contribution));
                    self.loaded.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(plugin);
                }
                Err(Refusal { info, reason }) => {
                    let reason = shorten(&reason, REASON);
                    tracing::warn!(plugin = ?slot.source, reason, "a plugin is refused");
                    slot.info = info.map(|info| *info).or(slot.info.take());
                    slot.state = SlotState::Refused(reason);
                }
            }
            self.publish();
        }
        let now = SystemTime::from(self.sandbox.clock.now());
        self.cache.prune(now);
    }

    fn load(
        &self,
        content: &Content,
        expected: Option<&str>,
        source: &PluginSource,
        compilers: &mut Option<rayon::ThreadPool>,
    ) -> Result<(Contribution, Arc<Plugin>), Refusal> {
        let exports = &content.inspection.exports;
        let engine = &self.sandbox.engine;
        let cached = content.record.as_ref().and_then(|record| {
            Some((self.cache.load(engine, &content.hash, record)?, record.declaration.clone()))
        });
        let was_compiled = cached.is_none();
        let (component, declaration) = match cached {
            Some(cached) => cached,
            None => {
                let component = self.compile(content, compilers)?;
                let label = match source {
                    PluginSource::Bundled { name } | PluginSource::File { name } => name.as_str(),
                    PluginSource::Native => "host",
                };
                let declaration = self.describe(&component, exports, label)?;
                (component, declaration)
            }
        };

        let checked = declaration::check(&declaration)?;
        // Only what is in order is kept: a refused component is asked again, for the host may have learned something.
        if was_compiled && let Err(error) = self.cache.store_record(&content.hash, exports, &declaration) {
            tracing::warn!(%error, "a description cannot be kept; the plugin will be asked again at the next start");
        }
        let info = self.info(&checked);
        let refuse = |reason: String| Refusal { info: Some(Box::new(info.clone())), reason };
        if let Some(expected) = expected.filter(|expected| *expected != checked.id) {
            return Err(refuse(format!("it was bundled as `{expected}` and calls itself `{}`", checked.id)));
        }
        let own = self.plugins.get(&checked.id).cloned().unwrap_or_default();
        if !own.enabled {
            return Err(refuse(format!("it is switched off: enabled = false in [plugins.{}]", checked.id)));
        }
        let limits = own.limits.over(&self.sandbox.config.limits);
        let documents = self.documents(&checked, &own, &limits);
        let program =
            Program::link(&self.sandbox, &component, exports, &checked.id, limits.clone(), documents)
                .map_err(|error| refuse(not_linked(&error)))?;
        let plugin = Plugin::new(self.sandbox.clone(), program, limits, checked.warm);
        Ok((contribution(&plugin, checked, exports, info), plugin))
    }

    /// Compiles on all processors but one, which is left for those that are served already.
    fn compile(
        &self,
        content: &Content,
        compilers: &mut Option<rayon::ThreadPool>,
    ) -> Result<Component, String> {
        let bytes = content.origin.read(&content.hash, self.sandbox.config.pool.component_bytes)?;
        let threads = thread::available_parallelism().map_or(1, |all| all.get().saturating_sub(1).max(1));
        let compilers = match compilers {
            Some(compilers) => compilers,
            None => compilers.insert(
                rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .thread_name(|index| format!("plugin-compiler-{index}"))
                    .build()
                    .map_err(|error| format!("no thread can be started to compile it: {error}"))?,
            ),
        };
        let engine = &self.sandbox.engine;
        let broken = |error: wasmtime::Error| format!("it cannot be compiled: {error:#}");
        let code = compilers.install(|| engine.precompile_component(&bytes)).map_err(broken)?;
        match self.cache.store_code(engine, &content.hash, &code) {
            Ok(component) => Ok(component),
            Err(error) => {
                tracing::warn!(%error, "compiled code cannot be kept; the next start will compile again");
                drop(code);
                compilers.install(|| Component::new(engine, &bytes)).map_err(broken)
            }
        }
    }

    /// Asks a component what it is, with nothing granted.
    fn describe(
        &self,
        component: &Component,
        exports: &[Export],
        label: &str,
    ) -> Result<Declaration, String> {
        let sandbox = &self.sandbox;
        if sandbox.stopping.is_cancelled() {
            // The runtime that guests run on may be gone already.
            return Err("the host is stopping".to_owned());
        }
        let limits = sandbox.config.limits.clone();
        let program = Program::link(sandbox, component, exports, label, limits, None)
            .map_err(|error| not_linked(&error))?;
        let limit = Duration::from_millis(sandbox.config.describe_ms);
        let meter = Meter::new(limit);
        let asked = async {
            let permit = sandbox.instances.clone().acquire_owned().await.map_err(Failure::internal)?;
            let asking = meter.measure(async {
                let mut instance = program.instantiate(sandbox, &meter, permit).await?;
                program.run(&mut instance, None, |guest| Box::pin(async move { guest.declare().await })).await
            });
            let _ticking = sandbox.ticker.run();
            match timeout(limit, asking).await {
                Ok(asked) => asked.map_err(|trap| trap.fault(label).failure),
                Err(_) => Err(Failure::timeout(format!("it took longer than {} ms", limit.as_millis()))),
            }
        };
        self.handle.block_on(asked).map_err(|failure| {
            let detail = failure.detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
            format!("it failed when it was asked what it is: {}{detail}", failure.message)
        })
    }

    fn info(&self, checked: &Checked) -> PluginInfo {
        let grants = self.plugins.get(&checked.id).map_or(&[][..], |own| &own.grants);
        PluginInfo {
            id: checked.id.clone(),
            version: checked.version.clone(),
            name: checked.name.clone(),
            summary: checked.summary.clone(),
            asks: checked
                .asks
                .iter()
                .map(|ask| Ask { granted: config::is_granted(ask, grants), capability: ask.clone() })
                .collect(),
        }
    }

    /// The document store, as far as the plugin has asked for it and the operator has granted it.
    fn documents(&self, checked: &Checked, own: &PluginConfig, limits: &Limits) -> Option<DocumentAccess> {
        let allowed = |target| config::is_allowed(&checked.asks, &own.grants, "documents", target);
        let (user, shared) = (allowed("user"), allowed("shared"));
        (user || shared).then(|| DocumentAccess {
            store: self.sandbox.documents.clone(),
            clock: self.sandbox.clock.clone(),
            entropy: self.sandbox.entropy.clone(),
            user,
            shared,
            body_bytes: limits.document_bytes,
        })
    }
}

fn not_linked(error: &wasmtime::Error) -> String {
    format!("it does not fit this host: {error:#}")
}

fn contribution(
    plugin: &Arc<Plugin>,
    checked: Checked,
    exports: &[Export],
    info: PluginInfo,
) -> Contribution {
    let has = |export| exports.contains(&export);
    let mut tools: Vec<Arc<dyn Tool>> = Vec::with_capacity(checked.tools.len());
    let mut routes: Vec<Arc<dyn Route>> = Vec::new();
    for tool in checked.tools {
        let rest = tool.rest;
        let tool = Arc::new(PluginTool {
            plugin: plugin.clone(),
            definition: tool.definition,
            arguments: tool.arguments,
        });
        if let Some(form) = rest {
            routes.push(Arc::new(ToolRoute { tool: tool.clone(), form }));
        }
        tools.push(tool);
    }
    for definition in checked.routes {
        routes.push(Arc::new(PluginRoute { plugin: plugin.clone(), definition }));
    }
    Contribution {
        info,
        engine: has(Export::Speech).then(|| Arc::new(PluginEngine(plugin.clone())) as Arc<dyn SpeechEngine>),
        provider: has(Export::Chat)
            .then(|| Arc::new(PluginProvider(plugin.clone())) as Arc<dyn ChatProvider>),
        tools,
        routes,
    }
}
