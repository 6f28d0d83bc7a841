//! One plugin on its way, and the catalog made of all of them.

use std::sync::Arc;

use wheelhouse_core::{
    catalog::{Catalog, CatalogEntry, Contribution, Stage},
    plugin::{Export, PluginInfo, PluginSource},
};

/// A plugin's place in the order of loading.
pub(crate) struct Slot {
    pub(crate) source: PluginSource,
    pub(crate) exports: Vec<Export>,
    /// What is known of it, from this start or from one before.
    pub(crate) info: Option<PluginInfo>,
    pub(crate) state: SlotState,
}

pub(crate) enum SlotState {
    Waiting,
    Compiling,
    Ready(Arc<Contribution>),
    Refused(String),
}

impl Slot {
    /// A part of the host, which serves at once.
    pub(crate) fn native(contribution: Contribution) -> Self {
        let mut exports = Vec::new();
        exports.extend(contribution.engine.is_some().then_some(Export::Speech));
        exports.extend(contribution.provider.is_some().then_some(Export::Chat));
        exports.extend((!contribution.tools.is_empty()).then_some(Export::Tools));
        exports.extend((!contribution.routes.is_empty()).then_some(Export::Routes));
        Self {
            source: PluginSource::Native,
            exports,
            info: Some(contribution.info.clone()),
            state: SlotState::Ready(Arc::new(contribution)),
        }
    }

    fn entry(&self) -> CatalogEntry {
        let info = self.info.clone();
        let stage = match &self.state {
            SlotState::Waiting => Stage::Waiting { info },
            SlotState::Compiling => Stage::Compiling { info },
            SlotState::Refused(reason) => Stage::Refused { info, reason: reason.clone() },
            SlotState::Ready(contribution) => Stage::Ready(Box::new(Contribution {
                info: contribution.info.clone(),
                engine: contribution.engine.clone(),
                provider: contribution.provider.clone(),
                tools: contribution.tools.clone(),
                routes: contribution.routes.clone(),
            })),
        };
        CatalogEntry { source: self.source.clone(), exports: self.exports.clone(), stage }
    }
}

/// The catalog as it stands.
pub(crate) fn catalog(slots: &[Slot]) -> Catalog {
    Catalog::new(slots.iter().map(Slot::entry))
}
