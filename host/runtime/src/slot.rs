//! One plugin's place: what serves, and what is to take its place.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use wheelhouse_core::{
    catalog::{CatalogEntry, Contribution, Stage},
    plugin::{Candidate, Export, PluginInfo, PluginSource, PluginState},
};

use crate::{
    prepared::Prepared,
    queue::{Job, Ticket},
    scan::Content,
    workshop::Linked,
};

/// A plugin's place in the catalog, kept as long as its file is there.
pub(crate) struct Slot {
    /// Unique in a process.
    pub(crate) id: u64,
    pub(crate) source: PluginSource,
    pub(crate) exports: Vec<Export>,
    /// What was found last.
    pub(crate) content: Option<Content>,
    pub(crate) serving: Option<Linked>,
    pub(crate) coming: Coming,
    newest: Arc<AtomicU64>,
}

/// What is to serve next.
pub(crate) enum Coming {
    /// Nothing: what serves is what was found.
    Nothing,
    /// Waits for its turn, or is at work; what is known of it from before.
    OnItsWay { info: Option<PluginInfo>, is_compiling: bool },
    /// Will not serve, or not before something changes.
    Held { state: PluginState, info: Option<PluginInfo>, prepared: Option<Arc<Prepared>> },
}

const WAITS: &str = "waits to be loaded";
const COMPILES: &str = "is being compiled, this once";

impl Slot {
    pub(crate) fn new(id: u64, source: PluginSource) -> Self {
        Self {
            id,
            source,
            exports: Vec::new(),
            content: None,
            serving: None,
            coming: Coming::Nothing,
            newest: Arc::default(),
        }
    }

    /// The plugin's id, once it is known: of what serves, or else of what is to.
    pub(crate) fn plugin(&self) -> Option<&str> {
        if let Some(serving) = &self.serving {
            return Some(&serving.plugin.id);
        }
        let (Coming::OnItsWay { info, .. } | Coming::Held { info, .. }) = &self.coming else { return None };
        match (info, &self.source) {
            (Some(info), _) => Some(&info.id),
            (None, PluginSource::Bundled { name }) => Some(name),
            (None, PluginSource::File { .. } | PluginSource::Native) => None,
        }
    }

    /// A name for logs.
    pub(crate) fn label(&self) -> &str {
        self.plugin().unwrap_or(match &self.source {
            PluginSource::Bundled { name } | PluginSource::File { name } => name,
            PluginSource::Native => "host",
        })
    }

    /// What was found last, if it has been prepared.
    pub(crate) fn prepared(&self) -> Option<&Arc<Prepared>> {
        match &self.coming {
            Coming::Nothing => self.serving.as_ref().map(|serving| &serving.prepared),
            Coming::OnItsWay { .. } => None,
            Coming::Held { prepared, .. } => prepared.as_ref(),
        }
    }

    /// A job that makes all earlier ones of this slot stale.
    pub(crate) fn job(&self, content: Content) -> Job {
        let serial = self.forget();
        let ticket = Ticket { slot: self.id, serial, newest: self.newest.clone() };
        Job { ticket, source: self.source.clone(), content }
    }

    /// Makes all jobs of this slot stale.
    pub(crate) fn forget(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::AcqRel) + 1
    }

    pub(crate) fn entry(&self) -> CatalogEntry {
        let coming = match &self.coming {
            Coming::Nothing => None,
            Coming::OnItsWay { info, is_compiling } => {
                let reason = if *is_compiling { COMPILES } else { WAITS };
                Some((PluginState::Compiling { reason: reason.to_owned() }, info.clone()))
            }
            Coming::Held { state, info, .. } => Some((state.clone(), info.clone())),
        };
        let (stage, next) = match (&self.serving, coming) {
            (Some(serving), coming) => (
                Stage::Active(serving.contribution.clone()),
                coming.map(|(state, info)| Candidate { state, info }),
            ),
            (None, Some((state, info))) => (Stage::Absent { state, info }, None),
            // It was taken out of service and nothing was put in its place: no slot stays like that.
            (None, None) => {
                let reason = WAITS.to_owned();
                (Stage::Absent { state: PluginState::Compiling { reason }, info: None }, None)
            }
        };
        CatalogEntry { source: self.source.clone(), exports: self.exports.clone(), stage, next }
    }
}

/// A part of the host, which serves from the beginning.
pub(crate) fn native(contribution: &Arc<Contribution>) -> CatalogEntry {
    let mut exports = Vec::new();
    exports.extend(contribution.engine.is_some().then_some(Export::Speech));
    exports.extend(contribution.provider.is_some().then_some(Export::Chat));
    exports.extend((!contribution.tools.is_empty()).then_some(Export::Tools));
    exports.extend((!contribution.routes.is_empty()).then_some(Export::Routes));
    CatalogEntry {
        source: PluginSource::Native,
        exports,
        stage: Stage::Active(contribution.clone()),
        next: None,
    }
}
