//! From what a plugin names in [`plugin!`](crate::plugin!) to what a component exports.

use std::{any::Any, cell::OnceCell};

use crate::{
    Call, ChatProvider, Failure, Plugin, Route, SpeechEngine, Tool,
    bindings::{
        chat::exports::wheelhouse::plugin::chat, plugin::exports::wheelhouse::plugin::plugin,
        routes::exports::wheelhouse::plugin::routes, speech::exports::wheelhouse::plugin::speech,
        tools::exports::wheelhouse::plugin::tools,
    },
};

/// Exports `plugin`.
pub trait ExportPlugin {
    /// Name of the package, for a plugin that names no id.
    const PACKAGE: &'static str;
    /// Version of the package, for a plugin that names none.
    const PACKAGE_VERSION: &'static str;
    /// What the plugin says of itself.
    fn plugin() -> Plugin;
}

impl<T: ExportPlugin> plugin::Guest for T {
    async fn describe() -> plugin::Description {
        T::plugin().into_wit(T::PACKAGE, T::PACKAGE_VERSION)
    }
}

/// Exports `tools`.
pub trait ExportTools {
    /// The plugin's tools.
    fn tools() -> Vec<Tool>;
}

impl<T: ExportTools> tools::Guest for T {
    async fn list_tools() -> Vec<tools::Tool> {
        T::tools().into_iter().map(Tool::into_wit).collect()
    }

    async fn call_tool(call: Call, name: String, arguments: String) -> Result<tools::Outcome, Failure> {
        match T::tools().iter().find(|tool| tool.tool_name() == name) {
            Some(tool) => tool.run(&call, &arguments),
            None => Err(Failure::not_found(format!("There is no tool `{name}`."))),
        }
    }
}

/// Exports `routes`.
pub trait ExportRoutes {
    /// The plugin's routes.
    fn routes() -> Vec<Route>;
}

impl<T: ExportRoutes> routes::Guest for T {
    async fn list_routes() -> Vec<routes::Route> {
        T::routes().into_iter().map(Route::into_wit).collect()
    }

    async fn handle(call: Call, request: routes::Request) -> Result<routes::Response, Failure> {
        match T::routes().iter().find(|route| route.route_id() == request.route) {
            Some(route) => route.handle(&call, &request),
            None => Err(Failure::not_found(format!("There is no route `{}`.", request.route))),
        }
    }
}

/// Exports `speech`.
pub trait ExportSpeech {
    /// The instance's engine.
    fn engine() -> &'static impl SpeechEngine;
}

impl<T: ExportSpeech> speech::Guest for T {
    async fn voices(call: Call) -> Result<Vec<speech::Voice>, Failure> {
        T::engine().voices(&call)
    }

    async fn synthesize(call: Call, utterance: speech::Utterance) -> Result<speech::Synthesis, Failure> {
        crate::speech::synthesize(T::engine(), call, utterance).await
    }
}

/// Exports `chat`.
pub trait ExportChat {
    /// The instance's provider.
    fn provider() -> &'static impl ChatProvider;
}

impl<T: ExportChat> chat::Guest for T {
    async fn models(call: Call) -> Result<Vec<chat::Model>, Failure> {
        T::provider().models(&call)
    }

    async fn complete(call: Call, request: chat::Request) -> Result<chat::Completion, Failure> {
        crate::chat::complete(T::provider(), call, request).await
    }
}

/// A cell for [`kept`].
pub type Kept = OnceCell<&'static dyn Any>;

/// What `make` made at the first call with this cell. It lives as long as the thread that is the instance.
pub fn kept<T: 'static>(cell: &Kept, make: impl FnOnce() -> T) -> &'static T {
    cell.get_or_init(|| Box::leak(Box::new(make()))).downcast_ref().expect("a cell is used for one type")
}

/// Makes the crate a plugin. `plugin` comes first; of the others a plugin names those that it has, in this order:
///
/// ```ignore
/// wheelhouse_sdk::plugin! {
///     plugin: Plugin::new("Wins", "Expenses and budgets."),   // an expression of type `Plugin`
///     tools: [Tool::new(create_expense)],                     // anything to iterate over `Tool`s
///     routes: [Route::get("/expenses", list_expenses)],       // anything to iterate over `Route`s
///     speech: MyEngine::new(),                                // a `SpeechEngine`
///     chat: MyProvider::new(),                                // a `ChatProvider`
/// }
/// ```
///
/// The component exports exactly what is named.
#[macro_export]
macro_rules! plugin {
    (
        plugin: $plugin:expr
        $(, tools: $tools:expr)?
        $(, routes: $routes:expr)?
        $(, speech: $speech:expr)?
        $(, chat: $chat:expr)?
        $(,)?
    ) => {
        const _: () = {
            struct Component;

            impl $crate::export::ExportPlugin for Component {
                const PACKAGE: &'static str = env!("CARGO_PKG_NAME");
                const PACKAGE_VERSION: &'static str = env!("CARGO_PKG_VERSION");

                fn plugin() -> $crate::Plugin {
                    $plugin
                }
            }
            $crate::__export!(export_plugin, plugin, <Component as $crate::export::ExportPlugin>::plugin);

            $(
                impl $crate::export::ExportTools for Component {
                    fn tools() -> ::std::vec::Vec<$crate::Tool> {
                        ::std::iter::Iterator::collect(::std::iter::IntoIterator::into_iter($tools))
                    }
                }
                $crate::__export!(export_tools, tools, <Component as $crate::export::ExportTools>::tools);
            )?

            $(
                impl $crate::export::ExportRoutes for Component {
                    fn routes() -> ::std::vec::Vec<$crate::Route> {
                        ::std::iter::Iterator::collect(::std::iter::IntoIterator::into_iter($routes))
                    }
                }
                $crate::__export!(export_routes, routes, <Component as $crate::export::ExportRoutes>::routes);
            )?

            $(
                impl $crate::export::ExportSpeech for Component {
                    fn engine() -> &'static impl $crate::SpeechEngine {
                        ::std::thread_local! {
                            static ENGINE: $crate::export::Kept = const { $crate::export::Kept::new() };
                        }
                        ENGINE.with(|cell| $crate::export::kept(cell, || $speech))
                    }
                }
                $crate::__export!(export_speech, speech, <Component as $crate::export::ExportSpeech>::engine);
            )?

            $(
                impl $crate::export::ExportChat for Component {
                    fn provider() -> &'static impl $crate::ChatProvider {
                        ::std::thread_local! {
                            static PROVIDER: $crate::export::Kept = const { $crate::export::Kept::new() };
                        }
                        PROVIDER.with(|cell| $crate::export::kept(cell, || $chat))
                    }
                }
                $crate::__export!(export_chat, chat, <Component as $crate::export::ExportChat>::provider);
            )?
        };
    };
}

/// On the build machine there is nothing to export, and no symbol of the contract should get in a test's way: what would be
/// exported only counts as used.
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($export:ident, $module:ident, $used:expr) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs, unreachable_pub, clippy::all)]
        const _: () = {
    $crate::bindings::$module::$export!(Component with_types_in $crate::bindings::$module);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || {
            let _ = $used();
        };
    };
}
