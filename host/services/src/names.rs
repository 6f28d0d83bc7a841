//! Checks names in the configuration against what is loaded, so that a typing error stops the start.

use wheelhouse_core::{
    catalog::{Catalog, Lookup},
    plugin::{Export, PluginState},
};

/// What the device's own voice is called, which is in no chain however the host is built.
const SYSTEM_VOICE: &str = "system";

/// Which chain a name stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainKind {
    /// Speech engines.
    Speech,
    /// AI providers.
    Chat,
}

impl ChainKind {
    fn noun(self) -> &'static str {
        match self {
            Self::Speech => "speech engine",
            Self::Chat => "AI provider",
        }
    }
}

/// A configured name that nothing has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// As it stands in the configuration.
    pub name: String,
    /// The names that there are, sorted.
    pub known: Vec<String>,
    /// The known name that looks most like it, if any does.
    pub nearest: Option<String>,
    /// A sentence for the operator.
    pub message: String,
}

/// Names in `configured` that neither are loaded nor can still turn out to be. A plugin that was refused is known: its state
/// says what is wrong with it.
pub fn validate_names(catalog: &Catalog, kind: ChainKind, configured: &[String]) -> Vec<UnknownName> {
    let known = known_names(catalog, kind);
    let mut unknown = unknown_names(kind, &known, configured);
    unknown.retain(|unknown| !is_pending(catalog, kind, &unknown.name));
    unknown
}

/// Names in `configured` that are none of `known`, where there is no catalog yet.
pub fn unknown_names(kind: ChainKind, known: &[String], configured: &[String]) -> Vec<UnknownName> {
    let unknown = configured.iter().filter(|name| !known.contains(name));
    unknown.map(|name| describe(name, known, kind)).collect()
}

fn is_pending(catalog: &Catalog, kind: ChainKind, name: &str) -> bool {
    match kind {
        ChainKind::Speech => matches!(catalog.engine(name), Lookup::Pending),
        ChainKind::Chat => matches!(catalog.provider(name), Lookup::Pending),
    }
}

fn known_names(catalog: &Catalog, kind: ChainKind) -> Vec<String> {
    let mut names: Vec<String> = match kind {
        ChainKind::Speech => catalog.engines().iter().map(|engine| engine.id().to_owned()).collect(),
        ChainKind::Chat => catalog.providers().iter().map(|provider| provider.id().to_owned()).collect(),
    };
    let export = match kind {
        ChainKind::Speech => Export::Speech,
        ChainKind::Chat => Export::Chat,
    };
    let others = catalog
        .plugins()
        .iter()
        .filter(|plugin| plugin.exports.contains(&export) && plugin.state != PluginState::Active);
    names.extend(others.filter_map(|plugin| plugin.info.as_ref().map(|info| info.id.clone())));
    names.sort();
    names.dedup();
    names
}

fn describe(name: &str, known: &[String], kind: ChainKind) -> UnknownName {
    if (kind, name) == (ChainKind::Speech, SYSTEM_VOICE) {
        let message = format!(
            "`{name}` is no speech engine: the device's own voice plays on the device and cannot give audio; \
             have a program of the machine speak instead, as an engine of the kind `command`"
        );
        return UnknownName { name: name.to_owned(), known: known.to_vec(), nearest: None, message };
    }
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 2)
        .min()
        .map(|(_, candidate)| candidate.clone());
    let noun = kind.noun();
    let mut message = match known {
        [] => format!("there is no {noun} `{name}`; none is loaded"),
        known => format!("there is no {noun} `{name}`; there are: {}", known.join(", ")),
    };
    if let Some(nearest) = &nearest {
        message.push_str(&format!(" (did you mean `{nearest}`?)"));
    }
    UnknownName { name: name.to_owned(), known: known.to_vec(), nearest, message }
}
