//! Files in the drop-in folder, bad ones above all.

use serde_json::Value;
use wheelhouse::host::BUNDLED;

use crate::app::TestApp;

fn bytes_of(id: &str) -> &'static [u8] {
    BUNDLED.iter().find(|plugin| plugin.id == id).unwrap().bytes
}

/// The plugin list of a host with this file in its folder.
async fn plugins_with(name: &str, bytes: &[u8]) -> Value {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("plugins");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
    let app = TestApp::start(data.path(), &[]).await;
    app.settled().await;
    let ada = app.newcomer().await;
    let plugins = ada.get("/api/v1/plugins").await;
    // Whatever was in the folder, the host serves.
    assert!(!ada.chat("hello").await["response"].as_str().unwrap().is_empty());
    app.stop().await;
    plugins
}

fn reason_of<'v>(plugins: &'v Value, file: &str) -> &'v str {
    let plugins = plugins["data"].as_array().unwrap();
    let plugin = plugins.iter().find(|plugin| plugin["source"]["name"] == file);
    let plugin = plugin.unwrap_or_else(|| panic!("{file} is not in {plugins:?}"));
    assert_eq!(plugin["state"], "refused", "{plugin}");
    plugin["reason"].as_str().unwrap()
}

#[tokio::test]
async fn truncated_component_is_refused_with_a_reason() {
    let whole = bytes_of("wins");
    let plugins = plugins_with("half.wasm", &whole[..whole.len() / 2]).await;
    let reason = reason_of(&plugins, "half.wasm");
    assert!(!reason.is_empty(), "{reason}");
}

#[tokio::test]
async fn file_that_is_no_component_is_refused_with_a_reason() {
    let plugins = plugins_with("picture.wasm", b"\x89PNG\r\n").await;
    let reason = reason_of(&plugins, "picture.wasm");
    assert!(reason.contains("component"), "{reason}");
}

#[tokio::test]
async fn second_plugin_with_an_id_is_refused_and_the_first_stays() {
    // The same component with a custom section behind it: another file, the same id.
    let mut twin = bytes_of("wins").to_vec();
    twin.extend([0, 5, 4, b't', b'w', b'i', b'n']);
    let plugins = plugins_with("twin.wasm", &twin).await;
    let reason = reason_of(&plugins, "twin.wasm");
    assert!(reason.contains("wins") && reason.contains("taken"), "{reason}");
    let first = plugins["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|plugin| plugin["source"]["kind"] == "bundled" && plugin["id"] == "wins");
    assert_eq!(first.unwrap()["state"], "active");
}

#[tokio::test]
async fn other_files_in_the_folder_are_left_alone() {
    let plugins = plugins_with("README.md", b"# Plugins").await;
    let files =
        plugins["data"].as_array().unwrap().iter().filter(|plugin| plugin["source"]["kind"] == "file");
    assert_eq!(files.count(), 0, "{plugins}");
}
