//! What was found takes its place, or it is said why not.

use wheelhouse_core::{
    Result,
    plugin::{PluginSource, PluginState},
};

use super::Loader;
use crate::{
    config, declaration, prepared,
    queue::{Finished, Ticket},
    scan::{Content, Found},
    schema::shorten,
    slot::{Coming, Slot},
    workshop::{Linked, Refusal},
};

/// The longest reason that a status shows.
const REASON: usize = 1_000;

impl Loader {
    /// A component that was found takes its place; what serves there goes on until it can serve.
    pub(crate) fn found(&mut self, found: Found) {
        let Found { source, content, .. } = found;
        let index = self.slots.iter().position(|slot| slot.source == source).unwrap_or_else(|| {
            self.next_slot += 1;
            self.slots.push(Slot::new(self.next_slot, source));
            self.slots.len() - 1
        });
        match content {
            Ok(content) => {
                if self.slots[index].serving.is_none() {
                    self.slots[index].exports.clone_from(&content.inspection.exports);
                }
                self.slots[index].content = Some(content.clone());
                self.load(index, content);
            }
            Err(reason) => {
                self.slots[index].content = None;
                self.slots[index].forget();
                self.hold(index, PluginState::Refused { reason: shorten(&reason, REASON) }, reason.into());
            }
        }
    }

    pub(super) fn load(&mut self, index: usize, content: Content) {
        let known = self.workshop.known(&content, &self.slots[index].source);
        let known = known.and_then(|declaration| declaration::check(&declaration).ok());
        let info = known.map(|checked| prepared::info(&checked, &self.workshop.own(&checked.id)));
        let id = match (&info, &self.slots[index].source) {
            (Some(info), _) => Some(info.id.clone()),
            (None, PluginSource::Bundled { name }) => Some(name.clone()),
            (None, _) => None,
        };
        if let Some(state) = id.and_then(|id| self.switched_off(&id)) {
            // It is not even compiled.
            self.retire(index);
            self.slots[index].coming = Coming::Held { state, info, prepared: None };
            return;
        }
        let job = self.slots[index].job(content);
        self.slots[index].coming = Coming::OnItsWay { info, is_compiling: false };
        self.queue.push(job);
    }

    pub(super) fn began(&mut self, ticket: &Ticket) {
        if ticket.is_stale() {
            return;
        }
        let slot = self.slots.iter_mut().find(|slot| slot.id == ticket.slot);
        if let Some(Slot { coming: Coming::OnItsWay { is_compiling, .. }, .. }) = slot {
            *is_compiling = true;
        }
    }

    pub(super) fn finished(&mut self, finished: Finished) {
        let Finished { ticket, outcome, took, was_compiled } = finished;
        let Some(index) = self.slots.iter().position(|slot| slot.id == ticket.slot) else { return };
        if ticket.is_stale() {
            return;
        }
        let outcome = match outcome {
            // The configuration has moved on since.
            Ok(linked) if self.workshop.own(&linked.plugin.id) != linked.own => {
                self.workshop.link(&linked.prepared)
            }
            outcome => outcome,
        };
        if let Ok(linked) = &outcome {
            tracing::debug!(
                plugin = %linked.plugin.id,
                version = %linked.prepared.checked.version,
                millis = took.as_millis(),
                compiled = was_compiled,
                "a plugin is ready"
            );
        }
        self.arrived(index, outcome);
    }

    /// What a slot has been waiting for is there: it serves, or it is said why not.
    pub(super) fn arrived(&mut self, index: usize, outcome: Result<Linked, Refusal>) {
        let linked = match outcome {
            Ok(linked) => linked,
            Err(refusal) => {
                let off = refusal.info.as_ref().and_then(|info| self.switched_off(&info.id));
                let reason = shorten(&refusal.reason, REASON);
                return self.hold(index, off.unwrap_or(PluginState::Refused { reason }), refusal);
            }
        };
        let id = linked.plugin.id.clone();
        let held = self
            .switched_off(&id)
            .or_else(|| self.obstacle(index, &linked))
            .or_else(|| self.conflict(index, &id));
        if let Some(state) = held {
            let info = Some(Box::new(linked.contribution.info.clone()));
            let reason = state.reason().unwrap_or_default().to_owned();
            return self.hold(index, state, Refusal { reason, info, prepared: Some(linked.prepared) });
        }
        let slot = &mut self.slots[index];
        slot.exports.clone_from(&linked.prepared.exports);
        slot.coming = Coming::Nothing;
        let version = linked.prepared.checked.version.clone();
        if let Some(before) = slot.serving.replace(linked) {
            tracing::info!(plugin = %id, was = %before.prepared.checked.version, now = %version, "a plugin was swapped");
            self.leave(&before.plugin);
        }
    }

    /// Why a new version may not take the place of the one that serves: it asks for more, and that is not granted.
    fn obstacle(&self, index: usize, linked: &Linked) -> Option<PluginState> {
        let serving = self.slots[index].serving.as_ref()?;
        if serving.plugin.id != linked.plugin.id {
            return None;
        }
        let (new, old) = (&linked.prepared.checked, &serving.prepared.checked);
        let grants = &linked.own.grants;
        let missing = config::not_granted_beyond(&new.asks(grants), &old.asks(grants), grants);
        if missing.is_empty() {
            return None;
        }
        let missing: Vec<String> = missing.iter().map(|grant| format!("\"{grant}\"")).collect();
        let reason = format!(
            "version {} asks for more than {} does; it takes over once the grants of [plugins.{}] hold {}",
            new.version,
            old.version,
            new.id,
            missing.join(" and ")
        );
        Some(PluginState::Pending { reason })
    }

    /// Why a file whose plugin serves may not become another plugin: somebody else is that one. (Where nothing serves yet, the catalog
    /// sees to it.)
    fn conflict(&self, index: usize, id: &str) -> Option<PluginState> {
        self.slots[index].serving.as_ref()?;
        let holder =
            self.slots.iter().enumerate().find(|(at, slot)| *at != index && slot.plugin() == Some(id))?;
        let reason = match &holder.1.source {
            PluginSource::File { name } => {
                format!("the id `{id}` is taken by `{name}`; remove one of the two")
            }
            PluginSource::Bundled { .. } | PluginSource::Native => {
                format!("the id `{id}` is taken by a bundled plugin; remove this file")
            }
        };
        Some(PluginState::Refused { reason })
    }

    /// What was found does not serve. What served before goes on, unless somebody switched the plugin off.
    pub(super) fn hold(&mut self, index: usize, state: PluginState, refusal: Refusal) {
        let (plugin, source) = (self.slots[index].label(), &self.slots[index].source);
        match &state {
            PluginState::Disabled { reason } => {
                tracing::info!(plugin, reason, "a plugin is off");
                self.retire(index);
            }
            PluginState::Pending { reason } => {
                tracing::warn!(plugin, reason, "a new version of a plugin waits")
            }
            state => tracing::warn!(plugin, ?source, reason = state.reason(), "a plugin is refused"),
        }
        let Refusal { info, prepared, .. } = refusal;
        self.slots[index].coming = Coming::Held { state, info: info.map(|info| *info), prepared };
    }

    pub(super) fn gone(&mut self, source: &PluginSource) {
        if let Some(index) = self.slots.iter().position(|slot| slot.source == *source) {
            tracing::info!(plugin = self.slots[index].label(), "a plugin's file is gone");
            self.slots[index].forget();
            self.retire(index);
            self.slots.remove(index);
        }
    }
}
