//! Guests that take all there is, and hand over more than anybody wants.

use serde_json::json;
use wheelhouse_core::{Failure, FailureClass, route::Method};

use crate::{
    hand_written,
    log::Log,
    speech::say,
    support::{Setup, TestHost, ann, failed},
};

/// A host with `echo` and a plugin that may fail as often as it likes.
async fn host(setup: Setup) -> TestHost {
    setup.config(|config| config.breaker.failures = 100).start().await
}

/// What comes of the tool of a plugin that was written by hand.
async fn act(setup: Setup, declarations: &str) -> Failure {
    let host = host(setup.file("x.wasm", hand_written::acting(declarations))).await;
    let failure = failed(host.call(&ann(), "act", json!({})).await);
    host.assert_unharmed().await;
    assert_eq!(failure.class, FailureClass::Internal, "{failure:?}");
    failure
}

#[tokio::test]
async fn a_plugin_that_was_written_by_hand_serves() {
    let host = host(Setup::new(&["echo"]).file("x.wasm", hand_written::acting("(func $act)"))).await;
    assert_eq!(host.call(&ann(), "act", json!({})).await.unwrap().text, "");
    host.assert_unharmed().await;
}

/// A component whose tool takes 16 MiB into its memory, beside those of three other modules with 8 MiB each.
fn of_several_memories() -> Vec<u8> {
    let act = "(func $act (if (i32.eq (memory.grow (i32.const 256)) (i32.const -1)) (then unreachable)))";
    hand_written::with_modules(hand_written::acting(act), &["(module (memory 128))"; 3])
}

#[tokio::test]
async fn several_memories_share_the_limit_of_one() {
    let setup = |memory_bytes| {
        let setup = Setup::new(&["echo"]).file("x.wasm", of_several_memories());
        setup.config(move |config| config.limits.memory_bytes = memory_bytes)
    };
    let host_of_64 = host(setup(64 << 20)).await;
    host_of_64.call(&ann(), "act", json!({})).await.unwrap();
    let host_of_32 = host(setup(32 << 20)).await;
    let failure = failed(host_of_32.call(&ann(), "act", json!({})).await);
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_memory"));
    assert!(failure.message.contains("needed more than 32768 KiB of memory"), "{failure}");
    host_of_32.assert_unharmed().await;
    let host_of_16 = host(setup(16 << 20)).await;
    let reason = host_of_16.refusal("x.wasm");
    assert!(reason.contains("needed more than 16384 KiB of memory"), "{reason}");
    host_of_16.assert_unharmed().await;
}

#[tokio::test]
async fn a_component_of_more_memories_than_the_pool_has_for_one_is_refused() {
    let many = hand_written::with_modules(hand_written::acting("(func $act)"), &["(module (memory 1))"; 4]);
    for bytes in [many, hand_written::acting("(memory 1) (func $act)")] {
        let host = host(Setup::new(&["echo"]).file("x.wasm", bytes)).await;
        let reason = host.refusal("x.wasm");
        assert!(reason.contains("it cannot be compiled") && reason.contains("memories"), "{reason}");
        host.assert_unharmed().await;
    }
}

#[tokio::test]
async fn a_plugin_of_many_memories_and_tables_takes_none_from_others() {
    let module = format!("(module (memory 1) {})", "(table 1 funcref)".repeat(8));
    let acting = hand_written::acting("(func $act (loop $on (br $on)))");
    let bytes = hand_written::with_modules(acting, &[module.as_str(); 3]);
    let setup = Setup::new(&["echo"]).file("x.wasm", bytes);
    let host = host(setup.config(|config| {
        config.limits.cpu_ms = 500;
        config.limits.concurrent_calls = 12;
    }))
    .await;
    let act = &host.catalog.tool("act").unwrap().tool;
    let acting: Vec<_> = (0..12)
        .map(|_| {
            let act = act.clone();
            tokio::spawn(async move { act.call(&ann(), Default::default()).await })
        })
        .collect();
    while host.host.instances() < 12 {
        tokio::task::yield_now().await;
    }
    host.assert_serves().await;
    for acting in acting {
        assert_eq!(failed(acting.await.unwrap()).code(), "plugin_cpu");
    }
    host.assert_unharmed().await;
}

#[tokio::test]
async fn tables_that_grow_beyond_the_limit_are_refused_by_name() {
    let declarations = "
        (table $one 1 funcref) (table $two 1 funcref)
        (func $act
            (loop $more
                (if (i32.eq (table.grow $one (ref.null func) (i32.const 100)) (i32.const -1)) (then unreachable))
                (if (i32.eq (table.grow $two (ref.null func) (i32.const 100)) (i32.const -1)) (then unreachable))
                (br $more)))";
    let setup = Setup::new(&["echo"]).config(|config| config.limits.table_elements = 10_000);
    let failure = act(setup, declarations).await;
    assert_eq!(failure.code(), "plugin_memory");
    assert!(failure.message.contains("needed tables of more than 10000 elements"), "{failure}");
}

