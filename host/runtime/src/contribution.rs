//! What a plugin brings into the catalog: its exports as ports of the domain.

use std::sync::Arc;

use wheelhouse_core::{
    catalog::Contribution,
    chat::ChatProvider,
    mount::Mount,
    plugin::{Export, Probe},
    route::Route,
    speech::SpeechEngine,
    tool::Tool,
};

use crate::{
    access::close_unless_granted,
    config::{self, PluginConfig},
    declaration::mount_problem,
    plugin::Plugin,
    ports::{
        chat::PluginProvider, mount::PluginMount, rest::ToolRoute, routes::PluginRoute, speech::PluginEngine,
        tools::PluginTool,
    },
    prepared::Prepared,
};

/// Everything that calls `plugin`.
pub(crate) fn contribution(plugin: &Arc<Plugin>, prepared: &Prepared, own: &PluginConfig) -> Contribution {
    let (info, grants) = (prepared.info(own), &own.grants);
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
    let mut problems = Vec::new();
    for definition in &prepared.checked.routes {
        let mut definition = definition.clone();
        problems.extend(close_unless_granted(&plugin.id, &mut definition, grants));
        routes.push(Arc::new(PluginRoute { plugin: plugin.clone(), definition }));
    }
    let mut mount = None;
    if has(Export::Http) {
        match mount_problem(&plugin.id) {
            Some(problem) => problems.push(problem),
            None => {
                let public = config::is_public(grants, &format!("/{}", plugin.id));
                mount = Some(Arc::new(PluginMount { plugin: plugin.clone(), public }) as Arc<dyn Mount>);
            }
        }
    }
    Contribution {
        info,
        engine: has(Export::Speech).then(|| {
            let (plugin, revision) = (plugin.clone(), prepared.revision(own));
            Arc::new(PluginEngine { plugin, revision }) as Arc<dyn SpeechEngine>
        }),
        provider: has(Export::Chat)
            .then(|| Arc::new(PluginProvider(plugin.clone())) as Arc<dyn ChatProvider>),
        tools,
        routes,
        mount,
        probe: Some(plugin.clone() as Arc<dyn Probe>),
        problems,
    }
}
