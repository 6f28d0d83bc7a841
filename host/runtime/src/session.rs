//! A guest that hands over its answer piece by piece. It runs in a task of its own that holds the instance until the stream ends or
//! nobody listens any more.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{
    future::BoxFuture,
    stream::{self, BoxStream, StreamExt},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::PollSender;
use tracing::Instrument;
use wheelhouse_core::{CallContext, Failure, FailureClass, Result};

use crate::{
    contract::v0_1::{CallRecord, Guest},
    fault::{Fault, StreamOverrun},
    plugin::{Lease, Plugin, millis},
    usage::raise,
};

/// How many pieces wait for the listener before the guest does. A guest that is faster than its listener ends sooner, and its
/// instance is free for the next call.
const PIECES: usize = 64;
/// How long an instance has to end in order once nobody listens: one that is warm, as it is then kept, and one whose answer is whole.
const GRACE: Duration = Duration::from_millis(500);

/// What a guest has not opened yet.
pub(crate) struct Opening<H, T> {
    head: oneshot::Sender<H>,
    outlet: Outlet<T>,
}

impl<H, T> Opening<H, T> {
    /// Lets the listener have the head, and returns where the pieces go.
    pub(crate) fn open(self, head: H) -> Outlet<T> {
        self.outlet.progress.opened.store(true, Ordering::Relaxed);
        // Nobody may listen any more: the outlet says so to the guest.
        let _ = self.head.send(head);
        self.outlet
    }
}

/// How a guest's stream ended, or why it was not opened. Inside, `None` when it stopped without a word about its end. Outside is what went
/// wrong with the guest.
pub(crate) type Verdict = wasmtime::Result<Option<Result<()>>>;

/// How a stream of the contract ends, once it has.
pub(crate) struct Ending {
    /// What the guest said of it.
    end: oneshot::Receiver<Result<()>>,
    /// Done when the stream itself is over.
    closed: oneshot::Receiver<()>,
}

impl Ending {
    /// An ending, where to put what the guest says of it, and what to drop with the stream.
    pub(crate) fn new() -> (Self, oneshot::Sender<Result<()>>, oneshot::Sender<()>) {
        let (end, ended) = oneshot::channel();
        let (open, closed) = oneshot::channel();
        (Self { end: ended, closed }, end, open)
    }

    /// Waits for both. What stops without a word about its end is truncated, whatever came before.
    pub(crate) async fn verdict(self) -> Verdict {
        Ok(match self.end.await {
            Ok(Ok(())) => {
                // The sender is only ever dropped.
                let _ = self.closed.await;
                Some(Ok(()))
            }
            Ok(Err(failure)) => Some(Err(failure)),
            Err(_) => None,
        })
    }
}

fn truncated(plugin: &str) -> Failure {
    Failure::new(
        FailureClass::Truncated,
        format!("The plugin `{plugin}` stopped in the middle of its answer without saying why."),
    )
}

/// Where a guest's pieces go.
pub(crate) struct Outlet<T> {
    sender: PollSender<T>,
    progress: Arc<Progress>,
    sent: u64,
    limit: u64,
    plugin: Arc<Plugin>,
}

/// When something last moved.
struct Progress {
    last: Mutex<Instant>,
    /// The guest has a piece and the listener has no room.
    blocked: AtomicBool,
    /// The guest has opened its stream.
    opened: AtomicBool,
    /// The guest's stream is over.
    closed: AtomicBool,
    /// All of it has been handed over, and the guest need not say so.
    whole: AtomicBool,
}

impl Progress {
    fn touch(&self) {
        *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Instant::now();
    }

    /// Returns when nothing has moved for `limit`, though the listener was waiting: whether the guest's stream was over by then.
    async fn stalled(&self, limit: Duration) -> bool {
        loop {
            let last = *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if last + limit <= Instant::now() {
                if !self.blocked.load(Ordering::Relaxed) {
                    return self.closed.load(Ordering::Relaxed);
                }
                self.touch();
            } else {
                sleep_until(last + limit).await;
            }
        }
    }
}

