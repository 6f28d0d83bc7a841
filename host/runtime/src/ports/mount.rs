use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::timeout;
use wheelhouse_core::{
    CallContext, Failure, Result,
    mount::{Mount, MountRequest, MountResponse},
};

use super::routes::check_headers;
use crate::{fault::Fault, plugin::Plugin, session, wasi::open_http};

/// A plugin that is a web service of its own.
pub(crate) struct PluginMount {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) public: bool,
}

#[async_trait]
impl Mount for PluginMount {
    fn is_public(&self) -> bool {
        self.public
    }

    async fn handle(&self, ctx: &CallContext, request: MountRequest) -> Result<MountResponse> {
        let plugin = &self.plugin;
        let opening =
            session::begin(plugin, ctx, |guest, _, opening| Box::pin(open_http(guest, request, opening)));
        // The whole answer has a stream's time, its head a call's.
        let limit = Duration::from_millis(plugin.limits.call_ms);
        let session = timeout(limit, opening).await.unwrap_or_else(|_| {
            let message =
                format!("The plugin `{}` did not answer within {} ms.", plugin.id, limit.as_millis());
            Err(plugin.judge(Fault { failure: Failure::timeout(message), counts: true }))
        })?;
        check_headers(plugin, &session.head.headers)?;
        Ok(MountResponse { status: session.head.status, headers: session.head.headers, body: session.items })
    }
}
