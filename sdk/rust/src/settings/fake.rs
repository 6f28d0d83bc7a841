//! Settings on the build machine: what a test says.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible};

use serde_json::{Map, Value};

thread_local! {
    static SETTINGS: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

pub(crate) fn set(settings: Map<String, Value>) {
    let text = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    SETTINGS.set(settings.into_iter().map(|(key, value)| (key, text(value))).collect());
}

pub(super) fn get(key: &str) -> Result<Option<String>, Infallible> {
    Ok(SETTINGS.with_borrow(|settings| settings.get(key).cloned()))
}

pub(super) fn get_all() -> Result<Vec<(String, String)>, Infallible> {
    Ok(SETTINGS
        .with_borrow(|settings| settings.iter().map(|(key, value)| (key.clone(), value.clone())).collect()))
}
