use std::sync::Arc;

use async_trait::async_trait;
use wheelhouse_core::{
    CallContext, Result,
    route::{Route, RouteDefinition, RouteRequest, RouteResponse},
};

use crate::plugin::Plugin;

/// One route of a plugin.
pub(crate) struct PluginRoute {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) definition: RouteDefinition,
}

#[async_trait]
impl Route for PluginRoute {
    fn definition(&self) -> &RouteDefinition {
        &self.definition
    }

    async fn handle(&self, ctx: &CallContext, request: RouteRequest) -> Result<RouteResponse> {
        let route = self.definition.id.clone();
        self.plugin
            .call(ctx, |guest, call| Box::pin(async move { guest.handle(call, route, request).await }))
            .await
    }
}
