//! A plugin host with guests in its drop-in folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use wheelhouse_core::{
    CallContext, Caller, Failure, Result, User, UserId,
    catalog::Catalog,
    clock::{SystemClock, SystemEntropy},
};
use wheelhouse_guests::guest;
use wheelhouse_runtime::{PluginHost, PluginHostParts, RuntimeConfig, SystemResolver};

use crate::documents::NoDocuments;

/// A host that has loaded everything.
pub struct Started {
    /// The host.
    pub host: PluginHost,
    /// What its plugins bring.
    pub catalog: Arc<Catalog>,
    _folder: TempDir,
}

/// Starts a host with these guests, whose compiled code is kept in `cache`.
///
/// # Errors
/// When it does not start.
pub async fn start(guests: &[&str], cache: &Path) -> Result<Started> {
    let folder = tempfile::tempdir().map_err(Failure::internal)?;
    for name in guests {
        fs::write(folder.path().join(format!("{name}.wasm")), guest(name).bytes)
            .map_err(Failure::internal)?;
    }
    let host = PluginHost::start(PluginHostParts {
        config: RuntimeConfig::default(),
        plugins: BTreeMap::new(),
        disabled: BTreeSet::new(),
        plugins_dir: folder.path().to_owned(),
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
    Ok(Started { host, catalog, _folder: folder })
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
