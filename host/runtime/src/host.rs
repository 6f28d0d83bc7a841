//! Starts and stops it all.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, atomic::Ordering, mpsc::channel},
    thread,
    time::Duration,
};

use tokio::{runtime::Handle, sync::oneshot, time::timeout};
use wheelhouse_core::{
    Failure, Result,
    catalog::{Catalog, CatalogPublisher, CatalogReader, Contribution},
    clock::{Clock, Entropy},
    document::DocumentStore,
    plugin::PluginControl,
};

use crate::{
    cache::CompiledCache,
    config::{PluginConfig, RuntimeConfig},
    control::Control,
    egress::{Outside, Resolver},
    loader::{Loader, Message},
    queue::Queue,
    sandbox::Sandbox,
    scan,
    watch::{Folder, Watch},
    workshop::Workshop,
};

/// A plugin inside the binary. The build script makes these.
#[derive(Debug, Clone, Copy)]
pub struct Bundled {
    /// The plugin's id.
    pub id: &'static str,
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
    /// The component. Not looked at when it was compiled before.
    pub bytes: &'static [u8],
}

/// What a plugin host is put together from.
pub struct PluginHostParts {
    /// `[runtime]`.
    pub config: RuntimeConfig,
    /// `[plugins.<id>]`.
    pub plugins: BTreeMap<String, PluginConfig>,
    /// Ids of plugins that an administrator has switched off.
    pub disabled: BTreeSet<String>,
    /// The drop-in folder. Need not exist.
    pub plugins_dir: PathBuf,
    /// Where compiled code is kept; made if it is not there, for this user alone. Nobody else may write to it.
    pub cache_dir: PathBuf,
    /// Plugins inside the binary, in the order of the catalog.
    pub bundled: &'static [Bundled],
    /// Engines and providers in native code. They come first.
    pub native: Vec<Contribution>,
    /// What plugins keep their data in.
    pub documents: Arc<dyn DocumentStore>,
    /// What says where the hosts are that plugins send requests to.
    pub resolver: Arc<dyn Resolver>,
    /// What stands in the place of those hosts, where plugins are tried out.
    pub outside: Option<Arc<dyn Outside>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Loads plugins and runs them.
///
/// Order of the catalog: native, bundled, then the files of the drop-in folder, those that were there at the start by name and the others
/// as they came; of two with one id, tool or route the first stays. Order of loading: what was compiled before, then the small ones, then
/// the big ones.
pub struct PluginHost {
    sandbox: Arc<Sandbox>,
    pub(crate) workshop: Arc<Workshop>,
    catalog: CatalogReader,
    control: Arc<Control>,
    _watch: Watch,
}

impl PluginHost {
    /// Looks at what there is and begins to load it in the background. When this returns, the catalog lists every plugin with the
    /// interfaces that it exports; each begins to serve when it has been compiled. From then on files that come, change or go in
    /// the drop-in folder are followed.
    ///
    /// # Errors
    /// `Invalid` when the configuration cannot be worked with, `Unavailable` when a folder cannot be used or the engine cannot be
    /// set up, `Internal` outside of a tokio runtime.
    pub fn start(parts: PluginHostParts) -> Result<Self> {
        let PluginHostParts {
            config,
            plugins,
            disabled,
            plugins_dir,
            cache_dir,
            bundled,
            native,
            documents,
            resolver,
            outside,
            clock,
            entropy,
        } = parts;
        let problems = config.problems(&plugins);
        if !problems.is_empty() {
            return Err(Failure::invalid(problems.join("\n")));
        }
        let handle = Handle::try_current().map_err(Failure::internal)?;
        let component_bytes = config.pool.component_bytes;
        let watch_every = Duration::from_millis(config.watch_ms);
        let sandbox = Arc::new(Sandbox::new(config, documents, resolver, outside, clock, entropy)?);
        let cache = Arc::new(CompiledCache::open(&cache_dir, &sandbox.engine)?);

        let mut folder = Folder::new(plugins_dir.clone(), cache.clone(), component_bytes);
        let mut found: Vec<_> = bundled.iter().map(|plugin| scan::bundled(plugin, &cache)).collect();
        found.extend(folder.first_look()?);

        let (messages, inbox) = channel();
        let workshop = Arc::new(Workshop::new(sandbox.clone(), cache, handle, plugins));
        let queue = Queue::start(&workshop, &messages)?;
        let publisher = CatalogPublisher::new(Catalog::default());
        let catalog = publisher.reader();
        let mut loader = Loader {
            workshop: workshop.clone(),
            queue,
            publisher,
            plugins_dir,
            native: native.into_iter().map(Arc::new).collect(),
            disabled,
            slots: Vec::new(),
            next_slot: 0,
            replies: Vec::new(),
        };
        for found in found {
            loader.found(found);
        }
        loader.publish();
        thread::Builder::new()
            .name("plugin-loader".to_owned())
            .spawn(move || loader.run(&inbox))
            .map_err(Failure::internal)?;
        let watch = folder.watch(watch_every, messages.clone())?;
        Ok(Self { sandbox, workshop, catalog, control: Arc::new(Control(messages)), _watch: watch })
    }

    /// What plugins contribute. Statuses in it tell how far loading is.
    pub fn catalog(&self) -> CatalogReader {
        self.catalog.clone()
    }

    /// What administrators do to plugins.
    pub fn control(&self) -> Arc<dyn PluginControl> {
        self.control.clone()
    }

    /// Puts another `[plugins]` in force: grants, limits and settings of each plugin whose section has changed, at once for new calls.
    ///
    /// # Errors
    /// `Invalid` with all problems, and then nothing has changed.
    pub fn configure(&self, plugins: BTreeMap<String, PluginConfig>) -> Result<()> {
        let problems = self.sandbox.config.problems(&plugins);
        if !problems.is_empty() {
            return Err(Failure::invalid(problems.join("\n")));
        }
        self.control
            .0
            .send(Message::Configure(plugins))
            .map_err(|_| Failure::unavailable("The host is stopping."))
    }

    /// Loaded versions of plugins that are still in memory: one for each plugin that serves, and those out of service that somebody
    /// still uses.
    pub fn generations(&self) -> usize {
        self.sandbox.generations.load(Ordering::Relaxed)
    }

    /// Instances that there are: one for each call that runs, and those that plugins keep warm.
    pub fn instances(&self) -> usize {
        let most = self.sandbox.config.pool.instances as usize;
        most.saturating_sub(self.sandbox.instances.available_permits())
    }

    /// Takes no more calls, lets those that run end within `drain`, stops the rest, and drops all instances.
    pub async fn shutdown(self, drain: Duration) {
        self.sandbox.calls.close();
        let drained = timeout(drain, self.sandbox.calls.wait()).await;
        self.sandbox.stopping.cancel();
        if drained.is_err() {
            tracing::warn!(running = self.sandbox.calls.len(), "plugin calls were stopped before their end");
            self.sandbox.calls.wait().await;
        }
        // It may be at work in a guest, which sees that the host is stopping.
        let _ = self.control.tell(Message::Stop).await;
    }
}

impl Drop for PluginHost {
    fn drop(&mut self) {
        // The threads end after what is at hand, and calls that still run see it.
        self.sandbox.stopping.cancel();
        let (reply, _) = oneshot::channel();
        let _ = self.control.0.send(Message::Stop(reply));
    }
}
