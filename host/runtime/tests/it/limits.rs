//! What a guest takes too much of.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use wheelhouse_core::{Failure, FailureClass, failure::BUSY};

use crate::support::{Setup, TestHost, ann};

/// Calls the tool of a guest that misbehaves, and proves that nothing comes of it for others.
async fn failure(host: &TestHost, tool: &str) -> Failure {
    let failure = host.call(&ann(), tool, json!({})).await.unwrap_err();
    host.assert_unharmed().await;
    failure
}

#[tokio::test]
async fn a_loop_ends_when_its_processor_time_is_used_up() {
    let host = Setup::new(&["echo", "loops"]).config(|config| config.limits.cpu_ms = 200).start().await;
    let failure = failure(&host, "loops").await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "plugin_cpu"));
    assert!(failure.message.contains("`loops`") && failure.message.contains("200 ms of CPU"), "{failure}");
}

#[tokio::test]
async fn a_loop_does_not_keep_others_on_its_thread_waiting() {
    // One thread: without yielding, nothing else would run before the loop ends.
    let host = Setup::new(&["echo", "loops"]).config(|config| config.limits.cpu_ms = 2_000).start().await;
    let looping = host.catalog.tool("loops").unwrap().tool.clone();
    let looping = tokio::spawn(async move { looping.call(&ann(), Default::default()).await });
    tokio::task::yield_now().await;
    for _ in 0..3 {
        host.assert_serves().await;
    }
    assert!(!looping.is_finished());
    assert_eq!(looping.await.unwrap().unwrap_err().class, FailureClass::Timeout);
}

#[tokio::test]
async fn waiting_ends_at_the_time_limit() {
    let host = Setup::new(&["echo", "sleeps"]).config(|config| config.limits.call_ms = 200).start().await;
    let mut ctx = ann();
    ctx.deadline = Instant::now() + Duration::from_secs(60);
    let failure = host.call(&ctx, "sleeps", json!({})).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Timeout);
    assert!(failure.message.contains("within 200 ms"), "{failure}");
    host.assert_serves().await;
}

#[tokio::test]
async fn waiting_ends_at_the_callers_deadline() {
    let host = Setup::new(&["echo", "sleeps"]).start().await;
    let ctx = ann().with_time_limit(Duration::from_millis(100));
    let failure = host.call(&ctx, "sleeps", json!({})).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Timeout);
    assert!(failure.message.contains("time that was left"), "{failure}");
    host.assert_serves().await;
}

#[tokio::test]
async fn a_cancelled_call_ends() {
    let host = Setup::new(&["sleeps"]).start().await;
    let ctx = ann();
    let cancellation = ctx.cancellation.clone();
    let (called, ()) = tokio::join!(host.call(&ctx, "sleeps", json!({})), async {
        tokio::task::yield_now().await;
        cancellation.cancel();
    });
    assert!(called.unwrap_err().message.contains("cancelled"));
}

#[tokio::test]
async fn memory_beyond_the_limit_is_refused_by_name() {
    let host = Setup::new(&["echo", "allocates"])
        .config(|config| config.limits.memory_bytes = 32 << 20)
        .start()
        .await;
    let failure = failure(&host, "allocates").await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_memory"));
    assert!(failure.message.contains("32768 KiB"), "{failure}");
}

#[tokio::test]
async fn a_trap_fails_the_call_and_tells_only_the_log_where() {
    let host = Setup::new(&["echo", "traps"]).start().await;
    let failure = failure(&host, "traps").await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_trap"));
    assert!(failure.message.contains("`traps`") && !failure.message.contains("wasm"), "{failure}");
    assert!(failure.detail.unwrap().contains("wasm"));
}

#[tokio::test]
async fn a_plugin_that_keeps_trapping_is_left_alone_for_a_while() {
    let host = Setup::new(&["echo", "traps"])
        .config(|config| {
            config.breaker.failures = 2;
            config.breaker.wait_ms = 60_000;
        })
        .start()
        .await;
    for _ in 0..2 {
        assert_eq!(failure(&host, "traps").await.code(), "plugin_trap");
    }
    let resting = failure(&host, "traps").await;
    assert_eq!((resting.class, resting.code()), (FailureClass::Unavailable, "plugin_resting"));
    assert!(resting.message.contains("`traps`") && resting.retry_after.is_some(), "{resting}");
}

#[tokio::test]
async fn a_callers_short_deadline_is_not_held_against_the_plugin() {
    let host = Setup::new(&["sleeps"]).config(|config| config.breaker.failures = 1).start().await;
    for _ in 0..3 {
        let ctx = ann().with_time_limit(Duration::from_millis(20));
        assert_eq!(host.call(&ctx, "sleeps", json!({})).await.unwrap_err().class, FailureClass::Timeout);
    }
}

#[tokio::test]
async fn calls_beyond_the_limit_wait_until_their_deadline() {
    let host =
        Setup::new(&["echo", "sleeps"]).config(|config| config.limits.concurrent_calls = 1).start().await;
    let first = ann();
    let done = first.cancellation.clone();
    let (_, second) = tokio::join!(host.call(&first, "sleeps", json!({})), async {
        let second = host.call(&ann().with_time_limit(Duration::from_millis(50)), "sleeps", json!({})).await;
        done.cancel();
        second
    });
    let failure = second.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, BUSY));
    assert!(failure.message.contains("`sleeps`"), "{failure}");
    host.assert_serves().await;
}

#[tokio::test]
async fn a_guest_reaches_neither_files_nor_networks_nor_variables() {
    let host = Setup::new(&["reaches_out"]).start().await;
    let outcome = host.call(&ann(), "reaches_out", json!({})).await.unwrap();
    assert_eq!(outcome.data, Some(json!([])));
}
