//! From a component's bytes to a plugin that can be called: compile or take from the cache, describe, check, link, try out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock},
    thread,
    time::Duration,
};

use tokio::{runtime::Handle, time::timeout};
use wasmtime::component::Component;
use wheelhouse_core::{
    Failure,
    catalog::Contribution,
    plugin::{PluginInfo, PluginSource},
};

use crate::{
    access::Access,
    cache::CompiledCache,
    config::PluginConfig,
    contribution::contribution,
    declaration::{self, Declaration},
    inspect::Inspection,
    meter::Meter,
    plugin::Plugin,
    prepared::Prepared,
    program::Program,
    sandbox::Sandbox,
    scan::Content,
};

/// What turns components into plugins. Its threads are the [queue](crate::queue)'s.
pub(crate) struct Workshop {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) cache: Arc<CompiledCache>,
    /// Where guests run when they are asked what they are.
    pub(crate) handle: Handle,
    plugins: Mutex<Arc<BTreeMap<String, PluginConfig>>>,
    compilers: OnceLock<Option<rayon::ThreadPool>>,
}

/// A plugin that can be called.
#[derive(Clone)]
pub(crate) struct Linked {
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) contribution: Arc<Contribution>,
    /// The configuration that it was linked under.
    pub(crate) own: PluginConfig,
}

/// Why a component does not become a plugin.
pub(crate) struct Refusal {
    pub(crate) reason: String,
    /// As far as it came: what it says of itself, and what can be linked again under another configuration.
    pub(crate) info: Option<Box<PluginInfo>>,
    pub(crate) prepared: Option<Arc<Prepared>>,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { reason, info: None, prepared: None }
    }
}

impl Workshop {
    pub(crate) fn new(
        sandbox: Arc<Sandbox>,
        cache: Arc<CompiledCache>,
        handle: Handle,
        plugins: BTreeMap<String, PluginConfig>,
    ) -> Self {
        Self { sandbox, cache, handle, plugins: Mutex::new(Arc::new(plugins)), compilers: OnceLock::new() }
    }

    /// `[plugins.<id>]` as it stands.
    pub(crate) fn own(&self, id: &str) -> PluginConfig {
        self.plugins().get(id).cloned().unwrap_or_default()
    }

