//! Loops for ever, whatever it is asked for.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::{
    ChatProvider,
    chat::{Answer, FinishReason, Model, Request},
    prelude::*,
    speech::{Audio, Format, SpeechEngine, Utterance, Voice},
};

fn forever() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct Loops {}

fn run(_: &Call, _: Loops) -> Result<Outcome, Failure> {
    forever()
}

struct Loop;

impl SpeechEngine for Loop {
    fn voices(&self, _: &Call) -> Result<Vec<Voice>, Failure> {
        forever()
    }

    fn format(&self, _: &Utterance) -> Format {
        Format::mono_pcm(16_000)
    }

    async fn synthesize(&self, _: &Call, _: Utterance, _: &mut Audio) -> Result<(), Failure> {
        forever()
    }
}

impl ChatProvider for Loop {
    fn models(&self, _: &Call) -> Result<Vec<Model>, Failure> {
        forever()
    }

    async fn complete(&self, _: &Call, _: Request, _: &mut Answer) -> Result<FinishReason, Failure> {
        forever()
    }
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Loops", "Loops for ever, whatever it is asked for.").id("loops"),
    tools: [Tool::new(run)],
    routes: [Route::raw(Method::Get, "/loops", "loop", "Loops.", |_, _| forever())],
    speech: Loop,
    chat: Loop,
}
