//! What belongs to one instance of a plugin.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use wasmtime::{Store, UpdateDeadline, component::ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;
use wheelhouse_core::{
    UserId,
    clock::{Clock, Entropy},
    document::DocumentStore,
    plugin::Capability,
};

use crate::{
    access::Access,
    config::{self, Grant, Limits},
    guest_log::{GuestLog, Level},
    limiter::Limiter,
    meter::Meter,
    sandbox::Sandbox,
    usage::{Peaks, raise},
    wasi::Outgoing,
};

/// The most random bytes that a guest gets at once.
const RANDOM: u64 = 64 << 10;
/// The most resources (streams, pollables) that a guest has at once.
pub(crate) const RESOURCES: usize = 4096;

/// A store's data.
pub(crate) struct State {
    pub(crate) plugin: Arc<str>,
    /// The user that the running call is made for.
    pub(crate) user: Option<UserId>,
    /// Until when the running call wants an answer.
    pub(crate) until: Option<Instant>,
    pub(crate) access: Arc<Access>,
    pub(crate) log: Arc<GuestLog>,
    peaks: Arc<Peaks>,
    pub(crate) limiter: Limiter,
    meter: Arc<Meter>,
    wasi: WasiCtx,
    pub(crate) http: WasiHttpCtx,
    pub(crate) outgoing: Outgoing,
    pub(crate) table: ResourceTable,
}

/// The document store as far as one plugin may use it.
#[derive(Clone)]
pub(crate) struct DocumentAccess {
    pub(crate) store: Arc<dyn DocumentStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Documents of the running call's user.
    pub(crate) user: bool,
    /// Documents that all users share.
    pub(crate) shared: bool,
    pub(crate) body_bytes: u64,
}

impl DocumentAccess {
    /// The document store, as far as the plugin has asked for it and the operator has granted it.
    pub(crate) fn of(
        sandbox: &Sandbox,
        asks: &[Capability],
        grants: &[Grant],
        limits: &Limits,
    ) -> Option<Self> {
        let allowed = |target| config::is_allowed(asks, grants, "documents", target);
        let (user, shared) = (allowed("user"), allowed("shared"));
        (user || shared).then(|| Self {
            store: sandbox.documents.clone(),
            clock: sandbox.clock.clone(),
            entropy: sandbox.entropy.clone(),
            user,
            shared,
            body_bytes: limits.document_bytes,
        })
    }
}

impl State {
    /// So much came from the guest in one call between it and the host.
    pub(crate) fn came(&self, bytes: usize) {
        raise(&self.peaks.hostcall_bytes, bytes as u64);
    }

    /// As [`came`](Self::came), and it is to be kept.
    pub(crate) fn came_to_be_kept(&self, bytes: usize) {
        self.came(bytes);
        raise(&self.peaks.document_bytes, bytes as u64);
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// A store with every limit set.
pub(crate) fn store(
    engine: &wasmtime::Engine,
    plugin: &Arc<str>,
    limits: &Limits,
    access: Arc<Access>,
    meter: Arc<Meter>,
    log: &Arc<GuestLog>,
    peaks: &Arc<Peaks>,
) -> Store<State> {
    // Nothing is added: no files, no sockets, no environment, no arguments.
    let wasi = WasiCtxBuilder::new()
        .stdout(log.stream(Level::Out))
        .stderr(log.stream(Level::Err))
        .max_random_size(RANDOM)
        .allow_tcp(false)
        .allow_udp(false)
        .build();
    let mut table = ResourceTable::new();
    table.set_max_capacity(RESOURCES);
    let mut http = WasiHttpCtx::new();
    http.set_field_size_limit(limits.http_header_bytes as usize);
    let outgoing = Outgoing {
        plugin: plugin.clone(),
        gate: access.http.clone(),
        log: log.clone(),
        longest: Duration::from_millis(limits.stream_ms),
    };
    let state = State {
        plugin: plugin.clone(),
        user: None,
        until: None,
        access,
        log: log.clone(),
        peaks: peaks.clone(),
        limiter: Limiter::new(limits.memory_bytes, limits.table_elements),
        meter,
        wasi,
        http,
        outgoing,
        table,
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(usize::try_from(limits.hostcall_bytes).unwrap_or(usize::MAX));
    store.set_max_component_handles(limits.handles as usize);
    store.set_epoch_deadline(1);
    // At each tick: give others their turn, so that deadlines and cancellation are seen, unless the call has had its share.
    store.epoch_deadline_callback(|context| {
        context.data().meter.check().map_err(wasmtime::Error::new)?;
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    });
    store
}
