//! What a person sees when the host starts.

use std::fmt::{self, Write as _};

use wheelhouse_core::{
    catalog::Catalog,
    plugin::{Export, PluginSource, PluginState, PluginStatus},
};
use wheelhouse_services::Off;

use crate::config::Profile;

/// What the start-up page says of the configuration.
pub struct Introduction {
    /// What the host is run for.
    pub profile: Profile,
    /// `sqlite data/wheelhouse.db`.
    pub database: String,
    /// `memory`.
    pub cache: String,
    /// Speech engines in order.
    pub engines: Vec<String>,
    /// AI providers in order, without those that are off.
    pub providers: Vec<String>,
    /// What is off, and why.
    pub off: Vec<Off>,
}

/// The start-up page.
pub struct StartPage<'c> {
    /// Where the host listens, as a URL.
    pub address: String,
    /// What the configuration says.
    pub introduction: Introduction,
    /// What plugins bring.
    pub catalog: &'c Catalog,
}

impl fmt::Display for StartPage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n  Wheelhouse {}\n", env!("CARGO_PKG_VERSION"))?;
        let about = &self.introduction;
        let mut row = |label: &str, text: &str| writeln!(f, "  {label:<11}{text}");
        row("address", &self.address)?;
        row("docs", &format!("{}/docs", self.address))?;
        row("profile", &about.profile.to_string())?;
        row("database", &about.database)?;
        row("cache", &about.cache)?;
        row("speech", &in_order(&about.engines))?;
        row("assistant", &in_order(&about.providers))?;
        let mut label = "plugins";
        for plugin in self.catalog.plugins().iter().filter(|plugin| plugin.source != PluginSource::Native) {
            row(label, &plugin_line(plugin))?;
            label = "";
        }
        let mut label = "off";
        for off in &about.off {
            row(label, &format!("{}: {}", off.id, off.reason))?;
            label = "";
        }
        writeln!(f)
    }
}

fn in_order(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", then ") }
}

/// One plugin: its name and version, what it brings or why it does not serve.
pub fn plugin_line(plugin: &PluginStatus) -> String {
    let name = match &plugin.info {
        Some(info) => format!("{} {}", info.id, info.version),
        None => plugin.label().to_owned(),
    };
    let state = match &plugin.state {
        PluginState::Active => brings(plugin),
        PluginState::Compiling { reason } => reason.clone(),
        PluginState::Failing { reason } => format!("rests: {reason}"),
        PluginState::Pending { reason }
        | PluginState::Refused { reason }
        | PluginState::Disabled { reason } => {
            format!("off: {reason}")
        }
    };
    let mut line = format!("{name:<20} {state}");
    for ask in plugin.info.iter().flat_map(|info| &info.asks).filter(|ask| !ask.granted) {
        let _ = write!(line, "; `{}` is not granted", ask.capability.name);
    }
    for problem in &plugin.problems {
        let _ = write!(line, "; {problem}");
    }
    line
}

fn brings(plugin: &PluginStatus) -> String {
    let mut parts = Vec::new();
    for export in &plugin.exports {
        match export {
            Export::Speech => parts.push("a speech engine".to_owned()),
            Export::Chat => parts.push("an AI provider".to_owned()),
            Export::Http => parts.push("a web service".to_owned()),
            Export::Tools | Export::Routes => {}
        }
    }
    parts.extend(counted(plugin.tools.len(), "tool"));
    let is_mount = |route: &&String| route.starts_with('*');
    parts.extend(counted(plugin.routes.iter().filter(|route| !is_mount(route)).count(), "route"));
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn counted(count: usize, noun: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{count} {noun}s")),
    }
}
