//! What an operator sets for a plugin.

use serde_json::{Value, json};
use wheelhouse_core::{Secret, plugin::PluginState};

use crate::support::{Setup, TestHost, ann};

fn setup(settings: &Value, secrets: &[(&str, &str)]) -> Setup {
    let mut setup = Setup::new(&["has_settings"]);
    let own = setup.plugins.entry("has-settings".to_owned()).or_default();
    own.settings = settings.as_object().unwrap().clone();
    own.secrets = secrets.iter().map(|(key, value)| ((*key).to_owned(), Secret::new(*value))).collect();
    setup
}

async fn shown(host: &TestHost) -> Value {
    host.call(&ann(), "show_settings", json!({})).await.unwrap().data.unwrap()
}

#[tokio::test]
async fn a_plugin_reads_settings_secrets_and_defaults() {
    let setup = setup(&json!({"units": "metric"}), &[("api_key", "correct horse"), ("extra", "more")]);
    let host = setup.start().await;
    assert_eq!(
        shown(&host).await,
        json!({"settings": {"api_key": "correct horse", "limit": 20, "units": "metric"}, "extra": "more"})
    );
}

#[tokio::test]
async fn nothing_is_set_while_a_plugin_describes_itself() {
    let host = setup(&json!({}), &[("api_key", "correct horse")]).start().await;
    let info = host.status("has-settings").info.as_ref().unwrap();
    assert_eq!(info.summary, "Knew of a key when it was asked: false.");
}

#[tokio::test]
async fn settings_that_do_not_fit_are_refused_with_the_key_and_without_secrets() {
    for (settings, secrets, named) in [
        (json!({}), &[][..], "`api_key`"),
        (json!({"limit": "many"}), &[("api_key", "hunter2")][..], "`limit`"),
        (json!({"limt": 5}), &[("api_key", "hunter2")][..], "`limt`"),
        (json!({"api_key": "k"}), &[("api_key", "hunter2")][..], "`api_key`"),
        (json!({}), &[("api_key", "k"), ("limit", "hunter2")][..], "`limit`"),
    ] {
        let host = setup(&settings, secrets).start().await;
        let status = host.status("has-settings");
        let PluginState::Refused { reason } = &status.state else { panic!("{status:?}") };
        assert!(reason.contains(named) && reason.contains("plugins.has-settings"), "{reason}");
        assert!(!reason.contains("hunter2"), "{reason}");
    }
}

#[tokio::test]
async fn settings_for_a_plugin_that_has_none_are_refused() {
    let mut setup = Setup::new(&["echo"]);
    let own = setup.plugins.entry("echo".to_owned()).or_default();
    own.settings.insert("volume".to_owned(), json!(11));
    let host = setup.start().await;
    assert!(host.refusal("echo.wasm").contains("`volume`"));
}
