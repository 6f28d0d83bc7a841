//! Speech while it is made: one who makes it, any number who listen.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::{
    sync::Notify,
    time::{sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;
use wheelhouse_audio::{Container, Layout};
use wheelhouse_core::{CallContext, Failure, Result, audio::AudioId};

use super::SpokenPiece;

/// Whoever makes it waits while so much that nobody has read lies ready.
const WINDOW: usize = 256 << 10;

/// How long one who listens may keep others waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known once it has begun.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) id: AudioId,
    pub(super) engine: String,
    pub(super) voice: Option<String>,
    pub(super) fallback_used: bool,
    pub(super) container: Container,
    pub(super) layout: Layout,
}

/// How many bytes all recordings together hold, and may hold so that they can be kept afterwards.
pub(super) struct Budget {
    held: AtomicUsize,
    most: usize,
}

impl Budget {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { held: AtomicUsize::new(0), most })
    }
}

/// Pieces of one speech. Listeners read them at their own pace. Everything is kept from the first piece on, until all recordings together
/// hold more than they may; then nobody can join any more, and what everybody has read is dropped.
pub(super) struct Recording {
    state: Mutex<State>,
    /// For listeners: there is more.
    changed: Notify,
    /// For whoever makes it: somebody has read, or left.
    read: Notify,
    /// How many have ever listened.
    listened: AtomicU64,
    /// Cancelled when nobody listens any more.
    pub(super) given_up: CancellationToken,
    budget: Arc<Budget>,
}

struct State {
    head: Option<Head>,
    pieces: VecDeque<SpokenPiece>,
    /// Pieces that are gone from the front, as everybody has read them and they are not to be kept.
    dropped: usize,
    /// Bytes in `pieces`.
    bytes: usize,
    /// Bytes that were ever made.
    made: usize,
    listeners: HashMap<u64, Place>,
    /// Whether everything stays from the first piece on, for others who join and to be kept.
    is_kept: bool,
    end: Option<Result<()>>,
}

/// How far a listener is.
#[derive(Clone, Copy, Default)]
struct Place {
    pieces: usize,
    bytes: usize,
}

impl State {
    /// How much lies ready for whoever decides how far ahead is made: who is furthest, or, where nothing is kept, who is last.
    fn unread(&self) -> usize {
        let read = self.listeners.values().map(|place| place.bytes);
        let read = if self.is_kept { read.max() } else { read.min() };
        self.made - read.unwrap_or_default()
    }

    /// How many pieces everybody has read.
    fn passed(&self) -> usize {
        self.listeners.values().map(|place| place.pieces).min().unwrap_or_default()
    }
}

