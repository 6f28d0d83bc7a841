//! What a plugin brings into the catalog: its exports as ports of the domain.

use std::sync::Arc;

use wheelhouse_core::{
    catalog::Contribution,
    chat::ChatProvider,
    plugin::{Export, PluginInfo, Probe},
    route::Route,
    speech::SpeechEngine,
    tool::Tool,
};

use crate::{
    plugin::Plugin,
    ports::{
        chat::PluginProvider, rest::ToolRoute, routes::PluginRoute, speech::PluginEngine, tools::PluginTool,
    },
    prepared::Prepared,
};

/// Everything that calls `plugin`.
pub(crate) fn contribution(plugin: &Arc<Plugin>, prepared: &Prepared, info: PluginInfo) -> Contribution {
    let has = |export| prepared.exports.contains(&export);
    let mut tools: Vec<Arc<dyn Tool>> = Vec::with_capacity(prepared.checked.tools.len());
    let mut routes: Vec<Arc<dyn Route>> = Vec::new();
    for tool in &prepared.checked.tools {
        let port = Arc::new(PluginTool {
            plugin: plugin.clone(),
            definition: tool.definition.clone(),
            arguments: tool.arguments.clone(),
        });
        if let Some(form) = &tool.rest {
            routes.push(Arc::new(ToolRoute { tool: port.clone(), form: form.clone() }));
        }
        tools.push(port);
    }
    for definition in &prepared.checked.routes {
        routes.push(Arc::new(PluginRoute { plugin: plugin.clone(), definition: definition.clone() }));
    }
    Contribution {
        info,
        engine: has(Export::Speech).then(|| Arc::new(PluginEngine(plugin.clone())) as Arc<dyn SpeechEngine>),
        provider: has(Export::Chat)
            .then(|| Arc::new(PluginProvider(plugin.clone())) as Arc<dyn ChatProvider>),
        tools,
        routes,
        probe: Some(plugin.clone() as Arc<dyn Probe>),
        problems: Vec::new(),
    }
}
