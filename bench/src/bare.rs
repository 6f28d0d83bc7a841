//! The same call with nothing but wasmtime: no checks, no account, no breaker, no catalog. Settings of engine and store are those of the
//! runtime, as far as wasmtime has them, for they change what is measured.

use std::time::Duration;

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreLimits,
    StoreLimitsBuilder, UpdateDeadline,
    component::{Component, HasSelf, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../sdk/wit",
        inline: "
            package wheelhouse:bench;
            world tool-provider {
                import wheelhouse:plugin/documents@0.1.0;
                export wheelhouse:plugin/plugin@0.1.0;
                export wheelhouse:plugin/tools@0.1.0;
            }
        ",
        world: "wheelhouse:bench/tool-provider",
        imports: { default: async },
        exports: { default: async | store },
        require_store_data_send: true,
    });
}

use bindings::{
    ToolProvider, ToolProviderPre,
    wheelhouse::plugin::{documents, types},
};

/// As long as a call may take in the runtime.
const TIME: Duration = Duration::from_secs(30);

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    limits: StoreLimits,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl types::Host for State {}

fn denied<T>() -> Result<T, types::Failure> {
    Err(types::Failure::Denied(String::new()))
}

impl documents::Host for State {
    async fn insert(
        &mut self,
        _: documents::Scope,
        _: String,
        _: Option<String>,
        _: String,
    ) -> Result<documents::Document, types::Failure> {
        denied()
    }

    async fn get(
        &mut self,
        _: documents::Scope,
        _: String,
        _: String,
    ) -> Result<Option<documents::Document>, types::Failure> {
        denied()
    }

    async fn replace(
        &mut self,
        _: documents::Scope,
        _: String,
        _: String,
        _: u64,
        _: String,
    ) -> Result<documents::Document, types::Failure> {
        denied()
    }

    async fn delete(&mut self, _: documents::Scope, _: String, _: String) -> Result<bool, types::Failure> {
        denied()
    }

    async fn list(
        &mut self,
        _: documents::Scope,
        _: String,
        _: documents::Query,
    ) -> Result<documents::Page, types::Failure> {
        denied()
    }

    async fn aggregate(
        &mut self,
        _: documents::Scope,
        _: String,
        _: documents::Aggregation,
    ) -> Result<Vec<documents::Group>, types::Failure> {
        denied()
    }
}

/// A compiled component.
pub struct Bare {
    engine: Engine,
    pre: ToolProviderPre<State>,
}

/// An instance of it.
pub struct BareInstance {
    store: Store<State>,
    guest: ToolProvider,
}

impl Bare {
    /// Compiles a component.
    ///
    /// # Errors
    /// When it is none, or exports no tools.
    pub fn new(bytes: &[u8]) -> wasmtime::Result<Self> {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(64)
            .total_core_instances(64 * 128)
            .max_core_instances_per_component(128)
            .total_memories(64 * 4)
            .max_memories_per_component(4)
            .total_tables(64 * 64)
            .max_tables_per_component(64)
            .max_tables_per_module(8)
            .table_elements(100_000)
            .total_stacks(256)
            .max_memory_size(1 << 30)
            .max_unused_warm_slots(8)
            .linear_memory_keep_resident(256 << 10)
            .table_keep_resident(16 << 10)
            .pagemap_scan(Enabled::Auto);
        let mut config = Config::new();
        config
            .wasm_component_model_async(true)
            .wasm_memory64(false)
            .epoch_interruption(true)
            .max_wasm_stack(512 << 10)
            .async_stack_size(1 << 20)
            .generate_address_map(false)
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        #[cfg(unix)]
        config.native_unwind_info(false);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        types::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
        documents::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
        let component = Component::new(&engine, bytes)?;
        let pre = ToolProviderPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { engine, pre })
    }

    /// A new instance.
    ///
    /// # Errors
    /// When it traps.
    pub async fn instance(&self) -> wasmtime::Result<BareInstance> {
        let wasi = WasiCtxBuilder::new().max_random_size(64 << 10).allow_tcp(false).allow_udp(false).build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(4096);
        let limits = StoreLimitsBuilder::new()
            .memory_size(256 << 20)
            .table_elements(100_000)
            .instances(128)
            .memories(4)
            .tables(64)
            .build();
        let mut store = Store::new(&self.engine, State { wasi, table, limits });
        store.limiter(|state| &mut state.limits);
        store.set_hostcall_fuel(8 << 20);
        store.set_max_component_handles(10_000);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| {
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        let guest = self.pre.instantiate_async(&mut store).await?;
        Ok(BareInstance { store, guest })
    }
}

impl BareInstance {
    /// Calls a tool; the text that it answers.
    ///
    /// # Errors
    /// When the guest traps or refuses, or takes longer than its time.
    pub async fn call(&mut self, tool: &str, arguments: &str) -> wasmtime::Result<String> {
        let call = types::Call {
            request_id: "bench".to_owned(),
            user: Some(types::User { id: "ann".to_owned(), email: None, name: None }),
            locale: "en-US".to_owned(),
            time_zone: "UTC".to_owned(),
            received: 0,
            local_time: "2026-11-22T18:00:00+00:00".to_owned(),
            location: None,
            conversation: None,
            time_left: 60_000,
        };
        let tools = self.guest.wheelhouse_plugin_tools();
        let calling = self.store.run_concurrent(async |accessor| {
            tools.call_call_tool(accessor, call, tool.to_owned(), arguments.to_owned()).await
        });
        let answer = tokio::time::timeout(TIME, calling).await.map_err(wasmtime::Error::new)???;
        answer.map(|outcome| outcome.text).map_err(|failure| wasmtime::Error::msg(format!("{failure:?}")))
    }
}
