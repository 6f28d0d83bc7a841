//! What can be told without compiling.

use std::{fs, path::Path, time::Duration};

use wheelhouse_core::plugin::Export;
use wheelhouse_runtime::{KnownPlugin, known_plugins};

use crate::support::{Setup, bundle};

fn plugin(id: Option<&str>, label: &str, exports: &[Export]) -> KnownPlugin {
    KnownPlugin { id: id.map(str::to_owned), label: label.to_owned(), exports: exports.to_vec() }
}

#[tokio::test]
async fn dropped_in_plugin_is_known_by_name_once_it_was_loaded() {
    let cache = tempfile::tempdir().unwrap();
    let cache_dir = cache.path().join("compiled");
    let mut setup = Setup::new(&["speaks"]).file("broken.wasm", "no component").file("notes.txt", "");
    setup.cache_dir.clone_from(&cache_dir);
    let bundled = bundle(&[("chats", "chats")]);
    let known = |setup: &Setup| known_plugins(bundled, setup.folder.path(), &cache_dir, 1 << 30).unwrap();
    let chats = plugin(Some("chats"), "chats", &[Export::Chat]);
    assert_eq!(known(&setup), [chats.clone(), plugin(None, "speaks.wasm", &[Export::Speech])]);
    assert!(!cache_dir.exists(), "looking leaves nothing behind");

    let loaded = setup.start().await;
    assert_eq!(known(&loaded.setup), [chats, plugin(Some("speaks"), "speaks", &[Export::Speech])]);
    // Of another component nothing is known.
    fs::write(loaded.setup.folder.path().join("speaks.wasm"), wheelhouse_guests::guest("echo").bytes)
        .unwrap();
    assert_eq!(known(&loaded.setup)[1].id, None);
    loaded.host.shutdown(Duration::ZERO).await;
}

#[test]
fn no_folder_is_an_empty_folder() {
    let nowhere = Path::new("/nowhere/at/all");
    assert_eq!(known_plugins(&[], nowhere, nowhere, 1).unwrap(), []);
}
