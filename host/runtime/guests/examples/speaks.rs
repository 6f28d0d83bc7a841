//! Speaks every byte of the text a thousand times, and is kept.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::{
    prelude::*,
    speech::{Audio, Format, Gender, SpeechEngine, Utterance, Voice},
};

struct Engine;

impl SpeechEngine for Engine {
    fn voices(&self, _: &Call) -> Result<Vec<Voice>, Failure> {
        Ok(vec![Voice {
            id: "only".into(),
            name: "Only".into(),
            language: "en-US".into(),
            gender: Gender::Neutral,
            summary: None,
        }])
    }

    fn format(&self, _: &Utterance) -> Format {
        Format::mono_pcm(16_000)
    }

    async fn synthesize(&self, _: &Call, utterance: Utterance, audio: &mut Audio) -> Result<(), Failure> {
        if utterance.text == "refuse" {
            return Err(Failure::invalid_field("text", "not that"));
        }
        for byte in utterance.text.bytes() {
            audio.write(vec![byte; 1_000]).await?;
        }
        Ok(())
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Speaks", "Speaks every byte of the text a thousand times, and is kept.").id("speaks").warm(),
    speech: Engine,
}
