//! A plugin as people see it: what the catalog says of it, and what its probe says at this moment.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use wheelhouse_core::{
    catalog::Catalog,
    plugin::{PluginState, PluginStatus, Vitals},
};

/// One plugin with how it is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginDetail {
    /// What the list shows of it.
    pub status: PluginStatus,
    /// How it is doing; nothing is used and nothing was called where it does not serve, or is a part of the host.
    pub vitals: Vitals,
}

/// The plugins of a catalog, in its order.
pub(crate) fn details(catalog: &Catalog, now: Timestamp) -> impl Iterator<Item = PluginDetail> {
    catalog.plugins().iter().map(move |plugin| detail(catalog, plugin, now))
}

/// One of the catalog's plugins.
pub(super) fn detail(catalog: &Catalog, plugin: &PluginStatus, now: Timestamp) -> PluginDetail {
    let mut status = plugin.clone();
    // The probe is of the one that serves, and not of another with its id that was refused.
    let probe = plugin.id().filter(|_| plugin.state == PluginState::Active).and_then(|id| catalog.probe(id));
    let vitals = probe.map(|probe| probe.vitals()).unwrap_or_default();
    if let Some(resting) = vitals.resting {
        status.state =
            PluginState::Failing { reason: resting_reason(vitals.last_failure.as_deref(), now, resting) };
    }
    PluginDetail { status, vitals }
}

fn resting_reason(last_failure: Option<&str>, now: Timestamp, resting: Duration) -> String {
    // Whole seconds, and never too early.
    let next_try = now.checked_add(resting + Duration::from_millis(999)).unwrap_or(Timestamp::MAX);
    let mut reason = format!("it has failed several times in a row and is tried again at {next_try:.0}");
    if let Some(failure) = last_failure {
        reason.push_str("; the last failure: ");
        reason.push_str(failure);
    }
    reason
}
