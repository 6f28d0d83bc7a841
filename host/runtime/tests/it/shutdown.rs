//! The end.

use std::time::Duration;

use serde_json::json;
use wheelhouse_core::FailureClass;

use crate::support::{Setup, ann, object};

#[tokio::test]
async fn after_the_end_calls_are_refused() {
    let host = Setup::new(&["echo"]).start().await;
    let tool = host.catalog.tool("echo").unwrap().tool.clone();
    host.host.shutdown(Duration::from_secs(5)).await;
    let failure = tool.call(&ann(), object(json!({"text": "hi"}))).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
    assert!(failure.message.contains("stopping"));
}

#[tokio::test]
async fn calls_that_do_not_end_in_time_are_stopped() {
    let host = Setup::new(&["sleeps"]).start().await;
    let tool = host.catalog.tool("sleeps").unwrap().tool.clone();
    let call = tokio::spawn(async move { tool.call(&ann(), Default::default()).await });
    tokio::task::yield_now().await;
    host.host.shutdown(Duration::from_millis(50)).await;
    let failure = call.await.unwrap().unwrap_err();
    assert!(failure.message.contains("stopping"), "{failure}");
}
