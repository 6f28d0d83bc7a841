//! What all plugins share: engine, linker, pools.

use std::sync::{Arc, atomic::AtomicUsize};

use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use wasmtime::{Engine, component::Linker};
use wheelhouse_core::{
    Failure, Result,
    clock::{Clock, Entropy},
    document::DocumentStore,
};

use crate::{
    config::RuntimeConfig,
    contract::v0_1,
    egress::{Egress, Outside, Resolver},
    engine,
    lane::Lane,
    state::State,
    ticker::Ticker,
    wasi,
};

/// One for a host.
pub(crate) struct Sandbox {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) ticker: Ticker,
    pub(crate) lane: Lane,
    pub(crate) config: RuntimeConfig,
    /// One permit for each instance that exists.
    pub(crate) instances: Arc<Semaphore>,
    /// Loaded versions of plugins that somebody still knows, those out of service among them.
    pub(crate) generations: AtomicUsize,
    /// Cancelled when calls that still run have to stop.
    pub(crate) stopping: CancellationToken,
    /// Everything that runs in a guest.
    pub(crate) calls: TaskTracker,
    pub(crate) documents: Arc<dyn DocumentStore>,
    pub(crate) egress: Egress,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Sandbox {
    /// # Errors
    /// When the engine cannot be set up.
    pub(crate) fn new(
        config: RuntimeConfig,
        documents: Arc<dyn DocumentStore>,
        resolver: Arc<dyn Resolver>,
        outside: Option<Arc<dyn Outside>>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let engine = engine::build(&config.pool)?;
        let linker = linker(&engine).map_err(|error| Failure::internal(format!("{error:#}")))?;
        let ticker = Ticker::start(&engine)?;
        let lane = Lane::start()?;
        let instances = Arc::new(Semaphore::new(config.pool.instances as usize));
        Ok(Self {
            engine,
            linker,
            ticker,
            lane,
            config,
            instances,
            generations: AtomicUsize::new(0),
            stopping: CancellationToken::new(),
            calls: TaskTracker::new(),
            documents,
            egress: Egress::new(resolver, outside),
            clock,
            entropy,
        })
    }
}

/// The contract's imports and WASI. Language runtimes import files, sockets and the environment, so these are linked, with
/// nothing behind them.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasi::add_to_linker(&mut linker)?;
    v0_1::add_to_linker(&mut linker)?;
    Ok(linker)
}
