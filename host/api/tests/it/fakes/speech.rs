use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Semaphore;
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    speech::{AudioFormat, Encoding, Gender, Speech, SpeechEngine, Utterance, Voice},
};

/// Says two pieces of four bytes; with the text `break off` it fails after the first as soon as the test lets it, with `never` before it.
pub(crate) struct FakeEngine {
    pub(crate) id: &'static str,
    pub(crate) voices: &'static [&'static str],
    /// A permit lets one failure happen.
    pub(crate) gate: Arc<Semaphore>,
}

#[async_trait]
impl SpeechEngine for FakeEngine {
    fn id(&self) -> &str {
        self.id
    }

    fn revision(&self) -> &str {
        "1"
    }

    async fn voices(&self, _ctx: &CallContext) -> Result<Vec<Voice>> {
        let voice = |id: &&str| Voice {
            id: (*id).to_owned(),
            name: (*id).to_owned(),
            language: "en-US".to_owned(),
            gender: Gender::Female,
            summary: None,
        };
        Ok(self.voices.iter().map(voice).collect())
    }

    async fn synthesize(&self, _ctx: &CallContext, utterance: Utterance) -> Result<Speech> {
        let format = AudioFormat { encoding: Encoding::PcmS16le, sample_rate: 24_000, channels: 1 };
        let gate = self.gate.clone();
        let second = match utterance.text.as_str() {
            "never" => return Err(Failure::unavailable("The engine is out of breath.")),
            "break off" => async move {
                gate.acquire().await.unwrap().forget();
                Err(Failure::new(FailureClass::Truncated, "The engine broke off."))
            }
            .boxed(),
            _ => async { Ok(Bytes::from_static(&[5, 6, 7, 8])) }.boxed(),
        };
        let first = stream::iter([Ok(Bytes::from_static(&[1, 2, 3, 4]))]);
        Ok(Speech::of_audio(format, first.chain(stream::once(second)).boxed()))
    }
}
