use std::sync::Arc;

use async_trait::async_trait;
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    route::{Route, RouteDefinition, RouteRequest, RouteResponse},
};

use crate::{egress::HEADERS, plugin::Plugin};

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
        let response = self
            .plugin
            .call(ctx, |guest, call| Box::pin(async move { guest.handle(call, route, request).await }))
            .await?;
        check_headers(&self.plugin, &response.headers)?;
        Ok(response)
    }
}

/// Clients take only so many headers, and whatever stands between them and the host may take fewer.
///
/// # Errors
/// `Internal` when an answer has more.
pub(super) fn check_headers(plugin: &Plugin, headers: &[(String, String)]) -> Result<()> {
    let limit = plugin.limits.http_header_bytes;
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    let too_many = if headers.len() > HEADERS {
        format!("more than {HEADERS} headers")
    } else if bytes as u64 > u64::from(limit) {
        format!("headers of more than {limit} bytes, which is its limit http_header_bytes")
    } else {
        return Ok(());
    };
    let message = format!("The plugin `{}` answered with {too_many}.", plugin.id);
    Err(Failure::new(FailureClass::Internal, message).with_code("plugin_output"))
}
