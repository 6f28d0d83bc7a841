//! Which settings there are, and of what type each is.

use std::collections::BTreeMap;

use figment::value::{Dict, Empty, Value};
use wheelhouse_engines::EngineConfig;
use wheelhouse_runtime::PluginConfig;

use super::{Config, ConfigError};

/// Every setting with its built-in value, which tells the type that belongs there.
pub(super) struct Known {
    built_in: Value,
    /// One plugin's section. What it does not set itself is as for all plugins, and of that type.
    plugin: Value,
    /// One engine's section, by its kind.
    kinds: BTreeMap<String, Value>,
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
        let mut kinds = BTreeMap::new();
        for engine in EngineConfig::kinds() {
            let mut engine = Value::serialize(engine).map_err(failed)?;
            if let Value::Dict(_, settings) = &mut engine {
                // A word or a table; serde has the last word.
                settings.entry("output".to_owned()).and_modify(|output| *output = Value::from(Empty::None));
            }
            kinds.insert(kind_of(&engine).unwrap_or_default().to_owned(), engine);
        }
        Ok(Self { built_in, plugin: plugin.into(), kinds })
    }

    /// All settings but those of single plugins.
    pub(super) fn built_in(&self) -> &Value {
        &self.built_in
    }

    /// One plugin's settings.
    pub(super) fn plugin(&self) -> &Value {
        &self.plugin
    }

    /// The settings of an engine that is configured so: those of its kind, or any where the kind is not known.
    pub(super) fn engine(&self, given: &Value) -> Value {
        let kind = kind_of(given).and_then(|kind| self.kinds.get(kind));
        kind.cloned().unwrap_or_else(|| Value::from(Dict::new()))
    }

    /// The kinds of engines that there are.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &String> {
        self.kinds.keys()
    }

    /// The kind of the engine of this name where the host has one of it without any configuration.
    pub(super) fn kind_of_built_in(&self, id: &str) -> Option<&str> {
        kind_of(self.built_in.find_ref(&format!("engines.{id}"))?)
    }

    /// The built-in value at a path.
    pub(super) fn find(&self, path: &str) -> Option<&Value> {
        match path.strip_prefix("plugins.").and_then(|rest| rest.split_once('.')) {
            Some((_id, setting)) => self.plugin.find_ref(setting),
            None => self.built_in.find_ref(path).or_else(|| self.find_of_engine(path)),
        }
    }

    /// Of an engine whose kind stands elsewhere. What is of one name is of one type in all kinds.
    fn find_of_engine(&self, path: &str) -> Option<&Value> {
        let (_id, setting) = path.strip_prefix("engines.")?.split_once('.')?;
        self.kinds.values().find_map(|kind| kind.find_ref(setting))
    }
}

fn kind_of(engine: &Value) -> Option<&str> {
    engine.find_ref("kind")?.as_str()
}