    /// All of `[plugins]`.
    pub(crate) fn plugins(&self) -> Arc<BTreeMap<String, PluginConfig>> {
        self.plugins.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Has what is linked from now on linked under another configuration.
    pub(crate) fn configure(&self, plugins: BTreeMap<String, PluginConfig>) {
        *self.plugins.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(plugins);
    }

    /// What is known of a component before it is loaded: what it said when it was compiled, or the name that the operator gives to one
    /// that cannot say what it is.
    pub(crate) fn known(&self, content: &Content, source: &PluginSource) -> Option<Declaration> {
        if content.inspection.is_described {
            return content.record.as_ref().map(|record| record.declaration.clone());
        }
        self.mounted(content, source).ok()
    }

    /// # Errors
    /// What the operator has to do so that it serves.
    fn mounted(&self, content: &Content, source: &PluginSource) -> Result<Declaration, String> {
        let PluginSource::File { name } = source else {
            return Err("it cannot say what it is, and only files are given a name".to_owned());
        };
        match mounted_as(&self.plugins(), name) {
            Some(id) => Ok(Declaration::mounted(id, &content.hash)),
            None => Err(format!(
                "it is a web service (`wasi:http`) that cannot say what it is; it answers below /api/v1/<name> once the configuration \
                 has mount = \"{name}\" in [plugins.<name>]"
            )),
        }
    }

    /// Compiles a component, or takes the code that was compiled before, and asks it what it is.
    ///
    /// # Errors
    /// Why it is of no use.
    pub(crate) fn prepare(&self, content: &Content, source: &PluginSource) -> Result<Arc<Prepared>, Refusal> {
        let Inspection { exports, is_described } = &content.inspection;
        let mounted = if *is_described { None } else { Some(self.mounted(content, source)?) };
        let engine = &self.sandbox.engine;
        let cached = content.record.as_ref().and_then(|record| {
            Some((self.cache.load(engine, &content.hash, record)?, record.declaration.clone()))
        });
        let was_compiled = cached.is_none();
        let (component, declaration) = match cached {
            Some(cached) => cached,
            None => {
                let component = self.compile(content)?;
                let label = match source {
                    PluginSource::Bundled { name } | PluginSource::File { name } => name.as_str(),
                    PluginSource::Native => "host",
                };
                let declaration = match &mounted {
                    Some(declaration) => declaration.clone(),
                    None => self.describe(&component, content, label)?,
                };
                (component, declaration)
            }
        };
        // What was kept of it may be from a time when it had another name.
        let declaration = mounted.unwrap_or(declaration);
        let checked = declaration::check(&declaration)?;
        // Only what is in order is kept: a refused component is asked again, for the host may have learned something.
        if was_compiled && let Err(error) = self.cache.store_record(&content.hash, exports, &declaration) {
            tracing::warn!(%error, "a description cannot be kept; the plugin will be asked again at the next start");
        }
        let prepared =
            Arc::new(Prepared { hash: content.hash, exports: exports.clone(), component, checked });
        match source {
            PluginSource::Bundled { name } if *name != prepared.checked.id => Err(self.refuse(
                &prepared,
                format!("it was bundled as `{name}` and calls itself `{}`", prepared.checked.id),
            )),
            _ => Ok(prepared),
        }
    }

    /// Links what was prepared under the present configuration, and sees whether an instance of it starts within its limits.
    ///
    /// # Errors
    /// Why it cannot serve under this configuration.
    pub(crate) fn link(&self, prepared: &Arc<Prepared>) -> Result<Linked, Refusal> {
        let checked = &prepared.checked;
        let own = self.own(&checked.id);
        let limits = own.limits.over(&self.sandbox.config.limits);
        let access = Access::of(&self.sandbox, checked, &own, &limits)
            .map_err(|reason| self.refuse(prepared, reason))?;
        let program = Program::link(
            &self.sandbox,
            &prepared.component,
            &prepared.exports,
            checked.is_described(),
            &checked.id,
            limits.clone(),
            access,
        )
        .map_err(|error| self.refuse(prepared, not_linked(&error)))?;
        self.try_out(&program).map_err(|reason| self.refuse(prepared, reason))?;
        let plugin = Plugin::new(self.sandbox.clone(), program, limits, checked.warm);
        let contribution = Arc::new(contribution(&plugin, prepared, &own));
        Ok(Linked { prepared: prepared.clone(), plugin, contribution, own })
    }

    fn refuse(&self, prepared: &Arc<Prepared>, reason: String) -> Refusal {
        let info = prepared.info(&self.own(&prepared.checked.id));
        Refusal { reason, info: Some(Box::new(info)), prepared: Some(prepared.clone()) }
    }

    /// Compiles on all processors but one, which is left for those that are served already.
    ///
    /// # Errors
    /// Why there is no code of it, as when the host is stopping: it takes seconds, and nobody would run it.
    pub(crate) fn compile(&self, content: &Content) -> Result<Component, String> {
        self.go_on()?;
        let bytes = content.origin.read(&content.hash, self.sandbox.config.pool.component_bytes)?;
        let engine = &self.sandbox.engine;
        let broken = |error: wasmtime::Error| format!("it cannot be compiled: {error:#}");
        let code = self.on_compilers(|| engine.precompile_component(&bytes)).map_err(broken)?;
        match self.cache.store_code(engine, &content.hash, &code) {
            Ok(component) => Ok(component),
            Err(error) => {
                tracing::warn!(%error, "compiled code cannot be kept; the next start will compile again");
                drop(code);
                self.on_compilers(|| Component::new(engine, &bytes)).map_err(broken)
            }
        }
    }

    /// Runs on the compilers' threads, or, should none start, on this one.
    fn on_compilers<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let compilers = self.compilers.get_or_init(|| {
            let threads = thread::available_parallelism().map_or(1, |all| all.get().saturating_sub(1).max(1));
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .thread_name(|index| format!("plugin-compiler-{index}"))
                .build()
                .inspect_err(|error| tracing::warn!(%error, "no threads can be started to compile plugins"))
                .ok()
        });
        match compilers {
            Some(compilers) => compilers.install(work),
            None => work(),
        }
    }

