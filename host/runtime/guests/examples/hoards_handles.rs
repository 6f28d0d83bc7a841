//! Opens streams, futures and resources of the host for ever, and closes none.

#![allow(missing_docs, unsafe_code, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

#[allow(clippy::all, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit/http-0.2.wit", world: "client", generate_all });
}

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct HoardsHandles {}

fn run(_: &Call, _: HoardsHandles) -> Result<Outcome, Failure> {
    loop {
        std::mem::forget(bindings::wasi::http::types::Fields::new());
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("HoardsHandles", "Opens for ever, and closes nothing.").id("hoards-handles"),
    tools: [Tool::new(run)],
}

#[cfg(target_arch = "wasm32")]
mod component {
    #![allow(clippy::all)]

    use wheelhouse_sdk::{
        Call, Failure,
        bindings::speech::{exports::wheelhouse::plugin::speech, wit_future, wit_stream},
    };

    struct Component;

    impl speech::Guest for Component {
        async fn voices(_: Call) -> Result<Vec<speech::Voice>, Failure> {
            loop {
                std::mem::forget(wit_stream::new::<u8>());
            }
        }

        async fn synthesize(_: Call, _: speech::Utterance) -> Result<speech::Synthesis, Failure> {
            loop {
                std::mem::forget(wit_future::new::<Result<(), Failure>>(|| Ok(())));
            }
        }
    }

    wheelhouse_sdk::bindings::speech::export_speech!(Component with_types_in wheelhouse_sdk::bindings::speech);
}
