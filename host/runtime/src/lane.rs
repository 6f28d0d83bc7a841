//! Threads of their own for calls that turn out to be long, so that no short one waits behind them.
//!
//! A call begins on the thread of whoever waits for it, where most of them end and none has cost a switch of threads. One that has had
//! [`SHORT`] of a processor goes on here. Plugins take turns, a tick each, however many calls one of them has.

use std::{
    collections::{HashMap, VecDeque},
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    thread,
    time::Duration,
};

use async_task::{Builder, FallibleTask, Runnable};
use tokio::runtime::Handle;
use tracing::{Instrument, instrument::WithSubscriber};
use wheelhouse_core::{Failure, Result};

use crate::meter::{Measured, Meter};

/// How much of a processor a call has before it has to make way.
const SHORT: Duration = Duration::from_millis(4);

/// The threads' niceness. Not the most there is: speech is a long call, and has to get somewhere on a busy host.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// The threads for long calls, one for each processor. They end with this value.
pub(crate) struct Lane(Arc<Shared>);

#[derive(Default)]
struct Shared {
    turns: Mutex<Turns>,
    changed: Condvar,
}

/// A call that can go on, with the runtime that its timers and connections belong to.
type Ready = Runnable<Handle>;

#[derive(Default)]
struct Turns {
    /// Who has calls that can go on: whose turn it is, and then the others.
    plugins: VecDeque<Arc<str>>,
    calls: HashMap<Arc<str>, VecDeque<Ready>>,
    is_over: bool,
}

impl Turns {
    fn push(&mut self, plugin: &Arc<str>, call: Ready) {
        let calls = self.calls.entry(plugin.clone()).or_default();
        if calls.is_empty() {
            self.plugins.push_back(plugin.clone());
        }
        calls.push_back(call);
    }

    fn pop(&mut self) -> Option<Ready> {
        let plugin = self.plugins.pop_front()?;
        let calls = self.calls.get_mut(&plugin)?;
        let call = calls.pop_front();
        if calls.is_empty() {
            self.calls.remove(&plugin);
        } else {
            self.plugins.push_back(plugin);
        }
        call
    }
}

impl Lane {
    /// # Errors
    /// `Internal` when no thread can be started.
    pub(crate) fn start() -> Result<Self> {
        let lane = Self(Arc::default());
        for number in 0..thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            let shared = lane.0.clone();
            thread::Builder::new()
                .name(format!("plugin-lane-{number}"))
                .spawn(move || {
                    yield_to_others();
                    shared.work();
                })
                .map_err(Failure::internal)?;
        }
        Ok(lane)
    }

    /// Runs a plugin's call on this meter's account. `None` when the lane has ended before the call. Dropping the future ends the call, if it
    /// is on a thread at that moment then at its next tick.
    pub(crate) fn run<F>(&self, plugin: &Arc<str>, meter: &Arc<Meter>, call: F) -> Run<F>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let place = Place::Caller(meter.measure(call));
        Run { plugin: plugin.clone(), shared: self.0.clone(), place }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut turns = self.0.lock();
        turns.is_over = true;
        let left = std::mem::take(&mut turns.calls);
        drop(turns);
        self.0.changed.notify_all();
        left.into_values().flatten().for_each(end);
    }
}

impl Shared {
    fn push(&self, plugin: &Arc<str>, call: Ready) {
        let mut turns = self.lock();
        if turns.is_over {
            drop(turns);
            end(call);
            return;
        }
        turns.push(plugin, call);
        drop(turns);
        self.changed.notify_one();
    }

    fn work(&self) {
        let mut turns = self.lock();
        while !turns.is_over {
            turns = match turns.pop() {
                Some(call) => {
                    drop(turns);
                    let runtime = call.metadata().clone();
                    let _in = runtime.enter();
                    call.run();
                    self.lock()
                }
                None => self.changed.wait(turns).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has the system prefer every other thread to this one, so that a short call is not even held up by the rest of a tick.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    // On Linux a thread has a priority of its own, and anybody may lower one.
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE) {
        tracing::debug!(%error, "threads for long calls keep the priority of all others");
    }
}

/// Elsewhere all threads are alike.
#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

/// What a call holds may need its runtime to be given back.
fn end(call: Ready) {
    let runtime = call.metadata().clone();
    let _in = runtime.enter();
    drop(call);
}

/// A call, wherever it runs.
pub(crate) struct Run<F: Future> {
    plugin: Arc<str>,
    shared: Arc<Shared>,
    place: Place<F>,
}

enum Place<F: Future> {
    Caller(Measured<F>),
    Lane(FallibleTask<F::Output, Handle>),
    /// On its way, or over.
    Nowhere,
}

impl<F> Future for Run<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.place {
            Place::Caller(call) => match Pin::new(&mut *call).poll(cx) {
                Poll::Ready(answer) => return Poll::Ready(Some(answer)),
                Poll::Pending if call.spent() < SHORT => return Poll::Pending,
                Poll::Pending => {}
            },
            Place::Lane(call) => return Pin::new(call).poll(cx),
            Place::Nowhere => return Poll::Ready(None),
        }
        self.go_on_in_the_lane();
        match &mut self.place {
            Place::Lane(call) => Pin::new(call).poll(cx),
            Place::Caller(_) | Place::Nowhere => Poll::Ready(None),
        }
    }
}

