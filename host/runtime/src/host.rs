//! Starts and stops it all.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use tokio::{runtime::Handle, time::timeout};
use wheelhouse_core::{
    Failure, Result,
    catalog::{Catalog, CatalogPublisher, CatalogReader, Contribution},
    clock::{Clock, Entropy},
    document::DocumentStore,
};

use crate::{
    cache::CompiledCache,
    config::{PluginConfig, RuntimeConfig},
    egress::Resolver,
    loader::Loader,
    plugin::Plugin,
    sandbox::Sandbox,
    scan,
    slot::Slot,
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
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Loads plugins and runs them.
///
/// Order of the catalog: native, bundled, then the files of the drop-in folder by name; of two with one id, tool or route the first
/// stays. Order of loading: what was compiled before, then the small ones, then the big ones.
pub struct PluginHost {
    sandbox: Arc<Sandbox>,
    catalog: CatalogReader,
    loaded: Arc<Mutex<Vec<Arc<Plugin>>>>,
}

impl PluginHost {
    /// Looks at what there is and begins to load it in the background. When this returns, the catalog lists every plugin with the
    /// interfaces that it exports; each begins to serve when it has been compiled.
    ///
    /// # Errors
    /// `Invalid` when the configuration cannot be worked with, `Unavailable` when a folder cannot be used or the engine cannot be
    /// set up, `Internal` outside of a tokio runtime.
    pub fn start(parts: PluginHostParts) -> Result<Self> {
        let PluginHostParts {
            config,
            plugins,
            plugins_dir,
            cache_dir,
            bundled,
            native,
            documents,
            resolver,
            clock,
            entropy,
        } = parts;
        let problems = config.problems(&plugins);
        if !problems.is_empty() {
            return Err(Failure::invalid(problems.join("\n")));
        }
        let handle = Handle::try_current().map_err(Failure::internal)?;
        let component_bytes = config.pool.component_bytes;
        let sandbox = Arc::new(Sandbox::new(config, documents, resolver, clock, entropy)?);
        let cache = CompiledCache::open(&cache_dir, &sandbox.engine)?;

        let mut found: Vec<_> = bundled.iter().map(|plugin| scan::bundled(plugin, &cache)).collect();
        found.extend(scan::folder(&plugins_dir, &cache, component_bytes)?);

        let publisher = CatalogPublisher::new(Catalog::default());
        let catalog = publisher.reader();
        let loaded = Arc::new(Mutex::new(Vec::new()));
        let mut loader = Loader {
            sandbox: sandbox.clone(),
            cache,
            plugins,
            publisher,
            loaded: loaded.clone(),
            handle,
            slots: native.into_iter().map(Slot::native).collect(),
        };
        let pending = loader.add(found);
        loader.publish();
        thread::Builder::new()
            .name("plugin-loader".to_owned())
            .spawn(move || loader.run(pending))
            .map_err(Failure::internal)?;
        Ok(Self { sandbox, catalog, loaded })
    }

    /// What plugins contribute. Statuses in it tell how far loading is.
    pub fn catalog(&self) -> CatalogReader {
        self.catalog.clone()
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
        for plugin in self.loaded.lock().unwrap_or_else(std::sync::PoisonError::into_inner).drain(..) {
            plugin.cool();
        }
    }
}

impl Drop for PluginHost {
    fn drop(&mut self) {
        // The loader stops before the next plugin, and calls that still run see it.
        self.sandbox.stopping.cancel();
    }
}
