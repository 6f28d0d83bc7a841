//! Files that come, change and go while the host serves.

use std::{collections::BTreeMap, fs};

use futures_util::StreamExt;
use serde_json::json;
use wheelhouse_core::{
    catalog::Catalog,
    plugin::{PluginState, PluginStatus},
};
use wheelhouse_guests::guest;
use wheelhouse_runtime::PluginConfig;

use crate::{
    speech::say,
    support::{Setup, TestHost, ann, object},
};

fn state_of_next(catalog: &Catalog, id: &str) -> Option<PluginState> {
    let mut plugins = catalog.plugins().iter();
    Some(plugins.find(|plugin| plugin.id() == Some(id))?.next.as_ref()?.state.clone())
}

fn status<'c>(catalog: &'c Catalog, id: &str) -> &'c PluginStatus {
    catalog.plugins().iter().find(|plugin| plugin.id() == Some(id)).unwrap()
}

/// `echo` serves, and its file has just been replaced by something that cannot.
async fn replaced(bytes: &[u8]) -> TestHost {
    let mut host = Setup::new(&["echo"]).start().await;
    fs::write(host.setup.folder.path().join("echo.wasm"), bytes).unwrap();
    host.until(|catalog| matches!(state_of_next(catalog, "echo"), Some(PluginState::Refused { .. }))).await;
    host
}

#[tokio::test]
async fn a_file_that_is_dropped_in_serves_without_a_restart() {
    let mut host = Setup::new(&["echo"]).start().await;
    host.drop_in("counts.wasm", "counts_fresh");
    host.until(|catalog| catalog.tool("count").is_some()).await;
    assert_eq!(host.call(&ann(), "count", json!({})).await.unwrap().data, Some(json!(1)));
    host.assert_serves().await;
}

#[tokio::test]
async fn a_folder_that_is_made_later_is_watched_too() {
    let setup = Setup::new(&[]);
    let folder = setup.folder.path().to_owned();
    fs::remove_dir(&folder).unwrap();
    let mut host = setup.start().await;
    fs::create_dir(&folder).unwrap();
    host.drop_in("echo.wasm", "echo");
    host.until(|catalog| catalog.tool("echo").is_some()).await;
    host.assert_serves().await;
}

#[tokio::test]
async fn a_new_version_takes_over_and_no_call_fails_meanwhile() {
    let mut host = Setup::new(&["echo"]).start().await;
    let reader = host.host.catalog();
    let mut calls = 0;
    host.drop_in("echo.wasm", "takes_an_id");
    loop {
        let catalog = reader.current();
        if let Some(again) = catalog.tool("again") {
            assert!(catalog.tool("echo").is_none(), "one version serves, not two");
            again.tool.call(&ann(), object(json!({}))).await.unwrap();
            break;
        }
        let echo = catalog.tool("echo").expect("one of the two always serves").tool.clone();
        echo.call(&ann(), object(json!({"text": "hi"}))).await.unwrap();
        calls += 1;
    }
    assert!(calls > 0);
    host.until(|catalog| catalog.tool("again").is_some()).await;
    assert_eq!(host.status("echo").next, None);
    host.until_generations(1).await;
}

#[tokio::test]
async fn a_hundred_swaps_leave_one_version_in_memory() {
    let mut host = Setup::new(&["echo"]).start().await;
    for (name, tool) in [("takes_an_id", "again"), ("echo", "echo")].into_iter().cycle().take(100) {
        host.drop_in("echo.wasm", name);
        host.until(|catalog| catalog.tool(tool).is_some()).await;
    }
    host.assert_serves().await;
    host.until_generations(1).await;
}

#[tokio::test]
async fn a_version_that_traps_in_describe_leaves_the_last_good_one_serving() {
    let host = replaced(guest("traps_in_describe").bytes).await;
    let status = host.status("echo");
    assert_eq!((&status.state, status.tools.len()), (&PluginState::Active, 2));
    let next = status.next.as_ref().unwrap();
    assert!(next.state.reason().unwrap().contains("when it was asked what it is"), "{next:?}");
    host.assert_serves().await;
}

#[tokio::test]
async fn half_a_file_leaves_the_last_good_version_serving_and_the_whole_one_takes_over() {
    let whole = guest("takes_an_id").bytes;
    let mut host = replaced(&whole[..whole.len() / 2]).await;
    assert!(state_of_next(&host.catalog, "echo").unwrap().reason().unwrap().contains("cut off"));
    host.assert_serves().await;
    fs::write(host.setup.folder.path().join("echo.wasm"), whole).unwrap();
    host.until(|catalog| catalog.tool("again").is_some()).await;
}

#[tokio::test]
async fn a_file_that_is_gone_takes_its_plugin_with_it() {
    let mut host = Setup::new(&["counts_fresh", "echo"]).start().await;
    fs::remove_file(host.setup.folder.path().join("counts_fresh.wasm")).unwrap();
    host.until(|catalog| catalog.tool("count").is_none()).await;
    assert_eq!(host.catalog.plugins().len(), 1);
    host.assert_serves().await;
    host.until_generations(1).await;
}

