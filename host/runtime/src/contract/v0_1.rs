//! Version 0.1 of the contract: bindings, and the words of the contract turned into those of the domain and back.

mod call;
mod chat;
mod describe;
mod documents;
mod failure;
mod http;
mod routes;
mod speech;
mod tools;

use wasmtime::component::{Accessor, HasSelf, Instance, InstancePre, Linker};

use crate::{state::State, wasi::Handler};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit",
        inline: "
            package wheelhouse:host;
            world everything {
                import wheelhouse:plugin/documents@0.1.0;
                import wheelhouse:plugin/http@0.1.0;
                export wheelhouse:plugin/plugin@0.1.0;
                export wheelhouse:plugin/speech@0.1.0;
                export wheelhouse:plugin/chat@0.1.0;
                export wheelhouse:plugin/tools@0.1.0;
                export wheelhouse:plugin/routes@0.1.0;
            }
        ",
        world: "wheelhouse:host/everything",
        imports: { default: async },
        exports: { default: async | store },
        require_store_data_send: true,
    });
}

use bindings::{exports::wheelhouse::plugin as exports, wheelhouse::plugin as imports};

pub(crate) use call::CallRecord;
pub(crate) use chat::open_chat;
pub(crate) use speech::open_speech;

/// Gives every plugin the contract's imports. What a plugin was not granted answers `denied`: the port behind it is not in its
/// store.
///
/// # Errors
/// When the linker has them already.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    imports::types::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    imports::documents::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    imports::http::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

/// Where a component's exports are.
pub(crate) struct Interfaces {
    plugin: Option<exports::plugin::GuestIndices>,
    speech: Option<exports::speech::GuestIndices>,
    chat: Option<exports::chat::GuestIndices>,
    tools: Option<exports::tools::GuestIndices>,
    routes: Option<exports::routes::GuestIndices>,
    http: Option<Handler>,
}

impl Interfaces {
    /// # Errors
    /// When the component exports something under a name of the contract that has another type.
    pub(crate) fn of(
        pre: &InstancePre<State>,
        exported: &[wheelhouse_core::plugin::Export],
        is_described: bool,
    ) -> wasmtime::Result<Self> {
        use wheelhouse_core::plugin::Export;
        let has = |export| exported.contains(&export);
        Ok(Self {
            plugin: is_described.then(|| exports::plugin::GuestIndices::new(pre)).transpose()?,
            speech: has(Export::Speech).then(|| exports::speech::GuestIndices::new(pre)).transpose()?,
            chat: has(Export::Chat).then(|| exports::chat::GuestIndices::new(pre)).transpose()?,
            tools: has(Export::Tools).then(|| exports::tools::GuestIndices::new(pre)).transpose()?,
            routes: has(Export::Routes).then(|| exports::routes::GuestIndices::new(pre)).transpose()?,
            http: has(Export::Http).then(|| Handler::of(pre)).transpose()?,
        })
    }
}

/// An instance whose exports can be called.
#[derive(Clone, Copy)]
pub(crate) struct Guest<'a> {
    pub(crate) accessor: &'a Accessor<State>,
    pub(crate) instance: &'a Instance,
    pub(crate) interfaces: &'a Interfaces,
}

/// The guest's answer in the words of the domain. Outside is what went wrong with the guest, inside what it said.
type Answer<T> = wasmtime::Result<wheelhouse_core::Result<T>>;

macro_rules! guest_of {
    ($name:ident, $module:ident) => {
        fn $name(&self) -> wasmtime::Result<exports::$module::Guest> {
            let indices = self.interfaces.$module.as_ref().ok_or_else(|| {
                wasmtime::Error::msg(concat!("the component does not export ", stringify!($module)))
            })?;
            self.accessor.with(|mut access| indices.load(&mut access, self.instance))
        }
    };
}

impl<'g> Guest<'g> {
    guest_of!(speech, speech);
    guest_of!(chat, chat);
    guest_of!(tools, tools);
    guest_of!(routes, routes);
    guest_of!(plugin, plugin);

    /// So much came from the guest in one call between it and the host.
    fn came(&self, bytes: usize) {
        self.accessor.with(|mut access| access.data_mut().came(bytes));
    }

    /// # Errors
    /// When the component is no web service.
    pub(crate) fn handler(&self) -> wasmtime::Result<&'g Handler> {
        self.interfaces
            .http
            .as_ref()
            .ok_or_else(|| wasmtime::Error::msg("the component does not export wasi:http's handler"))
    }
}
