//! `wheelhouse openapi`.

use super::{CommandError, print, start};
use crate::config::Config;

pub(super) async fn run(config: Config) -> Result<(), CommandError> {
    let host = start(config).await?;
    let catalog = host.catalog.wait_until(|catalog| catalog.is_settled()).await;
    let document = wheelhouse_api::openapi(&catalog);
    host.stop().await;
    let text =
        serde_json::to_string_pretty(&document).map_err(|error| CommandError::Failed(error.to_string()))?;
    print(&format!("{text}\n"))
}
