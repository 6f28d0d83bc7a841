//! Names of engines and providers in the configuration, held against what can be told without compiling anything.

use std::slice;

use wheelhouse_core::{Result, plugin::Export};
use wheelhouse_runtime::known_plugins;
use wheelhouse_services::{ChainKind, unknown_names};

use crate::{config::Config, host::BUNDLED};

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Names that nothing has, a sentence each that begins with the setting.
    pub unknown: Vec<String>,
    /// Names that components may have which were never loaded before, so that only the start can tell.
    pub open: Vec<String>,
}

/// Looks for every engine and provider that the configuration names.
///
/// # Errors
/// When the drop-in folder cannot be read.
pub fn check(config: &Config) -> Result<Names> {
    let component_bytes = config.runtime.pool.component_bytes;
    let plugins = known_plugins(BUNDLED, &config.plugins_dir, &config.compiled_dir(), component_bytes)?;
    let (speech, providers) = (&config.speech, &config.assistant.providers);
    let engines: Vec<&str> = config.engines.keys().map(String::as_str).collect();
    let mut names = Names::default();
    for (setting, kind, export, native, configured) in [
        (
            "speech.primary_engine",
            ChainKind::Speech,
            Export::Speech,
            &engines[..],
            slice::from_ref(&speech.primary_engine),
        ),
        (
            "speech.fallback_engines",
            ChainKind::Speech,
            Export::Speech,
            &engines[..],
            &speech.fallback_engines,
        ),
        ("assistant.providers", ChainKind::Chat, Export::Chat, wheelhouse_engines::PROVIDERS, providers),
    ] {
        let (mut known, mut strangers) = (Vec::new(), Vec::new());
        known.extend(native.iter().map(|id| (*id).to_owned()));
        for plugin in plugins.iter().filter(|plugin| plugin.exports.contains(&export)) {
            match &plugin.id {
                Some(id) => known.push(id.clone()),
                None => strangers.push(plugin.label.as_str()),
            }
        }
        known.sort();
        for unknown in unknown_names(kind, &known, configured) {
            if strangers.is_empty() {
                names.unknown.push(format!("{setting}: {}", unknown.message));
                continue;
            }
            let (name, strangers) = (unknown.name, strangers.join(" or "));
            names.open.push(format!(
                "{setting}: whether `{name}` is {strangers} shows at the first start, when that is compiled"
            ));
        }
    }
    Ok(names)
}
