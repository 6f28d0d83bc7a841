//! The smallest speech engine: a beep for every word.
//!
//! `cargo build -p wheelhouse-sdk --example beep --target wasm32-wasip2 --profile plugin`

use std::f32::consts::TAU;

use wheelhouse_sdk::{
    prelude::*,
    speech::{Audio, Format, Gender, SpeechEngine, Utterance, Voice},
};

const RATE: u32 = 16_000;

struct Beep;

impl SpeechEngine for Beep {
    fn voices(&self, _: &Call) -> Result<Vec<Voice>, Failure> {
        Ok(vec![Voice {
            id: "beep".into(),
            name: "Beep".into(),
            language: "en-US".into(),
            gender: Gender::Neutral,
            summary: Some("Says every word the same way.".into()),
        }])
    }

    fn format(&self, _: &Utterance) -> Format {
        Format::mono_pcm(RATE)
    }

    async fn synthesize(&self, _: &Call, utterance: Utterance, audio: &mut Audio) -> Result<(), Failure> {
        let voice = utterance.voice.as_deref().unwrap_or("beep");
        if voice != "beep" {
            return Err(Failure::invalid_field(
                "voice",
                format!("There is no voice `{voice}`, only `beep`."),
            ));
        }
        for word in utterance.text.split_whitespace() {
            // A lone cross is how a listener learns what a broken engine sounds like.
            if word == "✗" {
                return Err(Failure::unavailable("The beeper broke."));
            }
            audio.write_samples(&beep(word.chars().count(), utterance.speed)).await?;
        }
        Ok(())
    }
}

/// A tone as long as the word, and a pause.
fn beep(letters: usize, speed: f32) -> Vec<i16> {
    let seconds = 0.06 * letters as f32 / speed;
    let samples = (seconds * RATE as f32) as usize;
    let tone = (0..samples).map(|i| ((i as f32 * 440.0 * TAU / RATE as f32).sin() * 8_000.0) as i16);
    tone.chain(std::iter::repeat_n(0, RATE as usize / 20)).collect()
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Beep", "A speech engine that beeps.").id("beep"),
    speech: Beep,
}
