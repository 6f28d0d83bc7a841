//! A linked component, and instances of it.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{sync::OwnedSemaphorePermit, time::Instant};
use wasmtime::{
    Store,
    component::{Component, InstancePre},
};
use wheelhouse_core::{
    UserId,
    plugin::{Export, Usage},
};

use crate::{
    access::Access,
    config::Limits,
    contract::v0_1::{Guest, Interfaces},
    fault::Trap,
    guest_log::GuestLog,
    meter::Meter,
    sandbox::Sandbox,
    state::{self, State},
    usage::{Peaks, raise},
};

/// A component that only needs memory to run.
pub(crate) struct Program {
    pub(crate) name: Arc<str>,
    pre: InstancePre<State>,
    interfaces: Interfaces,
    limits: Limits,
    access: Arc<Access>,
    log: Arc<GuestLog>,
    pub(crate) peaks: Arc<Peaks>,
}

impl Program {
    /// # Errors
    /// When the component imports what the host does not offer, or exports something under a name of the contract that is
    /// something else.
    pub(crate) fn link(
        sandbox: &Sandbox,
        component: &Component,
        exports: &[Export],
        is_described: bool,
        name: &str,
        limits: Limits,
        access: Arc<Access>,
    ) -> wasmtime::Result<Self> {
        let pre = sandbox.linker.instantiate_pre(component)?;
        let interfaces = Interfaces::of(&pre, exports, is_described)?;
        let (name, log, peaks) = (name.into(), GuestLog::new(name), Arc::default());
        Ok(Self { name, pre, interfaces, limits, access, log, peaks })
    }

    /// What is used of the limits on what the plugin reaches.
    pub(crate) fn usage(&self) -> Vec<Usage> {
        self.access.usage()
    }

    /// A new instance. Its start function runs, so this belongs on the call's account.
    ///
    /// # Errors
    /// When it traps or goes over a limit.
    pub(crate) async fn instantiate(
        &self,
        sandbox: &Sandbox,
        meter: &Arc<Meter>,
        permit: OwnedSemaphorePermit,
    ) -> Result<Instance, Trap> {
        let Self { name, limits, access, log, peaks, .. } = self;
        let mut store =
            state::store(&sandbox.engine, name, limits, access.clone(), meter.clone(), log, peaks);
        match self.pre.instantiate_async(&mut store).await {
            Ok(instance) => Ok(Instance { store, instance, meter: meter.clone(), calls: 0, _permit: permit }),
            Err(error) => Err(trap(&store, error)),
        }
    }

    /// Runs something inside an instance, for a user, whose call wants an answer until then. After an error the instance is of no use any
    /// more.
    ///
    /// # Errors
    /// When the guest traps or goes over a limit.
    pub(crate) async fn run<R, F>(
        &self,
        instance: &mut Instance,
        user: Option<UserId>,
        until: Option<Instant>,
        call: F,
    ) -> Result<R, Trap>
    where
        F: for<'a> FnOnce(Guest<'a>) -> BoxFuture<'a, wasmtime::Result<R>> + Send,
        R: Send,
    {
        let Instance { store, instance, calls, .. } = instance;
        *calls += 1;
        store.data_mut().user = user;
        store.data_mut().until = until;
        let ran = store
            .run_concurrent(async |accessor| {
                call(Guest { accessor, instance, interfaces: &self.interfaces }).await
            })
            .await;
        store.data_mut().user = None;
        ran.flatten().map_err(|error| trap(store, error))
    }
}

fn trap(store: &Store<State>, error: wasmtime::Error) -> Trap {
    Trap { error, overrun: store.data().limiter.overrun() }
}

/// A running instance. Dropping it gives its memory back.
pub(crate) struct Instance {
    store: Store<State>,
    instance: wasmtime::component::Instance,
    meter: Arc<Meter>,
    /// How many it has served.
    pub(crate) calls: u32,
    _permit: OwnedSemaphorePermit,
}

impl Instance {
    /// Raises the peaks to what this instance has, and its last call has used.
    pub(crate) fn report(&self, peaks: &Peaks) {
        let limiter = &self.store.data().limiter;
        raise(&peaks.memory_bytes, limiter.memory() as u64);
        raise(&peaks.table_elements, limiter.tables() as u64);
    }

    /// Begins a new account and returns its meter.
    pub(crate) fn meter(&self, budget: Duration) -> Arc<Meter> {
        self.meter.reset(budget);
        self.meter.clone()
    }
}
