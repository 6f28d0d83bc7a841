//! Which settings there are, and of what type each is.

use figment::value::{Dict, Value};
use wheelhouse_runtime::PluginConfig;

use super::{Config, ConfigError};

/// Every setting with its built-in value, which tells the type that belongs there.
pub(super) struct Known {
    built_in: Value,
    /// One plugin's section. What it does not set itself is as for all plugins, and of that type.
    plugin: Value,
}

impl Known {
    pub(super) fn new() -> Result<Self, ConfigError> {
        let failed = |error: figment::Error| ConfigError(vec![error.to_string()]);
        let built_in = Value::serialize(Config::default()).map_err(failed)?;
        let mut plugin: Dict =
            Value::serialize(PluginConfig::default()).map_err(failed)?.into_dict().unwrap_or_default();
        if let Some(limits) = built_in.find_ref("runtime.limits") {
            plugin.insert("limits".to_owned(), limits.clone());
        }
        Ok(Self { built_in, plugin: plugin.into() })
    }

    /// All settings but those of single plugins.
    pub(super) fn built_in(&self) -> &Value {
        &self.built_in
    }

    /// One plugin's settings.
    pub(super) fn plugin(&self) -> &Value {
        &self.plugin
    }

    /// The built-in value at a path.
    pub(super) fn find(&self, path: &str) -> Option<&Value> {
        match path.strip_prefix("plugins.").and_then(|rest| rest.split_once('.')) {
            Some((_id, setting)) => self.plugin.find_ref(setting),
            None => self.built_in.find_ref(path),
        }
    }
}