impl<F> Run<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    fn go_on_in_the_lane(&mut self) {
        let Place::Caller(call) = std::mem::replace(&mut self.place, Place::Nowhere) else { return };
        let (plugin, shared) = (self.plugin.clone(), self.shared.clone());
        let (ready, task) = Builder::new()
            // A panic of a host function belongs to the call that it was made for.
            .propagate_panic(true)
            .metadata(Handle::current())
            .spawn(
                // What it has to say goes where it would have gone.
                |_| call.in_current_span().with_current_subscriber(),
                move |ready| shared.push(&plugin, ready),
            );
        ready.schedule();
        self.place = Place::Lane(task.fallible());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::mpsc;

    use tokio::{sync::oneshot, task::yield_now};

    use super::*;

    const BUDGET: Duration = Duration::from_secs(60);

    fn name() -> String {
        thread::current().name().unwrap_or_default().to_owned()
    }

    /// Where a call is before and after it has had so much of a processor.
    async fn places(meter: Arc<Meter>, much: Duration) -> (String, String) {
        let before = name();
        while meter.spent() < much {
            thread::yield_now();
        }
        yield_now().await;
        (before, name())
    }

    #[tokio::test]
    async fn a_short_call_stays_with_its_caller() {
        let (lane, meter) = (Lane::start().unwrap(), Meter::new(BUDGET));
        let ran = lane.run(&"quick".into(), &meter, async { (name(), yield_now().await, name()) }).await;
        assert_eq!(ran, Some((name(), (), name())));
    }

    #[tokio::test]
    async fn a_long_call_goes_on_in_the_lane() {
        let (lane, meter) = (Lane::start().unwrap(), Meter::new(BUDGET));
        let (before, after) = lane.run(&"slow".into(), &meter, places(meter.clone(), SHORT)).await.unwrap();
        assert_eq!(before, name());
        assert!(after.starts_with("plugin-lane-"), "{after}");
    }

    #[tokio::test]
    async fn timers_of_a_long_call_are_those_of_its_runtime() {
        let (lane, meter) = (Lane::start().unwrap(), Meter::new(BUDGET));
        let call = {
            let meter = meter.clone();
            async move {
                places(meter, SHORT).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                tokio::spawn(async {}).await.is_ok()
            }
        };
        assert_eq!(lane.run(&"slow".into(), &meter, call).await, Some(true));
    }

    #[tokio::test]
    #[should_panic(expected = "of a host function")]
    async fn a_panic_reaches_the_caller() {
        let (lane, meter) = (Lane::start().unwrap(), Meter::new(BUDGET));
        let call = {
            let meter = meter.clone();
            async move {
                places(meter, SHORT).await;
                panic!("of a host function");
            }
        };
        lane.run(&"slow".into(), &meter, call).await;
    }

    #[tokio::test]
    async fn dropping_a_long_call_drops_what_it_holds() {
        let (lane, meter) = (Lane::start().unwrap(), Meter::new(BUDGET));
        let ((arrived, arrival), (held, gone)) = (oneshot::channel(), oneshot::channel::<()>());
        let call = {
            let meter = meter.clone();
            async move {
                let _held = held;
                places(meter, SHORT).await;
                arrived.send(()).unwrap();
                std::future::pending::<()>().await;
            }
        };
        let plugin = "slow".into();
        tokio::select! {
            _ = lane.run(&plugin, &meter, call) => unreachable!("it never ends"),
            arrived = arrival => arrived.unwrap(),
        }
        assert!(gone.await.is_err(), "the sender is gone");
    }

    #[tokio::test]
    async fn a_call_ends_with_the_lane() {
        let (lane, meter) = (Lane::start().unwrap(), Meter::new(BUDGET));
        let (arrived, arrival) = oneshot::channel();
        let run = lane.run(&"slow".into(), &meter, {
            let meter = meter.clone();
            async move {
                places(meter, SHORT).await;
                arrived.send(()).unwrap();
                loop {
                    yield_now().await;
                }
            }
        });
        let run = tokio::spawn(run);
        arrival.await.unwrap();
        drop(lane);
        assert_eq!(run.await.unwrap(), None::<()>);
    }

    #[tokio::test]
    async fn plugins_take_turns_however_many_calls_one_of_them_has() {
        let shared = Arc::new(Shared::default());
        let (said, order) = mpsc::channel();
        let mut tasks = Vec::new();
        for call in ["greedy 1", "greedy 2", "greedy 3", "modest 1"] {
            let (said, shared) = (said.clone(), shared.clone());
            let plugin: Arc<str> = call.split_once(' ').unwrap().0.into();
            let (ready, task) = Builder::new()
                .metadata(Handle::current())
                .spawn(|_| async move { said.send(call).unwrap() }, move |ready| shared.push(&plugin, ready));
            ready.schedule();
            tasks.push(task);
        }
        while let Some(call) = { shared.lock().pop() } {
            call.run();
        }
        assert_eq!(order.try_iter().collect::<Vec<_>>(), ["greedy 1", "modest 1", "greedy 2", "greedy 3"]);
    }
}
