//! What an operator can set: `[runtime]` for all plugins, `[plugins.<id>]` for one.

mod grant;
mod limits;
mod upgrade;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wheelhouse_core::Secret;

pub use grant::Grant;
pub(crate) use grant::{
    DEFAULT_PORTS, HostPattern, asked_by_grants, asked_hosts, granted_hosts, is_allowed, is_granted,
    is_public, problem_of,
};
pub(crate) use limits::Envelope;
pub use limits::{LimitOverrides, Limits};
pub(crate) use upgrade::not_granted_beyond;

/// `[runtime]`: the WebAssembly engine and every plugin's default limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuntimeConfig {
    /// How long a plugin may take to say what it is, when its file is seen for the first time.
    pub describe_ms: u64,
    /// How often the drop-in folder is looked at, beside the notices that the system gives of changes.
    pub watch_ms: u64,
    /// How long the calls of a version that was replaced, removed or switched off may go on.
    pub drain_seconds: u64,
    /// How much of the machine all plugins together may take.
    pub pool: PoolConfig,
    /// What each plugin may use, unless `[plugins.<id>.limits]` says otherwise.
    pub limits: Limits,
    /// When a plugin that keeps failing is left alone for a while.
    pub breaker: BreakerConfig,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            describe_ms: 5_000,
            watch_ms: 2_000,
            drain_seconds: 60,
            pool: PoolConfig::default(),
            limits: Limits::default(),
            breaker: BreakerConfig::default(),
        }
    }
}

/// `[runtime.pool]`: how much of the machine all plugins together may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolConfig {
    /// Most instances at once, idle warm ones among them. Address space is reserved for each (16 GiB, not memory).
    pub instances: u32,
    /// The largest that one memory of any plugin can become. No plugin's `memory_bytes` can be above it.
    pub memory_bytes: u64,
    /// How much of an instance's memory stays with the process after its end, so that the next one starts faster.
    pub keep_resident_bytes: u64,
    /// The largest file that is taken from the drop-in folder.
    pub component_bytes: u64,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            instances: 64,
            memory_bytes: 1 << 30,
            keep_resident_bytes: 256 << 10,
            component_bytes: 256 << 20,
        }
    }
}

/// `[runtime.breaker]`: when a plugin that keeps failing is left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerConfig {
    /// How many calls in a row have to trap, run over a limit or time out.
    pub failures: u32,
    /// How long the plugin is left alone at first. Doubles each time that it fails again right afterwards.
    pub wait_ms: u64,
    /// The longest that it is left alone.
    pub max_wait_ms: u64,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, wait_ms: 1_000, max_wait_ms: 300_000 }
    }
}

/// `[plugins.<id>]`: one plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PluginConfig {
    /// Whether it is loaded.
    pub enabled: bool,
    /// The file in the drop-in folder that is this plugin, where the file cannot say so itself: a component that exports `wasi:http`'s
    /// handler and was built without a kit. It answers everything below `/api/v1/<id>`, and asks for what is granted to it.
    pub mount: Option<String>,
    /// What it may do of what it asks for.
    pub grants: Vec<Grant>,
    /// Its own limits; what is left out is as in `[runtime.limits]`.
    pub limits: LimitOverrides,
    /// What its settings' schema describes.
    pub settings: Map<String, Value>,
    /// Settings that nobody is to see: keys, passwords. From the environment, or a file that it names.
    pub secrets: BTreeMap<String, Secret>,
}

impl Default for PluginConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            mount: None,
            grants: Vec::new(),
            limits: LimitOverrides::default(),
            settings: Map::new(),
            secrets: BTreeMap::new(),
        }
    }
}

impl RuntimeConfig {
    /// What the types cannot say is wrong with this section and those of single plugins, a sentence each.
    pub fn problems(&self, plugins: &BTreeMap<String, PluginConfig>) -> Vec<String> {
        let mut problems = Vec::new();
        if self.pool.instances == 0 || self.pool.instances > 4096 {
            problems.push("runtime.pool.instances: between 1 and 4096".to_owned());
        }
        if !(1 << 20..=4 << 30).contains(&self.pool.memory_bytes) {
            problems.push("runtime.pool.memory_bytes: between 1 MiB and 4 GiB".to_owned());
        }
        if self.describe_ms == 0 {
            problems.push("runtime.describe_ms: at least 1".to_owned());
        }
        if self.watch_ms == 0 {
            problems.push("runtime.watch_ms: at least 1".to_owned());
        }
        if self.breaker.failures == 0 {
            problems.push("runtime.breaker.failures: at least 1".to_owned());
        }
        problems.extend(self.limits.problems("runtime.limits", &self.pool));
        let mut mounts = BTreeMap::new();
        for (id, plugin) in plugins {
            if let Some(file) = &plugin.mount {
                if !file.ends_with(".wasm") || file.contains(['/', '\\']) {
                    problems.push(format!(
                        "plugins.{id}.mount: the name of a file in the drop-in folder, as in `{id}.wasm`"
                    ));
                }
                if let Some(other) = mounts.insert(file, id) {
                    problems.push(format!("plugins.{id}.mount: `{file}` is plugins.{other}'s already"));
                }
            }
            let limits = plugin.limits.over(&self.limits);
            if limits != self.limits {
                problems.extend(limits.problems(&format!("plugins.{id}.limits"), &self.pool));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_have_no_problems() {
        assert_eq!(RuntimeConfig::default().problems(&BTreeMap::new()), Vec::<String>::new());
    }

    #[test]
    fn memory_above_the_pools_is_a_problem_that_names_the_plugin() {
        let mut plugin = PluginConfig::default();
        plugin.limits.memory_bytes = Some(8 << 30);
        let problems = RuntimeConfig::default().problems(&BTreeMap::from([("hog".to_owned(), plugin)]));
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("plugins.hog.limits.memory_bytes"), "{problems:?}");
    }

    #[test]
    fn mount_that_is_no_file_of_its_own_is_a_problem() {
        let mount = |file: &str| PluginConfig { mount: Some(file.to_owned()), ..PluginConfig::default() };
        let problems = |plugins: [(&str, PluginConfig); 2]| {
            let plugins = plugins.map(|(id, plugin)| (id.to_owned(), plugin)).into();
            RuntimeConfig::default().problems(&plugins)
        };
        assert!(problems([("a", mount("a.wasm")), ("b", mount("b.wasm"))]).is_empty());
        let problems = problems([("a", mount("../a.wasm")), ("b", mount("../a.wasm"))]);
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].starts_with("plugins.a.mount"), "{problems:?}");
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = serde_json::from_str::<PluginConfig>(r#"{"grant": ["documents"]}"#);
        assert!(error.is_err());
    }
}