    /// Asks a component what it is, with nothing granted.
    pub(crate) fn describe(
        &self,
        component: &Component,
        content: &Content,
        label: &str,
    ) -> Result<Declaration, String> {
        let sandbox = &self.sandbox;
        let limits = sandbox.config.limits.clone();
        let program = Program::link(
            sandbox,
            component,
            &content.inspection.exports,
            true,
            label,
            limits,
            Access::none(),
        )
        .map_err(|error| not_linked(&error))?;
        self.in_an_instance(&program, async |instance| {
            program.run(instance, None, None, |guest| Box::pin(async move { guest.declare().await })).await
        })
        .map_err(|reason| format!("it failed when it was asked what it is: {reason}"))
    }

    /// # Errors
    /// When the host is stopping.
    fn go_on(&self) -> Result<(), String> {
        match self.sandbox.stopping.is_cancelled() {
            true => Err("the host is stopping".to_owned()),
            false => Ok(()),
        }
    }

    /// One instance, made and dropped: what fails here would fail at every call.
    fn try_out(&self, program: &Program) -> Result<(), String> {
        self.in_an_instance(program, async |_| Ok(()))
            .map_err(|reason| format!("no instance of it can be made: {reason}"))
    }

    fn in_an_instance<T>(
        &self,
        program: &Program,
        work: impl AsyncFnOnce(&mut crate::program::Instance) -> Result<T, crate::fault::Trap>,
    ) -> Result<T, String> {
        // The runtime that guests run on may be gone already.
        self.go_on()?;
        let sandbox = &self.sandbox;
        let limit = Duration::from_millis(sandbox.config.describe_ms);
        let meter = Meter::new(limit);
        let done = async {
            let permit = sandbox.instances.clone().acquire_owned().await.map_err(Failure::internal)?;
            let working = meter.measure(async {
                let mut instance = program.instantiate(sandbox, &meter, permit).await?;
                work(&mut instance).await
            });
            let _ticking = sandbox.ticker.run();
            match timeout(limit, working).await {
                Ok(done) => done.map_err(|trap| trap.fault(&program.name).failure),
                Err(_) => Err(Failure::timeout(format!("it took longer than {} ms", limit.as_millis()))),
            }
        };
        self.handle.block_on(done).map_err(|failure: Failure| {
            let detail = failure.detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
            format!("{}{detail}", failure.message)
        })
    }
}

/// The id that the operator gives to a file which cannot say what it is.
pub(crate) fn mounted_as<'p>(plugins: &'p BTreeMap<String, PluginConfig>, file: &str) -> Option<&'p str> {
    plugins.iter().find(|(_, plugin)| plugin.mount.as_deref() == Some(file)).map(|(id, _)| id.as_str())
}

fn not_linked(error: &wasmtime::Error) -> String {
    format!("it does not fit this host: {error:#}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, sync::Arc};

    use wheelhouse_core::clock::{SystemClock, SystemEntropy};
    use wheelhouse_guests::guest;
    use wheelhouse_store::{Store, StoreConfig};

    use crate::{PluginHost, PluginHostParts, RuntimeConfig, SystemResolver};

    #[tokio::test]
    async fn host_that_stops_compiles_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let (file, code) = (folder.path().join("echo.wasm"), folder.path().join("compiled"));
        fs::write(&file, guest("echo").bytes).unwrap();
        let store = Store::open(&StoreConfig::default(), folder.path()).await.unwrap();
        let host = PluginHost::start(PluginHostParts {
            config: RuntimeConfig::default(),
            plugins: Default::default(),
            disabled: Default::default(),
            plugins_dir: folder.path().join("plugins"),
            cache_dir: code.clone(),
            bundled: &[],
            native: Vec::new(),
            documents: store.documents(),
            resolver: Arc::new(SystemResolver::default()),
            outside: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        })
        .unwrap();
        host.workshop.sandbox.stopping.cancel();
        let failure = host.examine(&file).await.unwrap_err();
        assert_eq!(failure.message, "the host is stopping");
        assert_eq!(fs::read_dir(&code).unwrap().count(), 0);
    }
}
