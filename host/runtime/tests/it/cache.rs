//! The second start.

use std::{fs, path::Path, time::Duration};

use wheelhouse_core::plugin::PluginState;

use crate::support::{Setup, settled};

/// A setup whose cache is its own.
fn setup(cache: &Path) -> Setup {
    let mut setup = Setup::new(&["echo"]);
    setup.cache_dir = cache.to_owned();
    setup
}

fn file(cache: &Path, extension: &str) -> std::path::PathBuf {
    let mut files = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|e| e == extension)).unwrap()
}

#[tokio::test]
async fn the_second_start_knows_every_plugin_at_once_and_asks_none() {
    let cache = tempfile::tempdir().unwrap();
    setup(cache.path()).start().await.host.shutdown(Duration::ZERO).await;

    // What it said of itself is read from the record, not asked again.
    let record = file(cache.path(), "json");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, text.replace("Repeats.", "Repeats as the record says.")).unwrap();
    let setup = setup(cache.path());
    let host = setup.begin().unwrap();
    let first = host.catalog().current();
    assert_eq!(first.plugins()[0].info.as_ref().unwrap().summary, "Repeats as the record says.");
    let later = settled(&host).await;
    assert_eq!(later.plugins()[0].state, PluginState::Active);
    assert_eq!(later.plugins()[0].info, first.plugins()[0].info);
}

#[tokio::test]
async fn damaged_code_is_compiled_again() {
    let cache = tempfile::tempdir().unwrap();
    setup(cache.path()).start().await.host.shutdown(Duration::ZERO).await;
    let code = file(cache.path(), "cwasm");
    let good = fs::read(&code).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle..middle + 64].fill(0);
    fs::write(&code, &bad).unwrap();

    let host = setup(cache.path()).start().await;
    host.assert_serves().await;
    assert_ne!(fs::read(&code).unwrap(), bad);
}

#[tokio::test]
async fn truncated_code_is_compiled_again() {
    let cache = tempfile::tempdir().unwrap();
    setup(cache.path()).start().await.host.shutdown(Duration::ZERO).await;
    let code = file(cache.path(), "cwasm");
    let good = fs::read(&code).unwrap();
    // Cut a copy and put it in place, as a crash would: truncating the mapped file itself is what nobody but the owner can do.
    let cut = cache.path().join("cut");
    fs::write(&cut, &good[..1000]).unwrap();
    fs::rename(&cut, &code).unwrap();

    let host = setup(cache.path()).start().await;
    host.assert_serves().await;
    assert_eq!(fs::read(&code).unwrap().len(), good.len());
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let failure = setup(&file).begin().err().unwrap();
    assert!(failure.message.contains("folder for compiled plugins"), "{failure}");
}
