//! A host in this process around one plugin, in a folder that goes away with it: for trying a plugin out without touching anything.

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use serde_json::Value;
use tempfile::TempDir;
use wheelhouse_core::{Failure, clock::Clock, plugin::PluginState};
use wheelhouse_runtime::{Bundled, Declared, Examination, Grant, Outside, PluginConfig};

use crate::{
    config::Config,
    host::{BUNDLED, Host, StartError, Surroundings},
};

/// The provider that understands sentences.
const ASSISTANT: &str = "assist";
/// How long a plugin may take to say what it is. Machines that build things are busy.
const DESCRIBE_MS: u64 = 30_000;

/// The folder, with the plugin in it.
pub struct Workbench {
    folder: TempDir,
}

/// On what terms the plugin is loaded.
#[derive(Default)]
pub struct Terms {
    /// Its id and its section of the configuration.
    pub plugin: Option<(String, PluginConfig)>,
    /// The time; the machine's by default.
    pub clock: Option<Arc<dyn Clock>>,
    /// What stands in the place of servers.
    pub outside: Option<Arc<dyn Outside>>,
    /// Whether PAM is there, to understand sentences.
    pub assistant: bool,
}

impl Workbench {
    /// Lays a component out.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn new(component: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("wheelhouse-").tempdir()?;
        fs::create_dir(folder.path().join("plugins"))?;
        fs::copy(component, folder.path().join("plugins/plugin.wasm"))?;
        Ok(Self { folder })
    }

    /// Compiles it and asks it what it is. Hosts that are started afterwards need not compile it again.
    ///
    /// # Errors
    /// Why it is of no use, or why there is no host.
    pub async fn examine(&self) -> Result<Examination, StartError> {
        let host = self.host("examined", "nothing", Terms::default()).await?;
        let examined = host.plugins().examine(&self.folder.path().join("plugins/plugin.wasm")).await;
        host.stop().await;
        examined.map_err(failed)
    }

    /// Starts a host that serves the plugin on these terms, with the documents that were kept under this name before. Returns when the
    /// plugin serves.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn start(&self, name: &str, terms: Terms) -> Result<Host, StartError> {
        let host = self.host(name, "plugins", terms).await?;
        let catalog = host.catalog.wait_until(|catalog| catalog.is_settled()).await;
        let unfit = catalog.plugins().iter().find(|plugin| !matches!(plugin.state, PluginState::Active));
        let Some(unfit) = unfit else { return Ok(host) };
        let reason = unfit.state.reason().unwrap_or_default().to_owned();
        host.stop().await;
        Err(StartError::Failed(reason))
    }

    async fn host(&self, name: &str, plugins: &str, terms: Terms) -> Result<Host, StartError> {
        let data_dir = self.folder.path().join(name);
        self.share_compiled(&data_dir).map_err(|error| {
            StartError::Failed(format!("cannot write to {}: {error}", data_dir.display()))
        })?;
        let mut config =
            Config { data_dir, plugins_dir: self.folder.path().join(plugins), ..Config::default() };
        config.plugins = BTreeMap::from_iter(terms.plugin);
        config.assistant.providers = vec![ASSISTANT.to_owned()];
        config.runtime.describe_ms = DESCRIBE_MS;
        // Whoever looks for failures wants to see the next one as well.
        config.runtime.breaker.failures = u32::MAX;
        let mut surroundings =
            Surroundings { outside: terms.outside, bundled: &[], ..Surroundings::default() };
        if terms.assistant {
            surroundings.bundled = assistant();
        }
        if let Some(clock) = terms.clock {
            surroundings.clock = clock;
        }
        Host::start_in(config, surroundings).await
    }

    /// Puts the code that was compiled before into the data folder of another host.
    fn share_compiled(&self, data_dir: &Path) -> io::Result<()> {
        let (from, into) = (self.folder.path().join("examined/compiled"), data_dir.join("compiled"));
        if into.exists() || !from.exists() {
            return Ok(());
        }
        fs::create_dir_all(&into)?;
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            let place = into.join(entry.file_name());
            if fs::hard_link(entry.path(), &place).is_err() {
                fs::copy(entry.path(), &place)?;
            }
        }
        Ok(())
    }
}

fn assistant() -> &'static [Bundled] {
    let place = BUNDLED.iter().position(|plugin| plugin.id == ASSISTANT);
    place.map_or(&[], |place| &BUNDLED[place..=place])
}

/// Everything that a plugin asks for, granted, and its public routes.
pub fn all_grants(declared: &Declared) -> Vec<Grant> {
    let asked = declared.asks.iter().flat_map(|ask| match ask.targets.is_empty() {
        true => vec![ask.name.clone()],
        false => ask.targets.iter().map(|target| format!("{}:{target}", ask.name)).collect(),
    });
    // What is no grant has been refused with the declaration.
    asked.chain(["public".to_owned()]).filter_map(|grant| grant.parse().ok()).collect()
}

/// Settings as a plugin's section of the configuration has them.
pub fn with_settings(grants: Vec<Grant>, settings: serde_json::Map<String, Value>) -> PluginConfig {
    PluginConfig { grants, settings, ..PluginConfig::default() }
}

fn failed(failure: Failure) -> StartError {
    StartError::Failed(match failure.detail {
        Some(detail) => format!("{} ({detail})", failure.message),
        None => failure.message,
    })
}
