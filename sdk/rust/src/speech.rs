//! Speech engines: text in, audio out.

use std::future::Future;

use crate::{
    Call, Failure,
    bindings::speech::{exports::wheelhouse::plugin::speech as wit, wit_future, wit_stream},
    sink::{self, Sink},
};

pub use wit::{Encoding, Format, Gender, Utterance, Voice};

/// A speech engine. It is made once in an instance, at the first call, and kept as long as the instance.
pub trait SpeechEngine: 'static {
    /// The voices that it has.
    ///
    /// # Errors
    /// Whatever stands in the way.
    fn voices(&self, call: &Call) -> Result<Vec<Voice>, Failure>;

    /// The form of the bytes that [`SpeechEngine::synthesize`] will write for this utterance.
    fn format(&self, utterance: &Utterance) -> Format;

    /// Speaks: writes audio as soon as there is some, and returns when all is written.
    ///
    /// # Errors
    /// At any time. Before the first byte another engine can take over; after it the listener learns that the audio is not whole.
    fn synthesize(
        &self,
        call: &Call,
        utterance: Utterance,
        audio: &mut Audio,
    ) -> impl Future<Output = Result<(), Failure>>;
}

/// Where an engine puts its audio.
pub struct Audio(Sink<u8>);

impl Audio {
    /// Hands bytes over and waits until they are taken, so that an engine is never far ahead of its listener.
    ///
    /// # Errors
    /// When nobody is listening any more: pass it on with `?`.
    pub async fn write(&mut self, bytes: impl Into<Vec<u8>>) -> Result<(), Failure> {
        self.0.write(bytes.into()).await
    }

    /// The same for 16-bit samples, as [`Encoding::PcmS16le`] has them.
    ///
    /// # Errors
    /// As for [`Audio::write`].
    pub async fn write_samples(&mut self, samples: &[i16]) -> Result<(), Failure> {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.0.write(bytes).await
    }
}

impl Format {
    /// Signed 16-bit little-endian samples of one channel.
    pub const fn mono_pcm(sample_rate: u32) -> Self {
        Self { encoding: Encoding::PcmS16le, sample_rate, channels: 1 }
    }
}

async fn run<E: SpeechEngine>(
    engine: &E,
    call: Call,
    utterance: Utterance,
    sink: Sink<u8>,
) -> (Sink<u8>, Result<(), Failure>) {
    let mut audio = Audio(sink);
    let result = engine.synthesize(&call, utterance, &mut audio).await;
    (audio.0, result)
}

pub(crate) async fn synthesize<E: SpeechEngine>(
    engine: &'static E,
    call: Call,
    utterance: Utterance,
) -> Result<wit::Synthesis, Failure> {
    let format = engine.format(&utterance);
    let end = wit_future::new(|| Err(sink::stopped()));
    let (audio, ended) =
        sink::begin(wit_stream::new(), end, |sink| run(engine, call, utterance, sink)).await?;
    Ok(wit::Synthesis { format, audio, ended })
}

/// Speaks on the build machine: the bytes that were written, and how it ended. For an engine's tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn collect<E: SpeechEngine>(
    engine: &E,
    call: &Call,
    utterance: Utterance,
) -> (Vec<u8>, Result<(), Failure>) {
    sink::collect(|sink| run(engine, call.clone(), utterance, sink))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// Says a byte for each word, and breaks at `break`.
    struct Clicker;

    impl SpeechEngine for Clicker {
        fn voices(&self, _: &Call) -> Result<Vec<Voice>, Failure> {
            Ok(Vec::new())
        }

        fn format(&self, _: &Utterance) -> Format {
            Format::mono_pcm(8_000)
        }

        async fn synthesize(&self, _: &Call, utterance: Utterance, audio: &mut Audio) -> Result<(), Failure> {
            for word in utterance.text.split_whitespace() {
                if word == "break" {
                    return Err(Failure::unavailable("Broken."));
                }
                audio.write_samples(&[1]).await?;
            }
            Ok(())
        }
    }

    fn say(text: &str) -> (Vec<u8>, Result<(), Failure>) {
        let utterance = Utterance { text: text.into(), voice: None, language: None, speed: 1.0 };
        collect(&Clicker, &testing::call(), utterance)
    }

    #[test]
    fn audio_and_its_end_are_collected() {
        assert_eq!(say("one two"), (vec![1, 0, 1, 0], Ok(())));
    }

    #[test]
    fn audio_that_breaks_off_is_no_success() {
        assert_eq!(say("one break two"), (vec![1, 0], Err(Failure::unavailable("Broken."))));
    }

    #[test]
    fn silence_is_no_success() {
        assert!(say(" ").1.is_err());
    }
}
