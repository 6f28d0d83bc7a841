//! Says a little and then nothing.

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

    async fn synthesize(&self, _: &Call, _: Utterance, audio: &mut Audio) -> Result<(), Failure> {
        audio.write(vec![1; 1_000]).await?;
        std::thread::sleep(std::time::Duration::from_secs(3600));
        Ok(())
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Speaks", "Says a little and then nothing.").id("speaks-then-stalls"),
    speech: Engine,
}
