//! Writes that are done in the background, one after the other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::{sync::mpsc, task::JoinHandle};
use wheelhouse_core::audio::{AudioId, KeptAudio};

use super::trouble::Trouble;

/// Most writes that wait.
const MAX_WRITES: usize = 256;

/// Most bytes that wait, unless it is one write alone.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What is written to.
#[async_trait]
pub(super) trait Sink: Send + Sync + 'static {
    /// Its name in the log.
    const NAME: &'static str;

    /// Comes before all writes.
    async fn prepare(&self) {}

    /// Whether it is written at all.
    fn takes(&self, _audio: &KeptAudio) -> bool {
        true
    }

    /// Writes it. Whether that worked; says itself why not.
    async fn write(&self, id: &AudioId, audio: &KeptAudio) -> bool;
}

/// Takes writes without waiting. When too much waits already, a write is dropped and that is logged once.
pub(super) struct Queue<S> {
    sink: Arc<S>,
    pending: Arc<Pending>,
    sender: Mutex<Option<mpsc::Sender<AudioId>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    full: Trouble,
}

#[derive(Default)]
struct Pending {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    writes: HashMap<AudioId, Write>,
    bytes: usize,
    is_closing: bool,
}

struct Write {
    audio: KeptAudio,
    /// The writer is at it; what comes now is another write.
    is_begun: bool,
}

impl Write {
    fn bytes(&self) -> usize {
        self.audio.about.len() + self.audio.audio.len()
    }
}

impl<S: Sink> Queue<S> {
    /// Prepares the sink and writes to it, until it is closed or dropped. Needs the runtime.
    pub(super) fn start(sink: S) -> Self {
        let (sink, pending) = (Arc::new(sink), Arc::<Pending>::default());
        let (sender, receiver) = mpsc::channel(MAX_WRITES);
        let writer = tokio::spawn(run(sink.clone(), pending.clone(), receiver));
        Self {
            sink,
            pending,
            sender: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(writer)),
            full: Trouble::default(),
        }
    }

    pub(super) fn sink(&self) -> &Arc<S> {
        &self.sink
    }

    /// What is still to be written under this id.
    pub(super) fn find(&self, id: &AudioId) -> Option<KeptAudio> {
        self.pending.lock().writes.get(id).map(|write| write.audio.clone())
    }

    /// Has it written, unless too much waits or the queue is closed.
    pub(super) fn push(&self, id: AudioId, audio: KeptAudio) {
        if !self.sink.takes(&audio) {
            return;
        }
        let sender = lock(&self.sender);
        let Some(sender) = &*sender else { return };
        let mut state = self.pending.lock();
        if state.writes.is_empty() {
            self.full.end();
        }
        let before = state.remove(&id);
        let write = Write { audio, is_begun: false };
        let fits = state.bytes == 0 || state.bytes + write.bytes() <= MAX_BYTES;
        let is_queued = before.as_ref().is_some_and(|before| !before.is_begun);
        if fits && (is_queued || sender.try_send(id).is_ok()) {
            state.insert(id, write);
        } else {
            self.full.begin("audio is made faster than it is written; some is not kept", S::NAME);
        }
    }

    /// Waits until all is written; after that nothing more is. A sink that fails meanwhile is not tried
    /// again.
    pub(super) async fn close(&self) {
        self.pending.lock().is_closing = true;
        drop(lock(&self.sender).take());
        let writer = lock(&self.writer).take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer of audio to {} ended early", S::NAME);
        }
    }
}

async fn run<S: Sink>(sink: Arc<S>, pending: Arc<Pending>, mut ids: mpsc::Receiver<AudioId>) {
    sink.prepare().await;
    while let Some(id) = ids.recv().await {
        let Some(audio) = pending.begin(&id) else { continue };
        let is_written = sink.write(&id, &audio).await;
        if pending.end(&id) && !is_written {
            return;
        }
    }
}

impl Pending {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn begin(&self, id: &AudioId) -> Option<KeptAudio> {
        let mut state = self.lock();
        let write = state.writes.get_mut(id)?;
        write.is_begun = true;
        Some(write.audio.clone())
    }

    /// Whether the queue is closing.
    fn end(&self, id: &AudioId) -> bool {
        let mut state = self.lock();
        if state.writes.get(id).is_some_and(|write| write.is_begun) {
            state.remove(id);
        }
        state.is_closing
    }
}

impl State {
    fn insert(&mut self, id: AudioId, write: Write) {
        self.bytes += write.bytes();
        self.writes.insert(id, write);
    }

    fn remove(&mut self, id: &AudioId) -> Option<Write> {
        let write = self.writes.remove(id)?;
        self.bytes -= write.bytes();
        Some(write)
    }
}

/// What a lock guards here is whole at every moment, whoever panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
