//! The WebAssembly engine's settings.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use wheelhouse_core::{Failure, Result};

use crate::config::PoolConfig;

/// How much stack guest code may use. Below `HOST_STACK`, so that host functions called from its depth have room.
pub(crate) const GUEST_STACK: usize = 512 << 10;
/// The stack that guest and host functions run on.
const HOST_STACK: usize = 1 << 20;

/// The most of each that one instance may have: a component consists of several core instances (the program, adapters, in Python's case a
/// dozen libraries). The pools have as many for every instance, so that no plugin can take them from others.
pub(crate) const CORE_INSTANCES: u32 = 128;
pub(crate) const MEMORIES: u32 = 4;
pub(crate) const TABLES: u32 = 64;

/// An engine with these pools.
///
/// # Errors
/// When the pools' address space cannot be reserved.
pub(crate) fn build(pool: &PoolConfig) -> Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .wasm_memory64(false)
        .epoch_interruption(true)
        .max_wasm_stack(GUEST_STACK)
        .async_stack_size(HOST_STACK)
        .generate_address_map(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pooling(pool)));
    // Frame pointers are enough for backtraces; the tables would only make compiled code larger.
    #[cfg(unix)]
    config.native_unwind_info(false);
    Engine::new(&config).map_err(|error| {
        Failure::unavailable("The WebAssembly engine cannot be set up; try a smaller runtime.pool.instances.")
            .with_detail(format!("{error:#}"))
    })
}

fn pooling(pool: &PoolConfig) -> PoolingAllocationConfig {
    let keep = usize::try_from(pool.keep_resident_bytes).unwrap_or(usize::MAX);
    let memory = usize::try_from(pool.memory_bytes).unwrap_or(usize::MAX);
    let mut config = PoolingAllocationConfig::new();
    config
        .total_component_instances(pool.instances)
        .total_core_instances(pool.instances.saturating_mul(CORE_INSTANCES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .total_memories(pool.instances.saturating_mul(MEMORIES))
        .max_memories_per_component(MEMORIES)
        .total_tables(pool.instances.saturating_mul(TABLES))
        .max_tables_per_component(TABLES)
        .max_tables_per_module(8)
        .table_elements(100_000)
        // A call can leave one fiber suspended in a host call while another runs.
        .total_stacks(pool.instances.saturating_mul(4))
        .max_memory_size(memory)
        .max_unused_warm_slots(8)
        .linear_memory_keep_resident(keep)
        .table_keep_resident(16 << 10)
        .pagemap_scan(Enabled::Auto);
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_pools_can_be_set_up() {
        assert!(build(&PoolConfig::default()).is_ok());
    }
}
