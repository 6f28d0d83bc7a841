//! What the operator does to plugins while the host serves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use wheelhouse_core::{FailureClass, plugin::PluginState};
use wheelhouse_runtime::PluginConfig;

use crate::support::{Setup, TestHost, ann, bundle};

fn only(id: &str) -> BTreeSet<String> {
    BTreeSet::from([id.to_owned()])
}

fn plugins(id: &str, change: impl FnOnce(&mut PluginConfig)) -> BTreeMap<String, PluginConfig> {
    let mut own = PluginConfig::default();
    change(&mut own);
    BTreeMap::from([(id.to_owned(), own)])
}

fn state<'h>(host: &'h TestHost, id: &str) -> &'h PluginState {
    &host.status(id).state
}

#[tokio::test]
async fn a_plugin_that_is_switched_off_leaves_at_once_and_comes_back() {
    let mut host = Setup::new(&["echo"]).start().await;
    host.host.control().set_disabled(only("echo")).await;
    host.catalog = host.host.catalog().current();
    assert!(host.catalog.tool("echo").is_none());
    assert!(state(&host, "echo").reason().unwrap().contains("/api/v1/plugins/echo/enable"));
    assert!(matches!(state(&host, "echo"), PluginState::Disabled { .. }));
    host.until_generations(0).await;

    host.host.control().set_disabled(BTreeSet::new()).await;
    host.until(|catalog| catalog.tool("echo").is_some()).await;
    host.assert_serves().await;
}

#[tokio::test]
async fn a_plugin_that_was_switched_off_before_the_start_is_known_and_not_loaded() {
    let mut setup = Setup::new(&["echo"]);
    let before = Setup::new(&["echo"]).start().await;
    drop(before);
    setup.disabled = only("echo");
    let mut host = setup.start().await;
    assert!(matches!(state(&host, "echo"), PluginState::Disabled { .. }));
    assert_eq!(host.host.generations(), 0);
    host.host.control().set_disabled(BTreeSet::new()).await;
    host.until(|catalog| catalog.tool("echo").is_some()).await;
}

#[tokio::test]
async fn a_new_file_of_a_plugin_that_is_switched_off_stays_off() {
    let mut host = Setup::new(&["echo"]).start().await;
    host.host.control().set_disabled(only("echo")).await;
    host.drop_in("echo.wasm", "asks_for_more");
    host.until(|catalog| {
        let info = catalog.plugins()[0].info.as_ref();
        info.is_some_and(|info| info.version.to_string() == "2.0.0") && catalog.is_settled()
    })
    .await;
    assert!(matches!(state(&host, "echo"), PluginState::Disabled { .. }));
    assert!(host.catalog.tool("again").is_none());
}

#[tokio::test]
async fn the_configuration_switches_a_plugin_off_while_it_serves() {
    let mut host = Setup::new(&["echo"]).start().await;
    host.host.configure(plugins("echo", |own| own.enabled = false)).unwrap();
    host.until(|catalog| catalog.tool("echo").is_none()).await;
    assert!(state(&host, "echo").reason().unwrap().contains("[plugins.echo]"));
    host.host.configure(BTreeMap::new()).unwrap();
    host.until(|catalog| catalog.tool("echo").is_some()).await;
}

#[tokio::test]
async fn a_grant_that_is_taken_back_is_gone_for_the_next_call() {
    let mut host = Setup::new(&["keeps"]).grant("keeps", &["documents"]).start().await;
    let note = json!({"id": "a", "text": "x", "amount": 1, "shared": false});
    host.call(&ann(), "keep", note).await.unwrap();
    host.host.configure(BTreeMap::new()).unwrap();
    host.until(|catalog| catalog.plugins()[0].info.as_ref().is_some_and(|info| !info.asks[0].granted)).await;
    let denied = host.call(&ann(), "look", json!({"id": "a", "shared": false})).await.unwrap_err();
    assert_eq!(denied.class, FailureClass::Denied);
}

#[tokio::test]
async fn a_limit_that_is_lowered_holds_for_the_next_call() {
    let mut host = Setup::new(&["loops"]).start().await;
    host.host.configure(plugins("loops", |own| own.limits.cpu_ms = Some(50))).unwrap();
    // The plugin is linked anew, so there are two versions until nobody knows the first.
    host.until(|catalog| {
        catalog.probe("loops").unwrap().vitals().usage.iter().any(|usage| usage.limit == 50)
    })
    .await;
    let failure = host.call(&ann(), "loops", json!({})).await.unwrap_err();
    assert!(failure.message.contains("50 ms of CPU"), "{failure}");
}

#[tokio::test]
async fn a_configuration_with_problems_changes_nothing() {
    let host = Setup::new(&["echo"]).start().await;
    let failure =
        host.host.configure(plugins("echo", |own| own.limits.memory_bytes = Some(u64::MAX))).unwrap_err();
    assert!(failure.message.contains("plugins.echo.limits.memory_bytes"), "{failure}");
    host.assert_serves().await;
}

#[tokio::test]
async fn a_limit_under_which_no_instance_starts_is_said_and_takes_the_plugin_out() {
    let mut host = Setup::new(&["echo"]).start().await;
    host.host.configure(plugins("echo", |own| own.limits.memory_bytes = Some(1_024))).unwrap();
    host.until(|catalog| catalog.tool("echo").is_none()).await;
    let reason = state(&host, "echo").reason().unwrap();
    assert!(reason.contains("no instance of it can be made") && reason.contains("1 KiB"), "{reason}");
}

#[tokio::test]
async fn reloading_closes_the_breaker() {
    let mut host = Setup::new(&["traps"])
        .config(|config| {
            config.breaker.failures = 1;
            config.breaker.wait_ms = 60_000;
        })
        .start()
        .await;
    host.call(&ann(), "traps", json!({})).await.unwrap_err();
    let vitals = host.catalog.probe("traps").unwrap().vitals();
    assert!(vitals.resting.is_some() && vitals.last_failure.is_some(), "{vitals:?}");
    host.host.control().reload(&ann(), "traps").await.unwrap();
    host.until(|catalog| {
        catalog.plugins()[0].next.is_none()
            && catalog.probe("traps").is_some_and(|probe| probe.vitals().calls == 0)
    })
    .await;
    assert_eq!(host.call(&ann(), "traps", json!({})).await.unwrap_err().code(), "plugin_trap");
}

#[tokio::test]
async fn removing_a_plugin_removes_its_file() {
    let mut host = Setup::new(&["echo", "counts_fresh"]).start().await;
    host.host.control().remove(&ann(), "echo").await.unwrap();
    host.catalog = host.host.catalog().current();
    assert!(host.catalog.tool("echo").is_none());
    assert!(!host.setup.folder.path().join("echo.wasm").exists());
}

#[tokio::test]
async fn a_bundled_plugin_is_not_removed() {
    let mut setup = Setup::new(&[]);
    setup.bundled = bundle(&[("echo", "echo")]);
    let host = setup.start().await;
    let failure = host.host.control().remove(&ann(), "echo").await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Conflict);
    assert!(failure.message.contains("disable"), "{failure}");
    host.assert_serves().await;
}

#[tokio::test]
async fn what_is_not_there_is_neither_reloaded_nor_removed() {
    let host = Setup::new(&["echo"]).start().await;
    let control = host.host.control();
    assert_eq!(control.reload(&ann(), "parrot").await.unwrap_err().class, FailureClass::NotFound);
    assert_eq!(control.remove(&ann(), "parrot").await.unwrap_err().class, FailureClass::NotFound);
}
