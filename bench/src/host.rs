//! A plugin host with guests in its drop-in folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use wheelhouse_core::{
    CallContext, Caller, Failure, Result, User, UserId,
    catalog::Catalog,
    clock::{SystemClock, SystemEntropy},
};
use wheelhouse_guests::{guest, numbered};
use wheelhouse_runtime::{PluginHost, PluginHostParts, RuntimeConfig, SystemResolver};

use crate::documents::NoDocuments;

/// A host that has loaded everything.
pub struct Started {
    /// The host.
    pub host: PluginHost,
    /// What its plugins bring.
    pub catalog: Arc<Catalog>,
    folder: TempDir,
}

impl Started {
    /// Where plugins are dropped in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A host that is to be started.
pub struct Setup {
    /// `[runtime]`.
    pub config: RuntimeConfig,
    folder: TempDir,
}

impl Setup {
    /// With these guests; `numbered:1000` stands for a thousand of that one.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(guests: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(Failure::internal)?;
        let write = |name: &str, bytes: &[u8]| {
            fs::write(folder.path().join(format!("{name}.wasm")), bytes).map_err(Failure::internal)
        };
        for name in guests {
            match name.strip_prefix("numbered:") {
                Some(count) => {
                    let count: u16 = count.parse().map_err(Failure::internal)?;
                    for number in 0..count {
                        write(&format!("numbered-{number:04}"), &numbered(number))?;
                    }
                }
                None => write(name, guest(name).bytes)?,
            }
        }
        Ok(Self { config: RuntimeConfig::default(), folder })
    }

    /// Starts it. Compiled code is kept in `cache`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(self, cache: &Path) -> Result<Started> {
        let host = PluginHost::start(PluginHostParts {
            config: self.config,
            plugins: BTreeMap::new(),
            disabled: BTreeSet::new(),
            plugins_dir: PathBuf::from(self.folder.path()),
            cache_dir: cache.to_owned(),
            bundled: &[],
            native: Vec::new(),
            documents: Arc::new(NoDocuments),
            resolver: Arc::new(SystemResolver::default()),
            outside: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        })?;
        let catalog = host.catalog().wait_until(Catalog::is_settled).await;
        Ok(Started { host, catalog, folder: self.folder })
    }
}

/// A call of a user with a minute's time.
pub fn context() -> CallContext {
    let user = User { id: UserId("ann".to_owned()), email: None, full_name: None };
    CallContext::new(
        "bench",
        Caller::User { user, session: None },
        jiff::Timestamp::now(),
        Duration::from_secs(60),
    )
}

/// Resident memory of this process in bytes, as Linux says it.
///
/// # Errors
/// `Internal` elsewhere.
pub fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").map_err(Failure::internal)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.map(|kibibytes| kibibytes * 1_024).ok_or_else(|| Failure::internal("no VmRSS"))
}