impl<T: Send + 'static> Outlet<T> {
    /// Whether somebody still listens, once there is room for a piece.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        self.progress.blocked.store(true, Ordering::Relaxed);
        let reserved = ready!(self.sender.poll_reserve(cx));
        self.progress.blocked.store(false, Ordering::Relaxed);
        self.progress.touch();
        Poll::Ready(reserved.is_ok())
    }

    /// Hands over a piece. Only after `poll_ready`.
    ///
    /// # Errors
    /// When the stream is longer than it may be.
    pub(crate) fn send(&mut self, piece: T, bytes: usize) -> Result<(), StreamOverrun> {
        self.sent += bytes as u64;
        raise(&self.plugin.counts.peaks.hostcall_bytes, bytes as u64);
        if self.sent > self.limit {
            return Err(StreamOverrun { limit: self.limit });
        }
        // Nobody listens any more: `poll_ready` says so next time.
        let _ = self.sender.send_item(piece);
        Ok(())
    }

    /// Everything has been handed over: whatever the guest goes on to do, the listener has it all, unless it has left.
    pub(crate) fn finish(self) {
        let listens = self.sender.get_ref().is_some_and(|sender| !sender.is_closed());
        self.progress.whole.store(listens, Ordering::Relaxed);
    }
}

impl<T> Drop for Outlet<T> {
    fn drop(&mut self) {
        raise(&self.plugin.counts.peaks.stream_bytes, self.sent);
        self.progress.blocked.store(false, Ordering::Relaxed);
        self.progress.closed.store(true, Ordering::Relaxed);
    }
}

/// A stream that has begun.
pub(crate) struct Session<H, T> {
    pub(crate) head: H,
    /// An error is the last item.
    pub(crate) items: BoxStream<'static, Result<T>>,
}

/// Begins a stream and returns as soon as the guest has opened it.
///
/// # Errors
/// What the guest said instead, or why it said nothing.
pub(crate) async fn begin<H, T, F>(plugin: &Arc<Plugin>, ctx: &CallContext, open: F) -> Result<Session<H, T>>
where
    H: Send + 'static,
    T: Send + 'static,
    F: for<'a> FnOnce(Guest<'a>, CallRecord, Opening<H, T>) -> BoxFuture<'a, Verdict> + Send + 'static,
{
    let lease = plugin.lease(ctx, plugin.limits.stream()).await?;
    let (sender, pieces) = mpsc::channel(PIECES);
    let (head, opened) = oneshot::channel();
    let (verdict, ended) = oneshot::channel();
    let progress = Arc::new(Progress {
        last: Mutex::new(Instant::now()),
        blocked: AtomicBool::new(false),
        opened: AtomicBool::new(false),
        closed: AtomicBool::new(false),
        whole: AtomicBool::new(false),
    });
    let outlet = Outlet {
        sender: PollSender::new(sender),
        progress: progress.clone(),
        sent: 0,
        limit: plugin.limits.stream_bytes,
        plugin: plugin.clone(),
    };
    let task = Task { plugin: plugin.clone(), ctx: ctx.clone(), progress: progress.clone(), verdict, lease };
    tokio::spawn(task.run(Opening { head, outlet }, open).in_current_span());
    match opened.await {
        Ok(head) => Ok(Session { head, items: items(plugin.id.clone(), progress, pieces, ended) }),
        // It was not opened, and the verdict says why.
        Err(_) => match ended.await {
            Ok(Err(failure)) => Err(failure),
            Ok(Ok(())) | Err(_) => Err(truncated(&plugin.id)),
        },
    }
}

