//! A plugin that serves: admission, deadlines, and what becomes of faults.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use wheelhouse_core::{
    CallContext, Failure, Result,
    failure::BUSY,
    plugin::{Probe, Vitals},
};

use crate::{
    breaker::Breaker,
    config::{Envelope, Limits},
    contract::v0_1::{CallRecord, Guest},
    fault::{Fault, Trap},
    meter::Meter,
    program::{Instance, Program},
    sandbox::Sandbox,
    usage::{Counts, raise},
    warm::WarmPool,
};

/// How often it is looked whether anybody still knows a version that is out of service.
const FORGOTTEN: Duration = Duration::from_millis(500);

/// One for each loaded version of a plugin.
pub(crate) struct Plugin {
    pub(crate) id: Arc<str>,
    pub(crate) limits: Limits,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) program: Program,
    breaker: Breaker,
    /// Calls at once.
    calls: Arc<Semaphore>,
    /// Questions at once: those that must not wait behind calls.
    questions: Semaphore,
    /// Where instances are kept, if the plugin asked for it.
    warm: Option<Arc<WarmPool>>,
    pub(crate) counts: Counts,
    /// What runs in its guests.
    running: TaskTracker,
    /// Cancelled when calls that still run have to stop: the host stops, or another version has taken over long enough ago.
    stopping: CancellationToken,
}

/// What a call needs before it begins: the right to run, and an instance or the right to make one.
pub(crate) struct Lease {
    pub(crate) seat: Seat,
    /// Held until the instance has been given back.
    pub(crate) _call: OwnedSemaphorePermit,
}

/// An instance, or the right to make one.
pub(crate) enum Seat {
    Kept(Box<Instance>),
    Free(OwnedSemaphorePermit),
}

impl Plugin {
    pub(crate) fn new(sandbox: Arc<Sandbox>, program: Program, limits: Limits, is_warm: bool) -> Arc<Self> {
        let at_once = if is_warm { limits.warm_instances } else { limits.concurrent_calls };
        sandbox.generations.fetch_add(1, Ordering::Relaxed);
        Arc::new(Self {
            id: program.name.clone(),
            breaker: Breaker::new(sandbox.config.breaker.clone()),
            calls: Arc::new(Semaphore::new(at_once as usize)),
            questions: Semaphore::new(limits.concurrent_calls as usize),
            warm: is_warm
                .then(|| WarmPool::new(Duration::from_secs(limits.warm_idle_seconds), limits.warm_calls)),
            counts: Counts::new(program.peaks.clone()),
            running: TaskTracker::new(),
            stopping: sandbox.stopping.child_token(),
            limits,
            sandbox,
            program,
        })
    }

