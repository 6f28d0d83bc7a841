//! What the operator and administrators have done to plugins.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
};

use wheelhouse_core::{Failure, Result, plugin::PluginSource};

use super::Loader;
use crate::{
    config::PluginConfig,
    scan,
    slot::Coming,
    workshop::{Refusal, mounted_as},
};

impl Loader {
    pub(super) fn configure(&mut self, plugins: BTreeMap<String, PluginConfig>) {
        let before = self.workshop.plugins();
        let default = PluginConfig::default();
        let of = |all: &BTreeMap<String, PluginConfig>, id: &str| all.get(id).unwrap_or(&default).clone();
        self.workshop.configure(plugins);
        let after = self.workshop.plugins();
        for index in 0..self.slots.len() {
            if self.is_renamed(index, &before, &after) {
                self.begin_anew(index);
                continue;
            }
            let Some(id) = self.slots[index].plugin().map(ToOwned::to_owned) else { continue };
            if of(&before, &id) != of(&after, &id) {
                tracing::info!(plugin = %id, "a plugin's configuration has changed");
                self.again(index);
            }
        }
    }

    /// Whether a component that cannot say what it is has got another name, or lost it.
    fn is_renamed(
        &self,
        index: usize,
        before: &BTreeMap<String, PluginConfig>,
        after: &BTreeMap<String, PluginConfig>,
    ) -> bool {
        let slot = &self.slots[index];
        match (&slot.source, &slot.content) {
            (PluginSource::File { name }, Some(content)) if !content.inspection.is_described => {
                mounted_as(before, name) != mounted_as(after, name)
            }
            _ => false,
        }
    }

    fn begin_anew(&mut self, index: usize) {
        self.retire(index);
        if let Some(content) = self.slots[index].content.clone() {
            self.load(index, content);
        }
    }

    pub(super) fn disable(&mut self, disabled: BTreeSet<String>) {
        let before = std::mem::replace(&mut self.disabled, disabled);
        for index in 0..self.slots.len() {
            let Some(id) = self.slots[index].plugin() else { continue };
            if before.contains(id) != self.disabled.contains(id) {
                self.again(index);
            }
        }
    }

    /// Has a slot go through everything that depends on configuration and switches.
    fn again(&mut self, index: usize) {
        let slot = &self.slots[index];
        let id = slot.plugin().unwrap_or_default().to_owned();
        if let Some(state) = self.switched_off(&id) {
            slot.forget();
            let prepared = slot.prepared().cloned();
            let info = prepared.as_ref().map(|prepared| prepared.info(&self.workshop.own(&id)));
            let info =
                info.or_else(|| slot.serving.as_ref().map(|serving| serving.contribution.info.clone()));
            return self.hold(
                index,
                state,
                Refusal { reason: String::new(), info: info.map(Box::new), prepared },
            );
        }
        if let Some(serving) = slot.serving.clone()
            && serving.own != self.workshop.own(&id)
        {
            // At once, whatever else is on its way: what was granted yesterday may not be today.
            match self.workshop.link(&serving.prepared) {
                Ok(linked) => {
                    self.slots[index].serving = Some(linked);
                    self.leave(&serving.plugin);
                }
                Err(refusal) => {
                    self.retire(index);
                    if matches!(self.slots[index].coming, Coming::Nothing) {
                        return self.arrived(index, Err(refusal));
                    }
                }
            }
        }
        match &self.slots[index].coming {
            Coming::Nothing | Coming::OnItsWay { .. } => {}
            Coming::Held { prepared: Some(prepared), .. } => {
                let outcome = self.workshop.link(&prepared.clone());
                self.arrived(index, outcome);
            }
            Coming::Held { prepared: None, .. } => {
                if let Some(content) = self.slots[index].content.clone() {
                    self.load(index, content);
                }
            }
        }
    }

    pub(super) fn reload(&mut self, id: &str) -> Result<()> {
        let index = self.find(id)?;
        let mut content = match (&self.slots[index].source, &self.slots[index].content) {
            (PluginSource::File { name }, _) => {
                let limit = self.workshop.sandbox.config.pool.component_bytes;
                scan::file(self.plugins_dir.join(name), &self.workshop.cache, limit).content.map_err(
                    |reason| {
                        Failure::conflict(format!("The file of the plugin `{id}` is of no use: {reason}."))
                    },
                )?
            }
            (_, Some(content)) => content.clone(),
            (_, None) => {
                return Err(Failure::conflict(format!("The plugin `{id}` has nothing to be loaded from.")));
            }
        };
        self.workshop.cache.forget(&content.hash);
        content.record = None;
        self.slots[index].content = Some(content.clone());
        self.load(index, content);
        Ok(())
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<()> {
        let index = self.find(id)?;
        let source = self.slots[index].source.clone();
        let PluginSource::File { name } = &source else {
            return Err(Failure::conflict(format!(
                "The plugin `{id}` is inside the binary and cannot be removed; disable it instead."
            )));
        };
        match fs::remove_file(self.plugins_dir.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(
                    Failure::unavailable(format!("The file `{name}` cannot be removed.")).with_detail(error)
                );
            }
            _ => self.gone(&source),
        }
        Ok(())
    }

    fn find(&self, id: &str) -> Result<usize> {
        if self.native.iter().any(|part| part.info.id == id) {
            return Err(Failure::conflict(format!("`{id}` is a part of the host, not a plugin.")));
        }
        self.slots
            .iter()
            .position(|slot| slot.plugin() == Some(id))
            .ok_or_else(|| Failure::not_found(format!("There is no plugin `{id}`.")))
    }
}
