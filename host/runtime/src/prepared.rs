//! A component that is compiled and has said what it is.

use sha2::{Digest, Sha256};
use wasmtime::component::Component;
use wheelhouse_core::plugin::{Ask, Export, PluginInfo};

use crate::{
    cache::ContentHash,
    config::{self, PluginConfig},
    declaration::Checked,
};

/// Everything of a version that does not depend on the configuration: linking it anew takes it as it is.
pub(crate) struct Prepared {
    pub(crate) hash: ContentHash,
    pub(crate) exports: Vec<Export>,
    pub(crate) component: Component,
    pub(crate) checked: Checked,
}

impl Prepared {
    /// Differs from that of every other component, and of the same one under other settings.
    pub(crate) fn revision(&self, own: &PluginConfig) -> String {
        let mut hash = Sha256::new();
        hash.update(self.hash);
        hash.update(serde_json::to_vec(&own.settings).unwrap_or_default());
        for (name, secret) in &own.secrets {
            hash.update(name);
            hash.update(secret.expose());
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What it says of itself, and what the operator says to what it asks for.
    pub(crate) fn info(&self, own: &PluginConfig) -> PluginInfo {
        info(&self.checked, own)
    }
}

/// See [`Prepared::info`]; for what is known before the component is there.
pub(crate) fn info(checked: &Checked, own: &PluginConfig) -> PluginInfo {
    PluginInfo {
        id: checked.id.clone(),
        version: checked.version.clone(),
        name: checked.name.clone(),
        summary: checked.summary.clone(),
        asks: checked
            .asks(&own.grants)
            .iter()
            .map(|ask| Ask { granted: config::is_granted(ask, &own.grants), capability: ask.clone() })
            .collect(),
    }
}