    /// Calls an instance, made for this call unless the plugin keeps them. Dropping the future stops the guest.
    ///
    /// # Errors
    /// What the guest said, or else `Timeout`, `Unavailable` when the plugin is busy or left alone, `Internal` when it trapped.
    pub(crate) async fn call<R, F>(self: &Arc<Self>, ctx: &CallContext, call: F) -> Result<R>
    where
        F: for<'a> FnOnce(Guest<'a>, CallRecord) -> BoxFuture<'a, wasmtime::Result<Result<R>>>
            + Send
            + 'static,
        R: Send + 'static,
    {
        let envelope = self.limits.call();
        let Lease { seat, _call } = self.lease(ctx, envelope).await?;
        match self.run(ctx, envelope, seat, call).await {
            Ok((answer, instance)) => {
                self.settle(Some(instance));
                answer
            }
            Err(fault) => Err(self.judge(fault)),
        }
    }

    /// As [`call`](Self::call), on an instance of its own in any case: for questions that must not wait behind a stream.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub(crate) async fn ask<R, F>(self: &Arc<Self>, ctx: &CallContext, call: F) -> Result<R>
    where
        F: for<'a> FnOnce(Guest<'a>, CallRecord) -> BoxFuture<'a, wasmtime::Result<Result<R>>>
            + Send
            + 'static,
        R: Send + 'static,
    {
        let envelope = self.limits.call();
        self.admit()?;
        let until = ctx.deadline.min(Instant::now() + envelope.wall);
        let _asking = timeout_at(until, self.questions.acquire())
            .await
            .map_err(|_| self.busy())?
            .map_err(Failure::internal)?;
        let seat = Seat::Free(self.free_seat(ctx, envelope).await?);
        match self.run(ctx, envelope, seat, call).await {
            Ok((answer, _)) => {
                self.settle(None);
                answer
            }
            Err(fault) => Err(self.judge(fault)),
        }
    }

    async fn run<R, F>(
        self: &Arc<Self>,
        ctx: &CallContext,
        envelope: Envelope,
        seat: Seat,
        call: F,
    ) -> Result<(Result<R>, Instance), Fault>
    where
        F: for<'a> FnOnce(Guest<'a>, CallRecord) -> BoxFuture<'a, wasmtime::Result<Result<R>>>
            + Send
            + 'static,
        R: Send + 'static,
    {
        let deadline = self.deadline(ctx, envelope);
        let record = CallRecord::new(ctx, deadline.at);
        let meter = seat.meter(envelope.cpu);
        let work = {
            let (plugin, meter) = (self.clone(), meter.clone());
            let user = ctx.user().map(|user| user.id.clone());
            // Boxed here: it is large, and is handed on several times.
            Box::pin(async move {
                let mut instance = plugin.sit(seat, &meter).await?;
                let until = Some(deadline.at);
                let answer =
                    plugin.program.run(&mut instance, user, until, |guest| call(guest, record)).await?;
                Ok((answer, instance))
            })
        };
        let began = Instant::now();
        let done = self.supervise(ctx, deadline, &meter, work).await;
        raise(&self.counts.peaks.cpu_ms, millis(meter.spent()));
        raise(&self.counts.peaks.call_ms, millis(began.elapsed()));
        done
    }

    /// Waits for the right to run.
    ///
    /// # Errors
    /// `Unavailable` when the plugin is left alone for now, or stays busy until the deadline.
    pub(crate) async fn lease(&self, ctx: &CallContext, envelope: Envelope) -> Result<Lease> {
        self.admit()?;
        let until = ctx.deadline.min(Instant::now() + envelope.wall);
        let permit = match self.calls.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => timeout_at(until, self.calls.clone().acquire_owned())
                .await
                .map_err(|_| self.busy())?
                .map_err(Failure::internal)?,
        };
        let seat = match self.warm.as_deref().and_then(WarmPool::take) {
            Some(instance) => Seat::Kept(Box::new(instance)),
            None => Seat::Free(self.free_seat(ctx, envelope).await?),
        };
        Ok(Lease { seat, _call: permit })
    }

    async fn free_seat(&self, ctx: &CallContext, envelope: Envelope) -> Result<OwnedSemaphorePermit> {
        let instances = &self.sandbox.instances;
        if let Ok(permit) = instances.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let until = ctx.deadline.min(Instant::now() + envelope.wall);
        timeout_at(until, instances.clone().acquire_owned())
            .await
            .map_err(|_| busy("All plugin instances of this host are in use; try again shortly.".to_owned()))?
            .map_err(Failure::internal)
    }

    fn busy(&self) -> Failure {
        busy(format!(
            "The plugin `{}` is busy: it is serving as many calls at once as it may. Try again shortly.",
            self.id
        ))
    }

    fn admit(&self) -> Result<()> {
        if self.sandbox.calls.is_closed() || self.stopping.is_cancelled() {
            return Err(self.stopped());
        }
        self.breaker.check(Instant::now()).map_err(|wait| {
            Failure::unavailable(format!(
                "The plugin `{}` has failed several times in a row and is left alone for {} s.",
                self.id,
                wait.as_secs().max(1)
            ))
            .with_code("plugin_resting")
            .with_retry_after(wait)
        })
    }

    /// An instance for this seat.
    pub(crate) async fn sit(&self, seat: Seat, meter: &Arc<Meter>) -> Result<Instance, Trap> {
        match seat {
            Seat::Kept(instance) => Ok(*instance),
            Seat::Free(permit) => self.program.instantiate(&self.sandbox, meter, permit).await,
        }
    }

    pub(crate) fn deadline(&self, ctx: &CallContext, envelope: Envelope) -> Deadline {
        let own = Instant::now() + envelope.wall;
        Deadline { at: ctx.deadline.min(own), is_own: own <= ctx.deadline, wall: envelope.wall }
    }

    /// Runs guest code until it is done, its time is over, or nobody wants it any more; the deadline is outside of the guest's own
    /// event loop, which a busy guest can hold up.
    pub(crate) async fn supervise<T>(
        &self,
        ctx: &CallContext,
        deadline: Deadline,
        meter: &Arc<Meter>,
        work: impl Future<Output = Result<T, Trap>> + Send + 'static,
    ) -> Result<T, Fault>
    where
        T: Send + 'static,
    {
        let _counted = self.counts.begin();
        // Of the guest, which may run for a tick more than somebody waits for it.
        let held = (self.sandbox.calls.token(), self.running.token(), self.sandbox.ticker.run());
        let work = async move {
            let _held = held;
            work.await
        };
        if self.stopping.is_cancelled() {
            return Err(harmless(self.stopped()));
        }
        if ctx.cancellation.is_cancelled() {
            return Err(harmless(cancelled()));
        }
        tokio::select! {
            biased;
            // First: most calls end at their first turn, and then nothing else is waited for.
            done = self.sandbox.lane.run(&self.id, meter, work) => match done {
                Some(done) => done.map_err(|trap| trap.fault(&self.id)),
                None => Err(harmless(self.stopped())),
            },
            () = self.stopping.cancelled() => Err(harmless(self.stopped())),
            () = ctx.cancellation.cancelled() => Err(harmless(cancelled())),
            () = sleep_until(deadline.at) => Err(Fault {
                failure: Failure::timeout(match deadline.is_own {
                    true => format!("The plugin `{}` did not answer within {} ms.", self.id, deadline.wall.as_millis()),
                    false => format!("The plugin `{}` did not answer in the time that was left.", self.id),
                }),
                // A short deadline is the caller's choice.
                counts: deadline.is_own,
            }),
        }
    }

    fn stopped(&self) -> Failure {
        match self.sandbox.calls.is_closed() || self.sandbox.stopping.is_cancelled() {
            true => Failure::unavailable("The host is stopping."),
            false => Failure::unavailable(format!(
                "This version of the plugin `{}` is out of service; another try reaches the one that serves now.",
                self.id
            ))
            .with_code("plugin_replaced"),
        }
    }

    /// The plugin answered: its instance is kept if it is of a kind that is.
    pub(crate) fn settle(&self, instance: Option<Instance>) {
        self.breaker.success();
        self.counts.answered();
        let Some(instance) = instance else { return };
        instance.report(&self.counts.peaks);
        if let Some(warm) = &self.warm
            && !self.sandbox.calls.is_closed()
            && !self.running.is_closed()
        {
            warm.put(instance);
        }
    }

    /// Takes this version out of service: it keeps no instances, calls that run may go on for `drain`, and so may those of requests that
    /// have begun with it. Must be called within a tokio runtime.
    pub(crate) fn retire(self: &Arc<Self>, drain: Duration) {
        self.running.close();
        self.cool();
        let plugin = Arc::downgrade(self);
        let (running, stopping) = (self.running.clone(), self.stopping.clone());
        tokio::spawn(async move {
            // Whoever still knows this version may begin a call when none is running: it is over when nobody does, or the time is up.
            let is_forgotten = async {
                loop {
                    running.wait().await;
                    if plugin.strong_count() == 0 {
                        return;
                    }
                    tokio::time::sleep(FORGOTTEN).await;
                }
            };
            if timeout(drain, is_forgotten).await.is_err() {
                stopping.cancel();
                if !running.is_empty() {
                    let id = plugin.upgrade().map(|plugin| plugin.id.clone());
                    tracing::warn!(
                        plugin = id.as_deref(),
                        calls = running.len(),
                        "calls of a version that is out of service were stopped"
                    );
                }
            }
        });
    }

    /// The plugin did not answer: logs it and lets the breaker count it.
    pub(crate) fn judge(&self, fault: Fault) -> Failure {
        let Fault { failure, counts } = fault;
        if counts {
            let detail = failure.detail.as_deref().unwrap_or(&failure.message);
            tracing::warn!(plugin = %self.id, class = failure.class.as_str(), code = failure.code(), detail, "a plugin failed");
            self.counts.failed(&failure.message);
            if let Some(wait) = self.breaker.fault(Instant::now()) {
                tracing::error!(plugin = %self.id, wait_ms = wait.as_millis(), "the plugin keeps failing and is left alone");
            }
        }
        failure
    }

    /// Whether instances are kept.
    pub(crate) fn is_warm(&self) -> bool {
        self.warm.is_some()
    }

    /// Drops kept instances.
    pub(crate) fn cool(&self) {
        if let Some(warm) = &self.warm {
            warm.clear();
        }
    }
}

