//! Decides what serves. One thread that hears of files, of finished work, of the configuration and of administrators, and publishes a
//! catalog after each.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::oneshot;
use wheelhouse_core::{
    Failure, Result,
    catalog::{Catalog, CatalogPublisher, Contribution},
    plugin::{PluginSource, PluginState},
};

use crate::{
    config::{self, PluginConfig},
    declaration,
    plugin::Plugin,
    prepared,
    queue::{Finished, Queue, Ticket},
    scan::{self, Content, Found},
    schema::shorten,
    slot::{self, Coming, Slot},
    workshop::{Linked, Refusal, Workshop},
};

/// The longest reason that a status shows.
const REASON: usize = 1_000;
/// While there is a lot to load, catalogs are not published more often than this.
const PUBLISH_PAUSE: Duration = Duration::from_millis(20);

/// What the loader hears.
pub(crate) enum Message {
    /// A file is there, or is another one than before.
    Found(Box<Found>),
    /// A file is gone.
    Gone(String),
    /// A component's turn to be compiled has come.
    Began(Ticket),
    /// A job is done.
    Finished(Box<Finished>),
    /// `[plugins]` is this now.
    Configure(BTreeMap<String, PluginConfig>),
    /// These plugins are switched off.
    Disable(BTreeSet<String>, oneshot::Sender<Result<()>>),
    /// Loads a plugin from its bytes.
    Reload(String, oneshot::Sender<Result<()>>),
    /// Removes a plugin's file.
    Remove(String, oneshot::Sender<Result<()>>),
    /// The end.
    Stop(oneshot::Sender<Result<()>>),
}

/// Owns all slots.
pub(crate) struct Loader {
    pub(crate) workshop: Arc<Workshop>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) publisher: CatalogPublisher,
    pub(crate) plugins_dir: PathBuf,
    pub(crate) native: Vec<Arc<Contribution>>,
    pub(crate) disabled: BTreeSet<String>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) next_slot: u64,
    /// Answers that are given once the catalog shows what was done.
    pub(crate) replies: Vec<(oneshot::Sender<Result<()>>, Result<()>)>,
}

impl Loader {
    /// Makes what stands visible.
    pub(crate) fn publish(&mut self) {
        let native = self.native.iter().map(slot::native);
        self.publisher.publish(Catalog::new(native.chain(self.slots.iter().map(Slot::entry))));
        for (reply, answer) in self.replies.drain(..) {
            // Whoever asked may have gone away.
            let _ = reply.send(answer);
        }
    }

    /// Hears messages until the end.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        let mut published = Instant::now();
        let mut was_busy = true;
        loop {
            let Ok(mut message) = messages.recv() else { return self.stop() };
            loop {
                match message {
                    Message::Stop(reply) => {
                        self.stop();
                        let _ = reply.send(Ok(()));
                        return;
                    }
                    message => self.hear(message),
                }
                // One catalog for everything that happens at once.
                let pause = if self.is_busy() {
                    PUBLISH_PAUSE.saturating_sub(published.elapsed())
                } else {
                    Duration::ZERO
                };
                match messages.recv_timeout(pause) {
                    Ok(next) => message = next,
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return self.stop(),
                }
            }
            self.publish();
            published = Instant::now();
            let is_busy = self.is_busy();
            if std::mem::replace(&mut was_busy, is_busy) && !is_busy {
                self.workshop.cache.prune(SystemTime::from(self.workshop.sandbox.clock.now()));
            }
        }
    }

    fn is_busy(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot.coming, Coming::OnItsWay { .. }))
    }

    fn stop(&mut self) {
        self.queue.close();
        for slot in &mut self.slots {
            slot.forget();
            if let Some(serving) = &slot.serving {
                serving.plugin.cool();
            }
        }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Found(found) => self.found(*found),
            Message::Gone(name) => self.gone(&PluginSource::File { name }),
            Message::Began(ticket) => self.began(&ticket),
            Message::Finished(finished) => self.finished(*finished),
            Message::Configure(plugins) => self.configure(plugins),
            Message::Disable(disabled, reply) => {
                self.disable(disabled);
                self.replies.push((reply, Ok(())));
            }
            Message::Reload(id, reply) => {
                let answer = self.reload(&id);
                self.replies.push((reply, answer));
            }
            Message::Remove(id, reply) => {
                let answer = self.remove(&id);
                self.replies.push((reply, answer));
            }
            Message::Stop(_) => {}
        }
    }

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

    fn load(&mut self, index: usize, content: Content) {
        let record = content.record.as_ref();
        let known = record.and_then(|record| declaration::check(&record.declaration).ok());
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

    fn began(&mut self, ticket: &Ticket) {
        if ticket.is_stale() {
            return;
        }
        let slot = self.slots.iter_mut().find(|slot| slot.id == ticket.slot);
        if let Some(Slot { coming: Coming::OnItsWay { is_compiling, .. }, .. }) = slot {
            *is_compiling = true;
        }
    }

    fn finished(&mut self, finished: Finished) {
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
    fn arrived(&mut self, index: usize, outcome: Result<Linked, Refusal>) {
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
        let missing = config::not_granted_beyond(&new.asks, &old.asks, &linked.own.grants);
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
    fn hold(&mut self, index: usize, state: PluginState, refusal: Refusal) {
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

    fn switched_off(&self, id: &str) -> Option<PluginState> {
        let reason = if !self.workshop.own(id).enabled {
            format!("it is switched off: enabled = false in [plugins.{id}]")
        } else if self.disabled.contains(id) {
            format!("an administrator switched it off; POST /api/v1/plugins/{id}/enable switches it on")
        } else {
            return None;
        };
        Some(PluginState::Disabled { reason })
    }

    /// Takes what serves out of service.
    fn retire(&mut self, index: usize) {
        if let Some(before) = self.slots[index].serving.take() {
            self.leave(&before.plugin);
        }
    }

    /// Lets a version end what it has begun.
    fn leave(&self, plugin: &Arc<Plugin>) {
        let drain = Duration::from_secs(self.workshop.sandbox.config.drain_seconds);
        let _runtime = self.workshop.handle.enter();
        plugin.retire(drain);
    }

    fn gone(&mut self, source: &PluginSource) {
        if let Some(index) = self.slots.iter().position(|slot| slot.source == *source) {
            tracing::info!(plugin = self.slots[index].label(), "a plugin's file is gone");
            self.slots[index].forget();
            self.retire(index);
            self.slots.remove(index);
        }
    }

    fn configure(&mut self, plugins: BTreeMap<String, PluginConfig>) {
        let before = self.workshop.plugins();
        let default = PluginConfig::default();
        let of = |all: &BTreeMap<String, PluginConfig>, id: &str| all.get(id).unwrap_or(&default).clone();
        self.workshop.configure(plugins);
        let after = self.workshop.plugins();
        for index in 0..self.slots.len() {
            let Some(id) = self.slots[index].plugin().map(ToOwned::to_owned) else { continue };
            if of(&before, &id) != of(&after, &id) {
                tracing::info!(plugin = %id, "a plugin's configuration has changed");
                self.again(index);
            }
        }
    }

    fn disable(&mut self, disabled: BTreeSet<String>) {
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

    fn reload(&mut self, id: &str) -> Result<()> {
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

    fn remove(&mut self, id: &str) -> Result<()> {
        let index = self.find(id)?;
        let source = self.slots[index].source.clone();
        let PluginSource::File { name } = &source else {
            return Err(Failure::conflict(format!(
                "The plugin `{id}` is inside the binary and cannot be removed; disable it instead."
            )));
        };
        match std::fs::remove_file(self.plugins_dir.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
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
