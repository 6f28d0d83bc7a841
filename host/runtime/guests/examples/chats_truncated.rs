//! Closes its answer and never says how it ended.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

wheelhouse_sdk::plugin! {
    plugin: wheelhouse_sdk::Plugin::new("Truncated", "Stops.").id("chats-truncated"),
}

#[cfg(target_arch = "wasm32")]
mod component {
    #![allow(unsafe_code, clippy::all)]

    use wheelhouse_sdk::{
        Call, Failure,
        bindings::chat::{exports::wheelhouse::plugin::chat, wit_future, wit_stream},
    };

    struct Component;

    impl chat::Guest for Component {
        async fn models(_: Call) -> Result<Vec<chat::Model>, Failure> {
            Ok(Vec::new())
        }

        async fn complete(_: Call, _: chat::Request) -> Result<chat::Completion, Failure> {
            let (mut writer, events) = wit_stream::new();
            let (end, ended) = wit_future::new(|| Ok(()));
            // Dropping it would say that all is well.
            std::mem::forget(end);
            wit_bindgen::spawn_local(async move {
                writer.write_all(vec![chat::Event::Text("I was about to".into())]).await;
            });
            Ok(chat::Completion { events, ended })
        }
    }

    wheelhouse_sdk::bindings::chat::export_chat!(Component with_types_in wheelhouse_sdk::bindings::chat);
}
