//! Closes its audio and never says how it ended.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

#[cfg(target_arch = "wasm32")]
mod component {
    #![allow(unsafe_code, clippy::all)]

    use wheelhouse_sdk::{
        Call, Failure,
        bindings::{
            plugin::exports::wheelhouse::plugin::plugin,
            speech::{exports::wheelhouse::plugin::speech, wit_future, wit_stream},
        },
    };

    struct Component;

    impl plugin::Guest for Component {
        async fn describe() -> plugin::Description {
            plugin::Description {
                id: "speaks-truncated".into(),
                version: "1.0.0".into(),
                name: "Truncated".into(),
                summary: "Stops.".into(),
                capabilities: Vec::new(),
                instances: plugin::Instances::Fresh,
                settings_schema: None,
            }
        }
    }

    impl speech::Guest for Component {
        async fn voices(_: Call) -> Result<Vec<speech::Voice>, Failure> {
            Ok(Vec::new())
        }

        async fn synthesize(_: Call, _: speech::Utterance) -> Result<speech::Synthesis, Failure> {
            let (mut writer, audio) = wit_stream::new();
            let (end, ended) = wit_future::new(|| Ok(()));
            // Dropping it would say that all is well.
            std::mem::forget(end);
            wit_bindgen::spawn_local(async move {
                writer.write_all(vec![1; 1_000]).await;
            });
            Ok(speech::Synthesis { format: speech::Format::mono_pcm(16_000), audio, ended })
        }
    }

    wheelhouse_sdk::bindings::plugin::export_plugin!(Component with_types_in wheelhouse_sdk::bindings::plugin);
    wheelhouse_sdk::bindings::speech::export_speech!(Component with_types_in wheelhouse_sdk::bindings::speech);
}
