//! Which plugins are switched off.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use wheelhouse_core::{Result, plugin::PluginSwitchStore};

use crate::sql::{Backend, SqlStore, Statement, column};

#[async_trait]
impl<B: Backend> PluginSwitchStore for SqlStore<B> {
    async fn disabled_plugins(&self) -> Result<BTreeSet<String>> {
        let rows = Statement::<B>::new("SELECT plugin FROM plugin_switches")
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.iter().map(|row| column::<B, _>(row, 0)).collect()
    }

    async fn switch_plugin(&self, id: &str, enabled: bool, now: Timestamp) -> Result<()> {
        let statement = if enabled {
            Statement::<B>::new("DELETE FROM plugin_switches WHERE plugin = $1").bind(id)
        } else {
            Statement::<B>::new(
                "INSERT INTO plugin_switches (plugin, since) VALUES ($1, $2) ON CONFLICT (plugin) DO NOTHING",
            )
            .bind(id)
            .bind(now)
        };
        statement.execute(&mut *self.writer().await?).await?;
        Ok(())
    }
}
