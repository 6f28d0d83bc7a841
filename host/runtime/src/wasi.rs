//! Standard interfaces beside the contract. What plugins can import (`wasi:http`'s client, `wasi:config`, `wasi:keyvalue`) is always
//! linked, because language runtimes and foreign components import it, and there is nothing behind what was not granted. What they
//! can export is `wasi:http`'s handler.

mod config;
mod handler;
mod http;
mod keyvalue;

use wasmtime::component::{HasSelf, Linker};

use crate::state::State;

pub(crate) use handler::{Handler, open_http};
pub(crate) use http::Outgoing;

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit",
        inline: "
            package wheelhouse:wasi;
            world standard {
                import wasi:config/store@0.2.0-rc.1;
                import wasi:keyvalue/store@0.2.0-draft;
                import wasi:keyvalue/atomics@0.2.0-draft;
                import wasi:keyvalue/batch@0.2.0-draft;
            }
        ",
        world: "wheelhouse:wasi/standard",
        imports: { default: async | trappable },
        with: { "wasi:keyvalue/store.bucket": super::keyvalue::Bucket },
        require_store_data_send: true,
    });
}

use bindings::wasi as imports;

/// Gives every plugin the standard interfaces.
///
/// # Errors
/// When the linker has them already.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    wasmtime_wasi_http::p3::add_to_linker(linker)?;
    imports::config::store::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    imports::keyvalue::store::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    imports::keyvalue::atomics::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    imports::keyvalue::batch::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}
