//! What administrators do to plugins.

use salvo::{Request, Writer, handler};

use super::one::{PluginDetail, detail_example, id};
use crate::{
    call::Call,
    endpoint::{Access, Docs, Endpoint, Tag},
    problem::Problem,
    reply::{Answer, NoContent, Reply},
};

#[handler]
async fn enable_plugin(call: Call, req: &mut Request) -> Answer<PluginDetail> {
    Ok(Reply::ok(call.state.services.plugins.enable(&call.ctx, &id(req)).await?.into()))
}

#[handler]
async fn disable_plugin(call: Call, req: &mut Request) -> Answer<PluginDetail> {
    Ok(Reply::ok(call.state.services.plugins.disable(&call.ctx, &id(req)).await?.into()))
}

#[handler]
async fn reload_plugin(call: Call, req: &mut Request) -> Answer<PluginDetail> {
    Ok(Reply::ok(call.state.services.plugins.reload(&call.ctx, &id(req)).await?.into()))
}

#[handler]
async fn remove_plugin(call: Call, req: &mut Request) -> Result<NoContent, Problem> {
    call.state.services.plugins.remove(&call.ctx, &id(req)).await?;
    Ok(NoContent)
}

fn docs(operation: &'static str, summary: &'static str, description: &'static str) -> Docs {
    Docs::new(Tag::Plugins, operation, summary, description)
        .path("id", "The plugin's id.", "wins")
        .fails(&[404, 409])
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let acts = [
        Endpoint::post("/api/v1/plugins/{id}/enable", enable_plugin).docs(
            docs(
                "enable_plugin",
                "Switch a plugin on",
                "For administrators. It holds for all replicas, and until somebody switches it off. The plugin may still have to be \
                 compiled; `state` says so. 409 for a plugin that the configuration keeps off, and for a part of the host.",
            )
            .answer::<PluginDetail>(200, "The plugin as it is now.", detail_example()),
        ),
        Endpoint::post("/api/v1/plugins/{id}/disable", disable_plugin).docs(
            docs(
                "disable_plugin",
                "Switch a plugin off",
                "For administrators. It holds for all replicas (within seconds) and over restarts, until somebody switches it on. \
                 Calls that run may end. Its documents stay. 409 for a part of the host.",
            )
            .answer::<PluginDetail>(200, "The plugin as it is now.", detail_example()),
        ),
        Endpoint::post("/api/v1/plugins/{id}/reload", reload_plugin).docs(
            docs(
                "reload_plugin",
                "Read a plugin again from where it comes from",
                "For administrators. It is compiled anew, and is no longer left alone if it was. The present version serves until the \
                 new one does; `next` shows how far that is. It is done by the replica that answers. 409 for a plugin that is \
                 switched off, and for a part of the host.",
            )
            .answer::<PluginDetail>(200, "The plugin as it is now.", detail_example()),
        ),
        Endpoint::delete("/api/v1/plugins/{id}", remove_plugin).docs(
            docs(
                "remove_plugin",
                "Remove a plugin's file",
                "For administrators. The file goes from the drop-in folder of the replica that answers, and the plugin with it. Its \
                 documents stay. 409 for a bundled plugin, which can be switched off instead, and for a part of the host.",
            )
            .empty(204, "The plugin is removed."),
        ),
    ];
    acts.into_iter().map(|endpoint| endpoint.access(Access::Administrator)).collect()
}
