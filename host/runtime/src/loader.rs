//! Decides what serves. One thread that hears of files, of finished work, of the configuration and of administrators, and publishes a
//! catalog after each.

mod arrival;
mod orders;

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
    Result,
    catalog::{Catalog, CatalogPublisher, Contribution},
    plugin::{PluginSource, PluginState},
};

use crate::{
    config::PluginConfig,
    plugin::Plugin,
    queue::{Finished, Queue, Ticket},
    scan::Found,
    slot::{self, Coming, Slot},
    workshop::Workshop,
};

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
}
