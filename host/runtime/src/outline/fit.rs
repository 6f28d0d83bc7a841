//! Whether what a component imports is what this host has, down to the types.

use wasmtime::{Config, Engine, component::Component};

use crate::{front::Front, sandbox::linker};

/// Why the host cannot link it. `None` as well where only the whole component can tell: loading it says so then.
pub(super) fn problem_of(front: &Front<'_>) -> Option<String> {
    let types = front.types.as_ref()?;
    // No pools: nothing will run.
    let engine =
        Engine::new(Config::new().wasm_component_model(true).wasm_component_model_async(true)).ok()?;
    let component = Component::new(&engine, types).ok()?;
    let error = linker(&engine).ok()?.instantiate_pre(&component).err()?;
    Some(format!("it does not fit this host: {error:#}"))
}
