//! `wheelhouse plugin`.

use super::{CommandError, print, start};
use crate::{cli::PluginCommand, config::Config, page::plugin_line};

pub(super) async fn run(config: Config, command: &PluginCommand) -> Result<(), CommandError> {
    let PluginCommand::List { json } = command;
    let host = start(config).await?;
    host.catalog.wait_until(|catalog| catalog.is_settled()).await;
    let plugins = host.services.plugins.list(&host.own_context())?;
    let text = if *json {
        let mut text = serde_json::to_string_pretty(&plugins)
            .map_err(|error| CommandError::Failed(error.to_string()))?;
        text.push('\n');
        text
    } else {
        plugins.iter().map(|plugin| format!("{}\n", plugin_line(plugin))).collect()
    };
    host.stop().await;
    print(&text)
}
