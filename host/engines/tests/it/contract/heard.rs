//! What was heard of an engine.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use wheelhouse_core::{
    CallContext, Caller, Failure,
    clock::Clock,
    speech::{AudioFormat, Encoding, Speech, SpeechEngine, SpeechPiece, Utterance, Word},
};

use crate::fixture::FixedClock;

/// As much as there was.
#[derive(Debug, Default)]
pub struct Heard {
    pub format: Option<AudioFormat>,
    pub audio: Vec<u8>,
    pub words: Vec<Word>,
}

impl Heard {
    /// The audio is of the form that was announced, and the words are in it.
    pub fn check_form(&self) {
        let format = self.format.unwrap();
        assert!((8_000..=192_000).contains(&format.sample_rate) && (1..=2).contains(&format.channels));
        assert!(!self.audio.is_empty());
        let order = self.words.iter().map(|word| word.start).collect::<Vec<_>>();
        assert!(order.is_sorted() && self.words.iter().all(|word| word.start <= word.end), "{order:?}");
        match format.encoding {
            Encoding::PcmS16le => {
                let frame = 2 * usize::from(format.channels);
                assert!(self.audio.len().is_multiple_of(frame));
                let seconds = (self.audio.len() / frame) as f64 / f64::from(format.sample_rate);
                assert!(self.words.iter().all(|word| word.end.as_secs_f64() <= seconds + 0.001));
            }
            Encoding::Mp3 => assert!(self.audio[0] == 0xff || self.audio.starts_with(b"ID3")),
            Encoding::Opus => assert!(self.audio.starts_with(b"OggS")),
            Encoding::Flac => assert!(self.audio.starts_with(b"fLaC")),
            Encoding::Aac => assert_eq!(self.audio[0], 0xff),
        }
    }
}

/// A call with this much time.
pub fn beyond(time: Duration) -> CallContext {
    CallContext::new("req-1", Caller::Host, FixedClock.now(), time)
}

/// A call with time enough.
pub fn context() -> CallContext {
    beyond(Duration::from_secs(60))
}

/// What was heard, and why it was not all. That nothing comes after a failure and no piece is empty is checked.
pub async fn hear(engine: &Arc<dyn SpeechEngine>, utterance: Utterance) -> (Heard, Option<Failure>) {
    hear_in(&context(), engine, utterance).await
}

pub async fn hear_in(
    ctx: &CallContext,
    engine: &Arc<dyn SpeechEngine>,
    utterance: Utterance,
) -> (Heard, Option<Failure>) {
    let Speech { format, mut pieces } = match engine.synthesize(ctx, utterance).await {
        Ok(speech) => speech,
        Err(failure) => return (Heard::default(), Some(failure)),
    };
    let (mut heard, mut end) = (Heard { format: Some(format), ..Heard::default() }, None);
    while let Some(piece) = pieces.next().await {
        assert_eq!(end, None, "an error is the last item");
        match piece {
            Ok(SpeechPiece::Audio(bytes)) => {
                assert!(!bytes.is_empty());
                heard.audio.extend(bytes);
            }
            Ok(SpeechPiece::Word(word)) => heard.words.push(word),
            Err(failure) => end = Some(failure),
        }
    }
    (heard, end)
}

/// What was heard of speech that must be whole.
pub async fn whole(engine: &Arc<dyn SpeechEngine>, utterance: Utterance) -> Heard {
    let (heard, failure) = hear(engine, utterance).await;
    assert_eq!(failure, None);
    heard
}
