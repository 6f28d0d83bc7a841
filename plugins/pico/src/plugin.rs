//! Pico as a speech engine of Wheelhouse.

use wheelhouse_sdk::speech::{self, Audio, Format, SpeechEngine, Utterance};
use wheelhouse_sdk::{Call, Failure, Plugin};

use crate::{
    Error,
    speaker::{SAMPLE_RATE, Speaker},
    text,
    voices::{self, VOICES},
};

/// The engine. It keeps nothing: see [`Speaker`].
pub struct Pico;

impl SpeechEngine for Pico {
    fn voices(&self, _: &Call) -> Result<Vec<speech::Voice>, Failure> {
        Ok(VOICES.iter().map(voices::Voice::description).collect())
    }

    fn format(&self, _: &Utterance) -> Format {
        Format::mono_pcm(SAMPLE_RATE)
    }

    /// Speaks at a fifth to five times a voice's own pace; a speed beyond that counts as the nearest of
    /// these.
    async fn synthesize(&self, _: &Call, utterance: Utterance, audio: &mut Audio) -> Result<(), Failure> {
        let voice = voices::choose(utterance.voice.as_deref(), utterance.language.as_deref())?;
        if utterance.speed.is_nan() {
            return Err(Failure::invalid_field("speed", "The speed must be a number."));
        }
        let text = text::prepare(&utterance.text, utterance.speed).ok_or(Error::NothingToSay);
        let speaker = text.and_then(|text| Speaker::new(voice, text)).map_err(|error| failure(&error))?;
        for piece in speaker {
            audio.write_samples(&piece.map_err(|error| failure(&error))?).await?;
        }
        Ok(())
    }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::NothingToSay => {
            Failure::invalid_field("text", "There are no words in the text that this voice can speak.")
        }
        Error::Unreadable => Failure::invalid_field("text", "This voice cannot read the text to its end."),
        Error::Pico { .. } => {
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
    plugin: Plugin::new("Pico", "Speaks six languages on any machine, without network or key.").warm(),
    speech: Pico,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wheelhouse_sdk::{speech::collect, testing::call};

    use super::*;

    const SENTENCES: [(&str, &str); 6] = [
        ("en-US", "Good morning. The train leaves at half past seven."),
        ("en-GB", "Good morning. The train leaves at half past seven."),
        ("de-DE", "Guten Morgen. Der Zug fährt um halb acht ab."),
        ("es-ES", "Buenos días. El tren sale a las siete y media."),
        ("fr-FR", "Bonjour. Le train part à sept heures et demie."),
        ("it-IT", "Buongiorno. Il treno parte alle sette e mezza."),
    ];

    fn utterance(text: &str) -> Utterance {
        Utterance { text: text.to_owned(), voice: None, language: None, speed: 1.0 }
    }

    fn speak(utterance: Utterance) -> Vec<i16> {
        let (bytes, ended) = collect(&Pico, &call(), utterance);
        assert_eq!(ended, Ok(()));
        assert!(bytes.len().is_multiple_of(2));
        bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    fn say(text: &str) -> Vec<i16> {
        speak(utterance(text))
    }

    fn seconds(samples: &[i16]) -> f32 {
        samples.len() as f32 / SAMPLE_RATE as f32
    }

    #[test]
    fn each_language_is_spoken() {
        for (language, text) in SENTENCES {
            let samples = speak(Utterance { language: Some(language.to_owned()), ..utterance(text) });
            assert!((2.0..6.0).contains(&seconds(&samples)), "{language}: {} s", seconds(&samples));
            let loud = samples.iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
            assert!(loud * 10 > samples.len(), "{language} is not silence: {loud}");
        }
    }

    #[test]
    fn a_text_sounds_the_same_whatever_was_spoken_before() {
        let first: Vec<Vec<i16>> = SENTENCES
            .map(|(voice, text)| speak(Utterance { voice: Some(voice.to_owned()), ..utterance(text) }))
            .into();
        for (n, (voice, text)) in SENTENCES.iter().enumerate().rev() {
            let again = speak(Utterance { voice: Some((*voice).to_owned()), ..utterance(text) });
            assert!(first[n] == again, "{voice}");
        }
    }

    #[test]
    fn a_faster_pace_is_shorter() {
        // Words are; Pico's pauses between sentences stay.
        let lengths =
            [0.25, 0.5, 1.0, 2.0, 4.0].map(|speed| say_at(speed, "The train leaves at half past seven."));
        assert!(lengths.windows(2).all(|pair| pair[1] < 0.8 * pair[0]), "{lengths:?}");
        assert_eq!(say_at(0.01, "Hello."), say_at(0.2, "Hello."));
        assert_eq!(say_at(f32::INFINITY, "Hello."), say_at(5.0, "Hello."));
    }

    fn say_at(speed: f32, text: &str) -> f32 {
        seconds(&speak(Utterance { speed, ..utterance(text) }))
    }

    #[test]
    fn tags_in_a_text_change_nothing() {
        let tagged = say("<volume level=\"0\">Hello there.</volume>");
        assert!(tagged == say(" volume level=\"0\" Hello there. /volume "));
        assert!(tagged.iter().any(|sample| sample.unsigned_abs() > 5_000));
        for text in
            ["<break time=\"60s\"/>Hi", "<speed level=\"20\">Hi", "<ignore>Hi", "<play file=\"x.wav\"/>Hi"]
        {
            let seconds = seconds(&say(text));
            assert!((0.3..5.0).contains(&seconds), "{text}: {seconds} s");
        }
    }

    #[test]
    fn what_it_cannot_speak_fails_before_the_first_byte() {
        let other_voice = Utterance { voice: Some("heart".to_owned()), ..utterance("Hello") };
        let other_language = Utterance { language: Some("pt".to_owned()), ..utterance("Olá") };
        let no_speed = Utterance { speed: f32::NAN, ..utterance("Hello") };
        let mut cases = vec![(other_voice, "voice"), (other_language, "language"), (no_speed, "speed")];
        cases
            .extend(["✗", "…", " ", "\u{0}", "Привет", "。", "\n\n\n"].map(|text| (utterance(text), "text")));
        cases.push((utterance(&"… ".repeat(2_500)), "text"));
        for (utterance, field) in cases {
            let text = utterance.text.clone();
            let (bytes, ended) = collect(&Pico, &call(), utterance);
            assert!(bytes.is_empty(), "{text}");
            let fields: Vec<String> =
                ended.err().iter().flat_map(Failure::fields).map(str::to_owned).collect();
            assert_eq!(fields, [field], "{text}");
        }
    }

    #[test]
    fn a_text_that_pico_gives_up_on_is_at_fault_itself() {
        let text = "¿»1st»¿ »1st» {¿»£¿{ ¿» d{»1st»1st{ 1stLst1st1st1st«st ¿ ¿»)¿{»";
        let asked = Utterance { voice: Some("en-GB".to_owned()), ..utterance(text) };
        let failure = collect(&Pico, &call(), asked).1.unwrap_err();
        assert_eq!(failure.fields().collect::<Vec<_>>(), ["text"], "{failure:?}");
    }

    #[test]
    fn a_long_text_is_spoken_to_its_end() {
        let once = seconds(&say("One two three four five six seven eight nine ten eleven twelve."));
        for text in [
            "One two three four five six seven eight nine ten eleven twelve. ".repeat(50),
            "one two three four five six seven eight nine ten eleven twelve ".repeat(50),
        ] {
            let spoken = seconds(&say(&text));
            assert!((35.0 * once..60.0 * once).contains(&spoken), "{spoken} s, not 50 times {once} s");
        }
    }

    #[test]
    fn strange_texts_come_to_an_end() {
        for part in ["a", "é", "1", "-.", "’'", "\n.", "$1,", "@x.", "½", "IV "] {
            let (_, ended) =
                collect(&Pico, &call(), Utterance { speed: 5.0, ..utterance(&part.repeat(500)) });
            let fields: Vec<&str> =
                ended.as_ref().err().iter().flat_map(|failure| failure.fields()).collect();
            assert!(ended.is_ok() || fields == ["text"], "{part}: {ended:?}");
        }
    }
}
