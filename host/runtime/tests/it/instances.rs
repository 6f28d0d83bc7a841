//! Which calls share an instance.

use std::time::Duration;

use serde_json::json;
use wheelhouse_core::FailureClass;

use crate::support::{Setup, TestHost, ann};

async fn count(host: &TestHost) -> u64 {
    host.call(&ann(), "count", json!({})).await.unwrap().data.unwrap().as_u64().unwrap()
}

#[tokio::test]
async fn a_fresh_plugin_has_a_new_instance_for_every_call() {
    let host = Setup::new(&["counts_fresh"]).start().await;
    assert_eq!([count(&host).await, count(&host).await], [1, 1]);
}

#[tokio::test]
async fn a_warm_plugin_keeps_its_instance() {
    let host = Setup::new(&["counts_warm"]).start().await;
    assert_eq!([count(&host).await, count(&host).await], [1, 2]);
}

#[tokio::test]
async fn a_refusal_leaves_the_instance_warm_and_a_trap_does_not() {
    let host = Setup::new(&["counts_warm"]).start().await;
    count(&host).await;
    let refused = host.call(&ann(), "count", json!({"mood": "refuse"})).await.unwrap_err();
    assert_eq!(refused.class, FailureClass::Unavailable);
    assert_eq!(count(&host).await, 3);
    host.call(&ann(), "count", json!({"mood": "trap"})).await.unwrap_err();
    assert_eq!(count(&host).await, 1);
}

#[tokio::test]
async fn a_warm_instance_is_replaced_after_its_share_of_calls() {
    let host = Setup::new(&["counts_warm"]).config(|config| config.limits.warm_calls = 2).start().await;
    assert_eq!([count(&host).await, count(&host).await, count(&host).await], [1, 2, 1]);
}

#[tokio::test]
async fn a_warm_instance_is_dropped_when_it_is_idle() {
    let host =
        Setup::new(&["counts_warm"]).config(|config| config.limits.warm_idle_seconds = 60).start().await;
    tokio::time::pause();
    assert_eq!([count(&host).await, count(&host).await], [1, 2]);
    tokio::time::advance(Duration::from_secs(59)).await;
    assert_eq!(count(&host).await, 3);
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::task::yield_now().await;
    assert_eq!(count(&host).await, 1);
}
