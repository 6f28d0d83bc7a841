use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use wheelhouse_core::{
    CallContext, Result,
    tool::{Tool, ToolDefinition, ToolOutcome},
};

use crate::{plugin::Plugin, schema::Arguments};

/// One tool of a plugin.
pub(crate) struct PluginTool {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) definition: ToolDefinition,
    pub(crate) arguments: Arguments,
}

#[async_trait]
impl Tool for PluginTool {
    fn definition(&self) -> &ToolDefinition {
        &self.definition
    }

    async fn call(&self, ctx: &CallContext, arguments: Map<String, Value>) -> Result<ToolOutcome> {
        let arguments = Value::Object(arguments);
        self.arguments.check(&arguments)?;
        let (name, arguments) = (self.definition.name.clone(), arguments.to_string());
        self.plugin
            .call(ctx, |guest, call| Box::pin(async move { guest.call_tool(call, name, arguments).await }))
            .await
    }
}