#[tokio::test]
async fn a_file_that_becomes_another_plugin_replaces_the_one_that_it_was() {
    let mut host = Setup::new(&["counts_fresh"]).start().await;
    host.drop_in("counts_fresh.wasm", "echo");
    host.until(|catalog| catalog.tool("echo").is_some()).await;
    assert!(host.catalog.tool("count").is_none());
    assert_eq!(host.catalog.plugins().len(), 1);
}

#[tokio::test]
async fn a_file_cannot_become_a_plugin_that_there_is_already() {
    let mut host = Setup::new(&["counts_fresh", "echo"]).start().await;
    let own = host.status("counts-fresh").id().unwrap().to_owned();
    host.drop_in("counts_fresh.wasm", "takes_an_id");
    host.until(|catalog| matches!(state_of_next(catalog, &own), Some(PluginState::Refused { .. }))).await;
    assert!(state_of_next(&host.catalog, &own).unwrap().reason().unwrap().contains("taken by `echo.wasm`"));
    assert!(host.catalog.tool("count").is_some());
    host.assert_serves().await;
}

#[tokio::test]
async fn of_two_plugins_with_one_id_the_second_serves_once_the_first_is_gone() {
    let mut host = Setup::new(&["echo", "takes_an_id"]).start().await;
    assert!(host.catalog.tool("again").is_none());
    fs::remove_file(host.setup.folder.path().join("echo.wasm")).unwrap();
    host.until(|catalog| catalog.tool("again").is_some()).await;
}

#[tokio::test]
async fn a_version_that_asks_for_more_waits_until_it_is_granted() {
    let mut host = Setup::new(&["echo"]).start().await;
    host.drop_in("echo.wasm", "asks_for_more");
    host.until(|catalog| matches!(state_of_next(catalog, "echo"), Some(PluginState::Pending { .. }))).await;
    let waiting = host.status("echo").next.clone().unwrap();
    assert_eq!(waiting.info.unwrap().version.to_string(), "2.0.0");
    let reason = waiting.state.reason().unwrap().to_owned();
    assert!(reason.contains("[plugins.echo]") && reason.contains("\"documents:user\""), "{reason}");
    host.assert_serves().await;

    let granted = PluginConfig { grants: vec!["documents".parse().unwrap()], ..PluginConfig::default() };
    host.host.configure(BTreeMap::from([("echo".to_owned(), granted)])).unwrap();
    host.until(|catalog| catalog.tool("again").is_some()).await;
    let status = status(&host.catalog, "echo");
    assert_eq!(status.info.as_ref().unwrap().version.to_string(), "2.0.0");
    assert_eq!(status.next, None);
}

#[tokio::test]
async fn a_version_that_asks_for_no_more_takes_over_at_once() {
    let mut host = Setup::new(&["asks_for_more"]).start().await;
    host.drop_in("asks_for_more.wasm", "echo");
    host.until(|catalog| catalog.tool("echo").is_some()).await;
}

#[tokio::test]
async fn a_stream_ends_on_the_version_that_it_began_with() {
    let mut host = Setup::new(&["speaks_endlessly"]).start().await;
    let mut audio =
        host.engine("speaks-endlessly").synthesize(&ann(), say("hello")).await.unwrap().into_audio();
    audio.next().await.unwrap().unwrap();
    host.drop_in("speaks_endlessly.wasm", "speaks");
    host.until(|catalog| catalog.engines().iter().any(|engine| engine.id() == "speaks")).await;
    assert_eq!(host.host.generations(), 2);
    for _ in 0..1_000 {
        audio.next().await.unwrap().unwrap();
    }
    drop(audio);
    host.until_generations(1).await;
}

#[tokio::test]
async fn calls_of_a_version_that_is_out_of_service_are_stopped_after_the_drain() {
    let mut host = Setup::new(&["sleeps"]).config(|config| config.drain_seconds = 0).start().await;
    let tool = host.catalog.tool("sleeps").unwrap().tool.clone();
    let running = tokio::spawn(async move { tool.call(&ann(), object(json!({}))).await });
    tokio::task::yield_now().await;
    host.drop_in("sleeps.wasm", "echo");
    host.until(|catalog| catalog.tool("echo").is_some()).await;
    let failure = running.await.unwrap().unwrap_err();
    assert_eq!(failure.code(), "plugin_replaced");
    host.until_generations(1).await;
}

#[tokio::test]
async fn nothing_precompiled_is_taken_from_the_folder() {
    let engine_code = b"\x7fELF anything";
    let mut host = Setup::new(&["echo"]).file("a.cwasm", engine_code).start().await;
    fs::write(host.setup.folder.path().join("b.wasm"), engine_code).unwrap();
    host.until(|catalog| catalog.plugins().len() == 2).await;
    assert!(host.refusal("b.wasm").contains("not WebAssembly"));
}
