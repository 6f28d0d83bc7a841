//! The guide for authors, followed word for word: what it builds is dropped in, and serves after a restart.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{TestApp, expect};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The blocks of code in the guide's first section, in their order, each with its language.
fn blocks() -> Vec<(String, String)> {
    let guide = fs::read_to_string(repository().join("sdk/rust/README.md")).unwrap();
    let section = guide.split("\n## ").find(|section| section.starts_with("From nothing")).unwrap();
    let fenced = section.split("```").skip(1).step_by(2);
    fenced
        .map(|block| {
            let (language, code) = block.split_once('\n').unwrap();
            (language.to_owned(), code.to_owned())
        })
        .collect()
}

/// Runs a block of commands as an author would who has everything at hand already, the binary among it.
fn run(commands: &str, folder: &Path) {
    let binary = Path::new(env!("CARGO_BIN_EXE_wheelhouse")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([binary].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let output = Command::new("sh")
        .args(["-ec", commands])
        .current_dir(folder)
        .env("PATH", path)
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{commands}\n{said}\n{}", String::from_utf8_lossy(&output.stdout));
}

/// Gives the plugin `tally` in this folder the versions that are here already, and what was built of them before.
fn furnish(folder: &Path) {
    let tally = folder.join("tally");
    fs::copy(repository().join("Cargo.lock"), tally.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide");
    fs::create_dir_all(&target).unwrap();
    std::os::unix::fs::symlink(target, tally.join("target")).unwrap();
}

#[tokio::test]
async fn plugin_of_the_guide_is_dropped_in_and_serves_after_a_restart() {
    let blocks = blocks();
    let languages: Vec<&str> = blocks.iter().map(|(language, _)| language.as_str()).collect();
    assert_eq!(languages, ["sh", "toml", "rust", "sh", "toml"], "the guide's steps");
    let [begin, manifest, code, build, grant] = [0, 1, 2, 3, 4].map(|step| blocks[step].1.as_str());

    let folder = tempfile::tempdir().unwrap();
    // Where the guide's last command puts the component.
    let data = folder.path().join("wheelhouse");
    let app = TestApp::start(&data, &[]).await;
    let ada = app.newcomer().await;
    let before = ada.chat("I saw 3 bears").await;
    assert_eq!(before["tools"], json!([]), "{before}");
    let missing = ada.request(Method::GET, "/api/v1/tally").send().await.unwrap();
    expect(missing, StatusCode::NOT_FOUND).await;
    let email = ada.email.clone();
    app.stop().await;

    run(begin, folder.path());
    for (file, shown) in [("Cargo.toml", manifest), ("src/lib.rs", code)] {
        let written = fs::read_to_string(folder.path().join("tally").join(file)).unwrap();
        assert_eq!(written, shown, "the guide shows {file} as it is written");
    }
    furnish(folder.path());
    run(build, folder.path());
    fs::write(data.join("wheelhouse.toml"), grant).unwrap();

    let app = TestApp::start(&data, &[]).await;
    let ada = app.regular(&email).await;
    let counted = ada.chat("I saw 3 bears").await;
    assert_eq!(counted["response"], "Counted. That makes 3 bears in all.", "{counted}");
    assert_eq!(counted["tools"][0]["tool"], "count_tally");
    let posted = ada.post("/api/v1/tally", &json!({"what": "bears", "count": 2})).await;
    assert_eq!(expect(posted, StatusCode::CREATED).await, json!(5));
    let tallies = ada.get("/api/v1/tally").await;
    assert_eq!(tallies["data"], json!([{"what": "bears", "count": 2}, {"what": "bears", "count": 3}]));
    let document = ada.get("/api-doc/openapi.json").await;
    assert!(document["paths"]["/api/v1/tally"]["post"].is_object(), "the documentation shows its routes");
    app.stop().await;

    let app = TestApp::start(&data, &[]).await;
    let ada = app.regular(&email).await;
    let counted = ada.chat("I saw 3 bears").await;
    assert_eq!(counted["response"], "Counted. That makes 8 bears in all.", "{counted}");
    assert_eq!(ada.get("/api/v1/tally").await["data"].as_array().unwrap().len(), 3);
    app.stop().await;
}
