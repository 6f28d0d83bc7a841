use std::sync::Arc;

use async_trait::async_trait;
use wheelhouse_core::{
    CallContext, Failure, Result,
    speech::{Speech, SpeechEngine, Utterance, Voice},
};

use crate::{contract::v0_1, plugin::Plugin, session};

/// A plugin that speaks.
pub(crate) struct PluginEngine {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) revision: String,
}

#[async_trait]
impl SpeechEngine for PluginEngine {
    fn id(&self) -> &str {
        &self.plugin.id
    }

    fn revision(&self) -> &str {
        &self.revision
    }

    async fn voices(&self, ctx: &CallContext) -> Result<Vec<Voice>> {
        self.plugin.ask(ctx, |guest, call| Box::pin(async move { guest.voices(call).await })).await
    }

    async fn synthesize(&self, ctx: &CallContext, utterance: Utterance) -> Result<Speech> {
        let session = session::begin(&self.plugin, ctx, |guest, call, opening| {
            Box::pin(v0_1::open_speech(guest, call, utterance, opening))
        })
        .await?;
        let format = session.head;
        if !(1..=2).contains(&format.channels) || !(8_000..=192_000).contains(&format.sample_rate) {
            return Err(Failure::internal(format!(
                "the plugin `{}` announces audio of {} channels at {} Hz",
                self.plugin.id, format.channels, format.sample_rate
            )));
        }
        Ok(Speech::of_audio(format, session.items))
    }
}
