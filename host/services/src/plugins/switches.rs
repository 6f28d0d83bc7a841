//! Which plugins are switched off: kept in the database, so that it holds for all replicas and over restarts.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use tokio::sync::Mutex;
use wheelhouse_core::{
    Result,
    plugin::{PluginControl, PluginSwitchStore},
};

/// Brings what the database says to the plugins of this process.
pub(super) struct Switches {
    store: Arc<dyn PluginSwitchStore>,
    control: Arc<dyn PluginControl>,
    /// What the control was told last. Held from reading to telling, so that what was read later is told later.
    told: Mutex<Option<BTreeSet<String>>>,
}

impl Switches {
    pub(super) fn new(store: Arc<dyn PluginSwitchStore>, control: Arc<dyn PluginControl>) -> Self {
        Self { store, control, told: Mutex::default() }
    }

    /// Switches a plugin, and has this process follow at once.
    pub(super) async fn switch(&self, id: &str, enabled: bool, now: Timestamp) -> Result<()> {
        self.store.switch_plugin(id, enabled, now).await?;
        self.sync().await
    }

    /// Has this process follow the database.
    pub(super) async fn sync(&self) -> Result<()> {
        let mut told = self.told.lock().await;
        let disabled = self.store.disabled_plugins().await?;
        if told.as_ref() == Some(&disabled) {
            return Ok(());
        }
        self.control.set_disabled(disabled.clone()).await;
        let before = told.replace(disabled.clone()).unwrap_or_default();
        for id in before.symmetric_difference(&disabled) {
            tracing::info!(plugin = %id, enabled = !disabled.contains(id), "plugin switched");
        }
        Ok(())
    }
}
