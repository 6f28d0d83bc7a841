//! The voice as a speech engine of Wheelhouse.

use std::cell::OnceCell;

use wheelhouse_sdk::speech::{self, Audio, Format, Gender, SpeechEngine, Utterance};
use wheelhouse_sdk::{Call, Failure, Plugin};

use crate::{Error, SPEEDS, Voice};

/// The id of the only voice.
const HEART: &str = "heart";

/// The engine. It loads its networks with the first utterance and keeps them as long as it lives.
#[derive(Default)]
pub struct Hibari {
    voice: OnceCell<Voice>,
}

impl Hibari {
    fn voice(&self) -> Result<&Voice, Failure> {
        match self.voice.get() {
            Some(voice) => Ok(voice),
            None => {
                let voice = Voice::load().map_err(|error| failure(&error))?;
                Ok(self.voice.get_or_init(|| voice))
            }
        }
    }
}

impl SpeechEngine for Hibari {
    fn voices(&self, _: &Call) -> Result<Vec<speech::Voice>, Failure> {
        Ok(vec![speech::Voice {
            id: HEART.to_owned(),
            name: "Heart".to_owned(),
            language: "en-US".to_owned(),
            gender: Gender::Female,
            summary: Some("A calm American voice that needs no network and no key.".to_owned()),
        }])
    }

    fn format(&self, _: &Utterance) -> Format {
        Format::mono_pcm(Voice::SAMPLE_RATE)
    }

    /// Speaks English at half to double speed; a speed beyond that counts as the nearest that the voice has.
    async fn synthesize(&self, _: &Call, utterance: Utterance, audio: &mut Audio) -> Result<(), Failure> {
        if let Some(voice) = utterance.voice.as_deref().filter(|voice| *voice != HEART) {
            let message = format!("There is no voice `{voice}`, only `{HEART}`.");
            return Err(Failure::invalid_field("voice", message));
        }
        if let Some(language) = utterance.language.as_deref().filter(|language| !is_english(language)) {
            let message = format!("This engine speaks English, not `{language}`.");
            return Err(Failure::invalid_field("language", message));
        }
        let speed = utterance.speed.clamp(*SPEEDS.start(), *SPEEDS.end());
        for piece in self.voice()?.pieces(&utterance.text, speed) {
            audio.write_samples(&piece.map_err(|error| failure(&error))?).await?;
        }
        Ok(())
    }
}

fn is_english(language: &str) -> bool {
    language.split(['-', '_']).next().is_some_and(|primary| primary.eq_ignore_ascii_case("en"))
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::NothingToSay => {
            Failure::invalid_field("text", "There are no words in the text that this voice can speak.")
        }
        Error::Speed(_) => Failure::invalid_field("speed", "The speed must be a number."),
        Error::Load { .. } | Error::Run { .. } => {
            log(error);
            Failure::internal("The voice cannot speak for now.")
        }
    }
}

#[expect(clippy::print_stderr, reason = "a component's standard error is its log")]
fn log(error: &Error) {
    eprintln!("{error}");
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Hibari", "Speaks English with a neural voice, on any machine, without network or key.").warm(),
    speech: Hibari::default(),
}

#[cfg(test)]
mod tests {
    use wheelhouse_sdk::speech::collect;
    use wheelhouse_sdk::testing::call;

    use super::*;

    fn utterance(text: &str) -> Utterance {
        Utterance { text: text.to_owned(), voice: None, language: None, speed: 1.0 }
    }

    #[test]
    fn speaks() {
        let engine = Hibari::default();
        let asked = Utterance {
            voice: Some(HEART.to_owned()),
            language: Some("en-GB".to_owned()),
            speed: 4.0,
            ..utterance("Hello there.")
        };
        let (bytes, ended) = collect(&engine, &call(), asked);
        assert!(ended.is_ok());
        assert!(bytes.len() > 10_000 && bytes.len().is_multiple_of(2));
    }

    #[test]
    fn what_it_cannot_speak_fails_before_the_first_byte() {
        let engine = Hibari::default();
        let other_voice = Utterance { voice: Some("adam".to_owned()), ..utterance("Hello") };
        let other_language = Utterance { language: Some("fr".to_owned()), ..utterance("Bonjour") };
        let no_speed = Utterance { speed: f32::NAN, ..utterance("Hello") };
        for (utterance, field) in [
            (other_voice, "voice"),
            (other_language, "language"),
            (no_speed, "speed"),
            (utterance("…"), "text"),
        ] {
            let (bytes, ended) = collect(&engine, &call(), utterance);
            assert!(bytes.is_empty());
            let fields: Vec<String> =
                ended.err().iter().flat_map(Failure::fields).map(str::to_owned).collect();
            assert_eq!(fields, [field]);
        }
    }
}
