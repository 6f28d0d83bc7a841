//! Acts on plugins while the host serves.

use std::{collections::BTreeSet, sync::mpsc::Sender};

use async_trait::async_trait;
use tokio::sync::oneshot;
use wheelhouse_core::{CallContext, Failure, Result, plugin::PluginControl};

use crate::loader::Message;

/// Tells the loader what to do.
pub(crate) struct Control(pub(crate) Sender<Message>);

impl Control {
    /// Waits until the catalog shows it.
    pub(crate) async fn tell(
        &self,
        message: impl FnOnce(oneshot::Sender<Result<()>>) -> Message,
    ) -> Result<()> {
        let stopping = || Failure::unavailable("The host is stopping.");
        let (reply, answer) = oneshot::channel();
        self.0.send(message(reply)).map_err(|_| stopping())?;
        answer.await.map_err(|_| stopping())?
    }
}

#[async_trait]
impl PluginControl for Control {
    async fn set_disabled(&self, disabled: BTreeSet<String>) {
        // When the host is stopping, nothing serves soon.
        let _ = self.tell(|reply| Message::Disable(disabled, reply)).await;
    }

    async fn reload(&self, _ctx: &CallContext, id: &str) -> Result<()> {
        self.tell(|reply| Message::Reload(id.to_owned(), reply)).await
    }

    async fn remove(&self, _ctx: &CallContext, id: &str) -> Result<()> {
        self.tell(|reply| Message::Remove(id.to_owned(), reply)).await
    }
}
