//! `wheelhouse plugin list`.

use super::{CommandError, json, print, start};
use crate::{config::Config, page::plugin_line};

pub(in crate::commands) async fn run(config: Config, as_json: bool) -> Result<(), CommandError> {
    let host = start(config).await?;
    host.catalog.wait_until(|catalog| catalog.is_settled()).await;
    let plugins = host.services.plugins.list(&host.own_context())?;
    let text = if as_json {
        json(&plugins)?
    } else {
        plugins.iter().map(|plugin| format!("{}\n", plugin_line(plugin))).collect()
    };
    host.stop().await;
    print(&text)
}
