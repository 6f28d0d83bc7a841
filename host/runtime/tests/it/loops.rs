//! Guests that loop for ever, wherever they are asked to do something.

use serde_json::json;
use wheelhouse_core::{FailureClass, chat::ChatRequest, route::Method};
use wheelhouse_guests::guest;

use crate::{
    hand_written,
    speech::say,
    support::{Setup, TestHost, ann, failed},
};

/// A host with `echo` and a plugin, for calls that take 200 ms of a processor at most.
async fn host(file: &str, bytes: &[u8]) -> TestHost {
    Setup::new(&["echo"])
        .file(file, bytes)
        .config(|config| {
            config.limits.cpu_ms = 200;
            config.limits.stream_cpu_ms = 200;
            config.breaker.failures = 100;
        })
        .start()
        .await
}

#[tokio::test]
async fn every_call_that_loops_ends_when_its_processor_time_is_used_up() {
    let host = host("loops.wasm", guest("loops").bytes).await;
    let (engine, provider) = (host.engine("loops"), host.provider("loops"));
    let request = ChatRequest {
        model: None,
        messages: Vec::new(),
        tools: Vec::new(),
        max_output_tokens: None,
        temperature: None,
    };
    for (call, failure) in [
        ("call-tool", failed(host.call(&ann(), "loops", json!({})).await)),
        ("handle", failed(host.send(Method::Get, "/loops", &[], "").await)),
        ("voices", failed(engine.voices(&ann()).await)),
        ("synthesize", failed(engine.synthesize(&ann(), say("hello")).await)),
        ("models", failed(provider.models(&ann()).await)),
        ("complete", failed(provider.complete(&ann(), request).await)),
    ] {
        assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "plugin_cpu"), "{call}");
        assert!(
            failure.message.contains("`loops`") && failure.message.contains("200 ms of CPU"),
            "{call}: {failure}"
        );
    }
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_loop_where_the_host_puts_its_texts_is_a_loop_of_the_call() {
    let host = host("x.wasm", &hand_written::allocating("(loop $on (br $on)) unreachable")).await;
    let failure = failed(host.call(&ann(), "act", json!({})).await);
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "plugin_cpu"));
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_plugin_that_loops_before_it_serves_is_refused() {
    let start = hand_written::starting("(func $start (loop $on (br $on)))");
    for bytes in [
        guest("loops_in_describe").bytes,
        guest("loops_in_list_tools").bytes,
        guest("loops_in_list_routes").bytes,
        &start,
    ] {
        let setup = Setup::new(&["echo"]).file("x.wasm", bytes).config(|config| config.describe_ms = 2_000);
        let host = setup.start().await;
        let reason = host.refusal("x.wasm");
        assert!(
            reason.contains("when it was asked what it is") && reason.contains("than 2000 ms"),
            "{reason}"
        );
        host.assert_unharmed().await;
    }
}
