//! What is shown of a plugin's use of its limits.

use serde_json::json;
use wheelhouse_core::plugin::{Usage, Vitals};

use crate::support::{Setup, TestHost, ann};

fn vitals(host: &TestHost, id: &str) -> Vitals {
    host.catalog.probe(id).unwrap().vitals()
}

fn usage(host: &TestHost, id: &str, name: &str) -> Usage {
    let all = vitals(host, id).usage;
    *all.iter().find(|usage| usage.name == name).unwrap_or_else(|| panic!("{all:?}"))
}

#[tokio::test]
async fn calls_and_failures_are_counted_and_the_last_failure_is_forgotten_after_an_answer() {
    let host = Setup::new(&["counts_warm"]).start().await;
    host.call(&ann(), "count", json!({})).await.unwrap();
    host.call(&ann(), "count", json!({"mood": "refuse"})).await.unwrap_err();
    let counted = vitals(&host, "counts-warm");
    assert_eq!((counted.calls, counted.failures, counted.last_failure), (2, 0, None));
    host.call(&ann(), "count", json!({"mood": "trap"})).await.unwrap_err();
    let counted = vitals(&host, "counts-warm");
    assert_eq!((counted.calls, counted.failures), (3, 1));
    assert!(counted.last_failure.unwrap().contains("did not finish"));
    host.call(&ann(), "count", json!({})).await.unwrap();
    assert_eq!(vitals(&host, "counts-warm").last_failure, None);
}

#[tokio::test]
async fn memory_that_a_call_took_is_shown_next_to_what_it_may_take() {
    let host = Setup::new(&["echo"]).config(|config| config.limits.memory_bytes = 64 << 20).start().await;
    assert_eq!(usage(&host, "echo", "memory_bytes").used, Some(0));
    host.assert_serves().await;
    let memory = usage(&host, "echo", "memory_bytes");
    assert_eq!((memory.limit, memory.peak), (64 << 20, true));
    assert!((64 << 10..64 << 20).contains(&memory.used.unwrap()), "{memory:?}");
}

#[tokio::test]
async fn running_calls_are_shown_while_they_run() {
    let host = Setup::new(&["sleeps"]).start().await;
    let tool = host.catalog.tool("sleeps").unwrap().tool.clone();
    let ctx = ann();
    let cancellation = ctx.cancellation.clone();
    let running = tokio::spawn(async move { tool.call(&ctx, Default::default()).await });
    while usage(&host, "sleeps", "concurrent_calls").used == Some(0) {
        tokio::task::yield_now().await;
    }
    cancellation.cancel();
    running.await.unwrap().unwrap_err();
    assert_eq!(usage(&host, "sleeps", "concurrent_calls").used, Some(0));
}

#[tokio::test]
async fn warm_instances_are_shown() {
    let host = Setup::new(&["counts_warm"]).start().await;
    host.call(&ann(), "count", json!({})).await.unwrap();
    assert_eq!(usage(&host, "counts-warm", "warm_instances").used, Some(1));
}

#[tokio::test]
async fn what_came_from_a_plugin_is_shown_next_to_what_may_come() {
    let host = Setup::new(&["echo"]).start().await;
    // In the data and in the text.
    let text = "a".repeat(5_000);
    host.call(&ann(), "echo", json!({"text": text})).await.unwrap();
    let came = usage(&host, "echo", "hostcall_bytes");
    assert!((10_000..11_000).contains(&came.used.unwrap()), "{came:?}");
    assert_eq!((came.limit, came.peak), (8 << 20, true));
}

#[tokio::test]
async fn a_limit_whose_use_nobody_knows_is_shown_without_it() {
    let host = Setup::new(&["echo"]).start().await;
    let handles = usage(&host, "echo", "handles");
    assert_eq!((handles.used, handles.limit), (None, 10_000));
}