impl Recording {
    /// One that nobody listens to yet; `is_kept`: whether others may join.
    pub(super) fn new(is_kept: bool, budget: Arc<Budget>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                head: None,
                pieces: VecDeque::new(),
                dropped: 0,
                bytes: 0,
                made: 0,
                listeners: HashMap::new(),
                is_kept,
                end: None,
            }),
            changed: Notify::new(),
            read: Notify::new(),
            listened: AtomicU64::new(0),
            given_up: CancellationToken::new(),
            budget,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens from the first piece on; `None` when that is gone, or nobody makes it any more.
    pub(super) fn listen(self: &Arc<Self>) -> Option<Listener> {
        let mut state = self.lock();
        let is_whole = state.is_kept && !matches!(state.end, Some(Err(_))) && !self.given_up.is_cancelled();
        // One that is not to be shared has one listener, who comes before there is anything to hear.
        if !is_whole && (state.head.is_some() || state.end.is_some() || !state.listeners.is_empty()) {
            return None;
        }
        let id = self.listened.fetch_add(1, Ordering::Relaxed);
        state.listeners.insert(id, Place::default());
        Some(Listener { recording: self.clone(), id })
    }

    /// Says what it is. Once, before the first piece.
    pub(super) fn begin(&self, head: Head) {
        self.lock().head = Some(head);
        self.changed.notify_waiters();
    }

    pub(super) fn push(&self, piece: SpokenPiece) {
        let mut state = self.lock();
        if let SpokenPiece::Audio(bytes) = &piece {
            state.bytes += bytes.len();
            state.made += bytes.len();
            let held = self.budget.held.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
            state.is_kept &= held <= self.budget.most;
        }
        state.pieces.push_back(piece);
        self.forget(&mut state);
        drop(state);
        self.changed.notify_waiters();
    }

    /// It is over, well or not.
    pub(super) fn end(&self, how: Result<()>) {
        self.lock().end = Some(how);
        self.changed.notify_waiters();
    }

    /// Waits until somebody has read so much that it is worth making more. Whoever keeps others waiting for too long is left behind.
    pub(super) async fn room(&self) {
        let mut patience = std::pin::pin!(sleep(PATIENCE));
        let mut is_patient = true;
        loop {
            let read = self.read.notified();
            tokio::pin!(read);
            read.as_mut().enable();
            if self.lock().unread() < WINDOW {
                return;
            }
            tokio::select! {
                () = read => {}
                () = &mut patience, if is_patient => {
                    is_patient = false;
                    self.leave_behind();
                }
            }
        }
    }

    /// Forgets those who are far behind others.
    fn leave_behind(&self) {
        let mut state = self.lock();
        let made = state.made;
        let is_near = |place: &Place| made - place.bytes < WINDOW;
        if state.listeners.values().any(is_near) {
            state.listeners.retain(|_, place| is_near(place));
            self.forget(&mut state);
            self.changed.notify_waiters();
        }
    }

    /// Whether more may be made than what is needed next.
    pub(super) fn has_room(&self) -> bool {
        self.budget.held.load(Ordering::Relaxed) < self.budget.most && self.lock().unread() < WINDOW
    }

    /// Whether others may join.
    pub(super) fn is_kept(&self) -> bool {
        self.lock().is_kept
    }

    /// Everything, if it is whole and was kept.
    pub(super) fn whole(&self) -> Option<Vec<SpokenPiece>> {
        let state = self.lock();
        (state.is_kept && state.dropped == 0).then(|| state.pieces.iter().cloned().collect())
    }

    /// Drops what everybody has read, unless it is kept.
    fn forget(&self, state: &mut State) {
        let passed = if state.is_kept { 0 } else { state.passed() };
        while state.dropped < passed
            && let Some(piece) = state.pieces.pop_front()
        {
            state.dropped += 1;
            if let SpokenPiece::Audio(bytes) = piece {
                state.bytes -= bytes.len();
                self.budget.held.fetch_sub(bytes.len(), Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let bytes = self.state.get_mut().unwrap_or_else(PoisonError::into_inner).bytes;
        self.budget.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Reads a recording. When the last listener is dropped, nobody makes it any more.
pub(super) struct Listener {
    recording: Arc<Recording>,
    id: u64,
}

impl Listener {
    /// What it is, once it has begun.
    ///
    /// # Errors
    /// Why it has not.
    pub(super) async fn head(&self) -> Result<Head> {
        loop {
            let changed = self.recording.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let state = self.recording.lock();
                if let Some(head) = &state.head {
                    return Ok(head.clone());
                }
                if let Some(end) = &state.end {
                    return Err(end
                        .clone()
                        .err()
                        .unwrap_or_else(|| Failure::internal("speech without a head")));
                }
            }
            changed.await;
        }
    }

    async fn next(&mut self) -> Option<Result<SpokenPiece>> {
        loop {
            let recording = self.recording.clone();
            let changed = recording.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(item) = self.try_next() {
                return item;
            }
            changed.await;
        }
    }

    /// The next piece, or the end; `None` when there is neither yet.
    fn try_next(&mut self) -> Option<Option<Result<SpokenPiece>>> {
        let mut state = self.recording.lock();
        let state = &mut *state;
        let Some(place) = state.listeners.get_mut(&self.id) else {
            return Some(Some(Err(Failure::timeout(
                "The audio was read too slowly to be kept ready any longer.",
            ))));
        };
        let Some(piece) = state.pieces.get(place.pieces - state.dropped).cloned() else {
            return state.end.clone().map(|end| end.err().map(Err));
        };
        place.pieces += 1;
        if let SpokenPiece::Audio(bytes) = &piece {
            place.bytes += bytes.len();
        }
        self.recording.forget(state);
        self.recording.read.notify_waiters();
        Some(Some(Ok(piece)))
    }

    /// Waits for the end and gives everything; `None` when it does not come to an end, or was not kept.
    pub(super) async fn all(mut self, ctx: &CallContext) -> Option<(Head, Vec<SpokenPiece>)> {
        let reading = async {
            let head = self.head().await.ok()?;
            let mut pieces = Vec::new();
            while let Some(piece) = self.next().await {
                pieces.push(piece.ok()?);
            }
            Some((head, pieces))
        };
        tokio::select! {
            all = timeout_at(ctx.deadline, reading) => all.ok()?,
            () = ctx.cancellation.cancelled() => None,
        }
    }

    /// The pieces. An error is the last item: what came before it is not the whole.
    pub(super) fn into_pieces(self, ctx: &CallContext) -> BoxStream<'static, Result<SpokenPiece>> {
        let given_up = ctx.cancellation.clone();
        stream::unfold(Some((self, given_up)), |state| async move {
            let (mut listener, given_up) = state?;
            let item = tokio::select! {
                item = listener.next() => item?,
                () = given_up.cancelled() => {
                    Err(Failure::timeout("The call was given up before all was said."))
                }
            };
            let goes_on = item.is_ok();
            Some((item, goes_on.then_some((listener, given_up))))
        })
        .boxed()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut state = self.recording.lock();
        state.listeners.remove(&self.id);
        if state.listeners.is_empty() && state.end.is_none() {
            self.recording.given_up.cancel();
        }
        self.recording.read.notify_waiters();
    }
}
