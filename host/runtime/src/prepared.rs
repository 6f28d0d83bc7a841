//! A component that is compiled and has said what it is.

use wasmtime::component::Component;
use wheelhouse_core::plugin::{Ask, Export, PluginInfo};

use crate::{
    config::{self, PluginConfig},
    declaration::Checked,
};

/// Everything of a version that does not depend on the configuration: linking it anew takes it as it is.
pub(crate) struct Prepared {
    pub(crate) exports: Vec<Export>,
    pub(crate) component: Component,
    pub(crate) checked: Checked,
}

impl Prepared {
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