impl Probe for Plugin {
    fn vitals(&self) -> Vitals {
        let counts = &self.counts;
        let mut usage = counts.usage(&self.limits, self.warm.as_ref().map(|warm| warm.len() as u64));
        usage.extend(self.program.usage());
        Vitals {
            resting: self.breaker.check(Instant::now()).err(),
            last_failure: counts.last_failure(),
            calls: counts.calls.load(Ordering::Relaxed),
            failures: counts.failures.load(Ordering::Relaxed),
            usage,
        }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.sandbox.generations.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Until when a call may run, and who says so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    is_own: bool,
    wall: Duration,
}

impl Seat {
    /// A new account for the call that takes this seat.
    pub(crate) fn meter(&self, budget: Duration) -> Arc<Meter> {
        match self {
            Self::Kept(instance) => instance.meter(budget),
            Self::Free(_) => Meter::new(budget),
        }
    }
}

/// Whole milliseconds, for the peaks.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn busy(message: String) -> Failure {
    Failure::unavailable(message).with_code(BUSY).with_retry_after(Duration::from_secs(1))
}

fn cancelled() -> Failure {
    Failure::unavailable("The call was cancelled.")
}

/// A failure that says nothing about the plugin.
fn harmless(failure: Failure) -> Fault {
    Fault { failure, counts: false }
}
