//! Plugins: what is loaded, what is not and why, and what administrators do about it.

mod shown;
mod switches;

use std::sync::Arc;

use wheelhouse_core::{
    CallContext, Caller, Failure, Result,
    catalog::{Catalog, CatalogReader},
    clock::Clock,
    plugin::{PluginControl, PluginSource, PluginState, PluginStatus},
};

pub use shown::PluginDetail;
pub(crate) use shown::details;

use crate::{Ports, access::require_known_caller, administrators::AdministratorService};
use shown::detail;
use switches::Switches;

/// How many ids a message names; more are left to the list.
const NAMED: usize = 12;

/// Shows plugins and acts on them.
pub struct PluginService {
    catalog: CatalogReader,
    control: Arc<dyn PluginControl>,
    switches: Switches,
    administrators: Arc<AdministratorService>,
    clock: Arc<dyn Clock>,
}

impl PluginService {
    /// Puts the service together.
    pub fn new(ports: &Ports, administrators: Arc<AdministratorService>) -> Self {
        Self {
            catalog: ports.catalog.clone(),
            control: ports.control.clone(),
            switches: Switches::new(ports.switches.clone(), ports.control.clone()),
            administrators,
            clock: ports.clock.clone(),
        }
    }

    /// Every plugin that was found, in the order of loading. One that is left alone at present is `Failing`.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in.
    pub fn list(&self, ctx: &CallContext) -> Result<Vec<PluginStatus>> {
        require_known_caller(ctx)?;
        Ok(details(&self.catalog.current(), self.clock.now()).map(|plugin| plugin.status).collect())
    }

    /// One plugin with how it is doing. Of two with one id, the one that has it.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in; `NotFound`, naming the ids that there are.
    pub fn get(&self, ctx: &CallContext, id: &str) -> Result<PluginDetail> {
        require_known_caller(ctx)?;
        self.find(id)
    }

    /// Switches a plugin on, in all replicas and for good. It may still have to be compiled when this returns.
    ///
    /// # Errors
    /// Those of [`AdministratorService::require`]; `NotFound`; `Conflict` for a part of the host, and for a plugin that the configuration
    /// keeps off; those of the store.
    pub async fn enable(&self, ctx: &CallContext, id: &str) -> Result<PluginDetail> {
        self.administer(ctx, id).await?;
        self.switches.switch(id, true, self.clock.now()).await?;
        log(ctx, id, "enable");
        let plugin = self.find(id)?;
        match &plugin.status.state {
            PluginState::Disabled { reason } => {
                Err(Failure::conflict(format!("`{id}` stays off: {reason}.")).with_code("kept_off"))
            }
            _ => Ok(plugin),
        }
    }

    /// Switches a plugin off, in all replicas and for good: calls that run may end, new ones find nothing.
    ///
    /// # Errors
    /// Those of [`AdministratorService::require`]; `NotFound`; `Conflict` for a part of the host; those of the store.
    pub async fn disable(&self, ctx: &CallContext, id: &str) -> Result<PluginDetail> {
        self.administer(ctx, id).await?;
        self.switches.switch(id, false, self.clock.now()).await?;
        log(ctx, id, "disable");
        self.find(id)
    }

    /// Reads a plugin again from where it comes from, in this process. Its present version serves until the new one does.
    ///
    /// # Errors
    /// Those of [`AdministratorService::require`]; `NotFound`; `Conflict` for a part of the host, and for a plugin that is switched off.
    pub async fn reload(&self, ctx: &CallContext, id: &str) -> Result<PluginDetail> {
        let plugin = self.administer(ctx, id).await?;
        if matches!(plugin.status.state, PluginState::Disabled { .. }) {
            let message = format!("`{id}` is switched off; enable it, and it is read again.");
            return Err(Failure::conflict(message).with_code("switched_off"));
        }
        self.control.reload(ctx, id).await?;
        log(ctx, id, "reload");
        self.find(id)
    }

    /// Removes a plugin's file from the drop-in folder, and with it the plugin. A plugin of this id that is dropped in later is off if
    /// this one was.
    ///
    /// # Errors
    /// Those of [`AdministratorService::require`]; `NotFound`; `Conflict` for a bundled plugin and for a part of the host;
    /// `Unavailable` when the file cannot be removed.
    pub async fn remove(&self, ctx: &CallContext, id: &str) -> Result<()> {
        let plugin = self.administer(ctx, id).await?;
        if matches!(plugin.status.source, PluginSource::Bundled { .. }) {
            let message = format!("`{id}` is inside the binary and cannot be removed; disable it instead.");
            return Err(Failure::conflict(message).with_code("bundled"));
        }
        self.control.remove(ctx, id).await?;
        log(ctx, id, "remove");
        Ok(())
    }

    /// Makes the plugins of this process follow the switches that another replica has changed. For the host's housekeeping.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sync_switches(&self) -> Result<()> {
        self.switches.sync().await
    }

    /// The plugin to be acted on, once it is sure that the caller may.
    async fn administer(&self, ctx: &CallContext, id: &str) -> Result<PluginDetail> {
        self.administrators.require(ctx).await?;
        let plugin = self.find(id)?;
        if plugin.status.source == PluginSource::Native {
            let message = format!("`{id}` is a part of the host; the configuration says what it does.");
            return Err(Failure::conflict(message).with_code("part_of_host"));
        }
        Ok(plugin)
    }

    fn find(&self, id: &str) -> Result<PluginDetail> {
        let catalog = self.catalog.current();
        let named = || catalog.plugins().iter().filter(|plugin| plugin.id() == Some(id));
        let holder = named().find(|plugin| !matches!(plugin.state, PluginState::Refused { .. }));
        match holder.or_else(|| named().next()) {
            Some(status) => Ok(detail(&catalog, status, self.clock.now())),
            None => Err(unknown(&catalog)),
        }
    }
}

/// What was asked for is not repeated: the caller may have sent anything.
fn unknown(catalog: &Catalog) -> Failure {
    let mut ids: Vec<&str> = catalog.plugins().iter().filter_map(PluginStatus::id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut message = match ids.len() {
        0 => "There is no plugin with this id, nor any other.".to_owned(),
        1..=NAMED => format!("There is no plugin with this id; there is {}.", ids.join(", ")),
        more => format!("There is no plugin with this id; the list of plugins has {more} others."),
    };
    if catalog.plugins().iter().any(|plugin| plugin.state.is_loading() && plugin.id().is_none()) {
        message.push_str(" The ids of some that are being loaded are not known yet.");
    }
    Failure::not_found(message)
}

fn log(ctx: &CallContext, id: &str, act: &'static str) {
    let by = match &ctx.caller {
        Caller::User { user, .. } => user.id.as_str(),
        Caller::Host | Caller::Anonymous => "host",
    };
    tracing::info!(request_id = %ctx.request_id, by, plugin = id, act, "plugin administered");
}