/// The pieces, and then the verdict if it is a bad one.
fn items<T: Send + 'static>(
    plugin: Arc<str>,
    progress: Arc<Progress>,
    pieces: mpsc::Receiver<T>,
    ended: oneshot::Receiver<Result<()>>,
) -> BoxStream<'static, Result<T>> {
    stream::unfold((pieces, Some(ended)), move |(mut pieces, ended)| {
        let (plugin, progress) = (plugin.clone(), progress.clone());
        async move {
            let ended = ended?;
            if let Some(piece) = pieces.recv().await {
                return Some((Ok(piece), (pieces, Some(ended))));
            }
            if progress.whole.load(Ordering::Relaxed) {
                return None;
            }
            let verdict = ended.await.unwrap_or_else(|_| Err(truncated(&plugin)));
            verdict.err().map(|failure| (Err(failure), (pieces, None)))
        }
    })
    .boxed()
}

struct Task {
    plugin: Arc<Plugin>,
    ctx: CallContext,
    progress: Arc<Progress>,
    /// Closed by the listener when it goes away.
    verdict: oneshot::Sender<Result<()>>,
    lease: Lease,
}

impl Task {
    async fn run<H, T, F>(self, opening: Opening<H, T>, open: F)
    where
        H: Send + 'static,
        T: Send + 'static,
        F: for<'a> FnOnce(Guest<'a>, CallRecord, Opening<H, T>) -> BoxFuture<'a, Verdict> + Send + 'static,
    {
        let Self { plugin, ctx, progress, mut verdict, lease: Lease { seat, _call } } = self;
        let envelope = plugin.limits.stream();
        let deadline = plugin.deadline(&ctx, envelope);
        let record = CallRecord::new(&ctx, deadline.at);
        let meter = seat.meter(envelope.cpu);
        let began = Instant::now();
        let work = {
            let (plugin, meter) = (plugin.clone(), meter.clone());
            let user = ctx.user().map(|user| user.id.clone());
            async move {
                let mut instance = plugin.sit(seat, &meter).await?;
                let id = plugin.id.clone();
                let ended = plugin.program.run(&mut instance, user, Some(deadline.at), |guest| {
                    Box::pin(async move {
                        let ended = open(guest, record, opening).await?;
                        Ok(ended.unwrap_or_else(|| Err(truncated(&id))))
                    })
                });
                let ended = ended.await?;
                Ok((ended, instance))
            }
        };
        let idle = Duration::from_millis(plugin.limits.stream_idle_ms);
        let grace = || match plugin.is_warm() || progress.whole.load(Ordering::Relaxed) {
            true => GRACE,
            false => Duration::ZERO,
        };
        let outcome = tokio::select! {
            biased;
            outcome = plugin.supervise(&ctx, deadline, &meter, work) => Some(outcome),
            () = async { verdict.closed().await; sleep(grace()).await } => None,
            is_closed = progress.stalled(idle) => Some(Err(Fault {
                failure: match is_closed {
                    true => truncated(&plugin.id),
                    false => Failure::timeout(format!(
                        "The plugin `{}` has been silent for {} ms in the middle of its answer.", plugin.id, idle.as_millis()
                    )),
                },
                counts: true,
            })),
        };
        let peaks = &plugin.counts.peaks;
        raise(&peaks.stream_cpu_ms, millis(meter.spent()));
        raise(&peaks.stream_ms, millis(began.elapsed()));
        let result = match outcome {
            // Whoever listened has it all.
            None if progress.whole.load(Ordering::Relaxed) => return plugin.settle(None),
            // Given up by the listener: that says nothing about the plugin, and its instance is gone.
            None => return,
            Some(Ok((ended, instance))) => {
                plugin.settle(Some(instance));
                ended
            }
            Some(Err(fault)) => {
                let mut failure = plugin.judge(fault);
                if progress.opened.load(Ordering::Relaxed) && failure.class == FailureClass::Internal {
                    failure.class = FailureClass::Truncated;
                }
                Err(failure)
            }
        };
        // Whoever listened may be gone by now.
        let _ = verdict.send(result);
    }
}
