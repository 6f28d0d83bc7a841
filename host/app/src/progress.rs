//! How far plugins are, for people who wait for them.

use std::time::Instant;

use wheelhouse_core::{
    catalog::{Catalog, CatalogReader},
    plugin::{PluginSource, PluginStatus},
};

use crate::page::plugin_line;

/// Tells each plugin that is done after `shown` has been, a line each, and in the end that all are. Says nothing when all were.
pub async fn follow(catalog: &CatalogReader, shown: &Catalog, started: Instant, mut tell: impl FnMut(&str)) {
    let mut open = loading(shown);
    if open.is_empty() {
        return;
    }
    while !open.is_empty() {
        let now = catalog.wait_until(|catalog| loading(catalog) != open).await;
        let still = loading(&now);
        let all = components(&now).count();
        let mut done = all.saturating_sub(open.len());
        for plugin in
            open.iter().filter(|index| !still.contains(index)).filter_map(|index| now.plugins().get(*index))
        {
            done += 1;
            tell(&line(started.elapsed().as_secs_f32(), done, all, plugin));
        }
        open = still;
    }
    tell("  All plugins are loaded; the next start needs no compiling.\n");
}

fn line(seconds: f32, done: usize, all: usize, plugin: &PluginStatus) -> String {
    format!("  {seconds:>5.1} s    {done} of {all}    {}\n", plugin_line(plugin))
}

/// What has to be compiled before it can serve, in a sentence, or `None` when nothing has.
pub fn first_time(catalog: &Catalog) -> Option<String> {
    let new: Vec<&str> = components(catalog)
        .filter(|plugin| plugin.state.is_loading() && plugin.info.is_none())
        .map(PluginStatus::label)
        .collect();
    match new.as_slice() {
        [] => None,
        names => Some(format!("compiling {}, this once; it takes a moment", names.join(", "))),
    }
}

/// All but the host's own parts.
fn components(catalog: &Catalog) -> impl Iterator<Item = &PluginStatus> {
    catalog.plugins().iter().filter(|plugin| plugin.source != PluginSource::Native)
}

/// Plugins that are on their way, by their place in the catalog.
fn loading(catalog: &Catalog) -> Vec<usize> {
    let plugins = catalog.plugins().iter().enumerate();
    plugins.filter(|(_, plugin)| plugin.state.is_loading()).map(|(index, _)| index).collect()
}