#[tokio::test]
async fn a_recursion_without_end_is_out_of_stack() {
    let failure =
        act(Setup::new(&["echo"]), "(func $act (result) (call $deeper)) (func $deeper (call $deeper) (nop))")
            .await;
    assert_eq!(failure.code(), "plugin_memory");
    assert!(failure.message.contains("needed more than 512 KiB of stack"), "{failure}");
}

#[tokio::test]
async fn a_trap_in_the_start_function_is_said_and_refused() {
    let host =
        host(Setup::new(&["echo"]).file("x.wasm", hand_written::starting("(func $start unreachable)"))).await;
    let reason = host.refusal("x.wasm");
    assert!(
        reason.contains("when it was asked what it is")
            && reason.contains("stopped with an error of its own"),
        "{reason}"
    );
    host.assert_unharmed().await;
}

#[tokio::test]
async fn names_of_functions_do_not_fill_the_log() {
    let log = Log::listen();
    let failure =
        act(Setup::new(&["echo"]), &format!("(func $act (@name \"{}\") unreachable)", "n".repeat(1 << 20)))
            .await;
    assert_eq!(failure.code(), "plugin_trap");
    assert!(failure.detail.unwrap().len() < 5_000);
    assert!(log.bytes() < 10_000, "{}", log.bytes());
}

#[tokio::test]
async fn handles_beyond_the_limit_are_refused_by_name() {
    let setup = Setup::new(&["echo", "hoards_handles"]);
    let host = host(setup.config(|config| config.limits.handles = 1_000)).await;
    let engine = host.engine("hoards-handles");
    for (what, failure) in [
        ("streams", failed(engine.voices(&ann()).await)),
        ("futures", failed(engine.synthesize(&ann(), say("hello")).await)),
        ("resources", failed(host.call(&ann(), "hoards_handles", json!({})).await)),
    ] {
        assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_memory"), "{what}");
        assert!(failure.message.contains("its limit handles"), "{what}: {failure}");
    }
    host.assert_unharmed().await;
}

#[tokio::test]
async fn resources_of_the_host_are_bounded_whatever_the_limit_is() {
    let setup = Setup::new(&["echo", "hoards_handles"]);
    let host = host(setup.config(|config| config.limits.handles = 1_000_000)).await;
    let failure = failed(host.call(&ann(), "hoards_handles", json!({})).await);
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_memory"));
    assert!(failure.message.contains("more than 4096 resources"), "{failure}");
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_hundred_megabytes_at_once_are_refused_by_name_whatever_they_are() {
    let setup = Setup::new(&["echo", "answers_at_length"])
        .grant("answers-at-length", &["documents", "http:a.test", "http:127.0.0.0/8"]);
    // Room enough for the guest to make it.
    let host = host(setup.config(|config| config.limits.memory_bytes = 1 << 30)).await;
    let mut failures = vec![("a route's body", failed(host.send(Method::Get, "/length", &[], "").await))];
    for by in ["text", "data", "actions", "failure", "document", "request"] {
        failures.push((by, failed(host.call(&ann(), "answers_at_length", json!({"by": by})).await)));
    }
    for (by, failure) in failures {
        assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_output"), "{by}");
        assert!(
            failure.message.contains("`answers-at-length`") && failure.message.contains("hostcall_bytes"),
            "{by}: {failure}"
        );
    }
    assert!(host.setup.documents.collections().is_empty() && host.setup.names.asked().is_empty());
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_panic_with_megabytes_to_say_is_a_short_failure_and_a_short_log() {
    for lines in [false, true] {
        let host = host(Setup::new(&["echo", "panics_at_length"])).await;
        let log = Log::listen();
        let failure = failed(host.call(&ann(), "panics_at_length", json!({ "lines": lines })).await);
        assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_trap"));
        assert!(failure.message.len() < 200 && failure.detail.unwrap().len() < 5_000);
        // The lines that a plugin may write, and the host's own on the failure.
        assert!(
            log.lines().len() < 60 && log.bytes() < 20_000,
            "{} bytes: {:?}",
            log.bytes(),
            log.lines().len()
        );
        host.assert_unharmed().await;
    }
}

#[tokio::test]
async fn ten_thousand_lines_are_fifty_and_a_word_about_the_rest() {
    let host = host(Setup::new(&["echo", "prints"])).await;
    let log = Log::listen();
    assert_eq!(host.call(&ann(), "prints", json!({})).await.unwrap().text, "Printed.");
    let lines = log.lines();
    assert!(lines[0].contains("a guest says hello") && lines[0].contains("plugin=\"prints\""), "{lines:?}");
    assert_eq!(lines.len(), 51, "{lines:?}");
    assert!(lines[50].contains("too many log lines") && log.bytes() < 10_000, "{lines:?}");
    host.assert_unharmed().await;
}
