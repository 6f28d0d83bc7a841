use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wheelhouse_core::{
    CallContext, Failure, Result,
    speech::{AudioFormat, Encoding, Gender, Speech, SpeechEngine, SpeechPiece, Utterance, Voice},
};

/// What an engine does when it is asked to speak.
pub(crate) enum Take {
    /// It speaks.
    Speak,
    /// It fails at once.
    Fail(Failure),
    /// It never begins.
    Hang,
    /// It begins and gives these, and the stream ends.
    Give(Vec<Result<Bytes>>),
    /// It begins, gives these and then nothing more.
    Stall(Vec<Bytes>),
    /// It gives audio of another form.
    In(AudioFormat),
    /// It gives what the test sends it.
    Live(UnboundedReceiver<Result<SpeechPiece>>),
}

impl Take {
    /// One that the test speaks for.
    pub(crate) fn live() -> (UnboundedSender<Result<SpeechPiece>>, Self) {
        let (sender, pieces) = unbounded_channel();
        (sender, Self::Live(pieces))
    }
}

/// An engine that follows a script, then speaks, and remembers what it was asked.
pub(crate) struct FakeEngine {
    id: &'static str,
    revision: &'static str,
    voices: Mutex<Result<Vec<Voice>>>,
    script: Mutex<VecDeque<Take>>,
    asked: Mutex<Vec<Utterance>>,
    listed: Mutex<u32>,
}

pub(crate) const FORMAT: AudioFormat =
    AudioFormat { encoding: Encoding::PcmS16le, sample_rate: 24_000, channels: 1 };

/// Two samples.
pub(crate) fn pcm() -> Bytes {
    Bytes::from_static(&[1, 0, 2, 0])
}

/// Two samples, or as long as a text of some length sounds at least.
fn rest_of(text: &str) -> Bytes {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < 24 { pcm() } else { vec![0; letters * 600].into() }
}

pub(crate) fn voice(id: &str, language: &str, gender: Gender) -> Voice {
    Voice { id: id.to_owned(), name: id.to_owned(), language: language.to_owned(), gender, summary: None }
}

impl FakeEngine {
    pub(crate) fn new(id: &'static str, voices: Vec<Voice>, script: Vec<Take>) -> Arc<Self> {
        Self::made(id, "1", voices, script)
    }

    /// The same under other settings.
    pub(crate) fn revised(id: &'static str, voices: Vec<Voice>, revision: &'static str) -> Arc<Self> {
        Self::made(id, revision, voices, Vec::new())
    }

    fn made(id: &'static str, revision: &'static str, voices: Vec<Voice>, script: Vec<Take>) -> Arc<Self> {
        Arc::new(Self {
            id,
            revision,
            voices: Mutex::new(Ok(voices)),
            script: Mutex::new(script.into()),
            asked: Mutex::default(),
            listed: Mutex::default(),
        })
    }

    pub(crate) fn asked(&self) -> Vec<Utterance> {
        self.asked.lock().unwrap().clone()
    }

    /// How often its voices were asked for.
    pub(crate) fn listed(&self) -> u32 {
        *self.listed.lock().unwrap()
    }

    pub(crate) fn lose_voices(&self, failure: Failure) {
        *self.voices.lock().unwrap() = Err(failure);
    }

    pub(crate) fn then(&self, takes: Vec<Take>) {
        self.script.lock().unwrap().extend(takes);
    }
}

#[async_trait]
impl SpeechEngine for FakeEngine {
    fn id(&self) -> &str {
        self.id
    }

    fn revision(&self) -> &str {
        self.revision
    }

    async fn voices(&self, _ctx: &CallContext) -> Result<Vec<Voice>> {
        *self.listed.lock().unwrap() += 1;
        self.voices.lock().unwrap().clone()
    }

    async fn synthesize(&self, _ctx: &CallContext, utterance: Utterance) -> Result<Speech> {
        let text = utterance.text.clone();
        self.asked.lock().unwrap().push(utterance);
        let take = self.script.lock().unwrap().pop_front().unwrap_or(Take::Speak);
        let (format, audio) = match take {
            Take::Fail(failure) => return Err(failure),
            Take::Hang => std::future::pending().await,
            Take::Speak => (FORMAT, stream::iter([Ok(pcm()), Ok(rest_of(&text))]).boxed()),
            Take::Give(pieces) => (FORMAT, stream::iter(pieces).boxed()),
            Take::Stall(pieces) => {
                (FORMAT, stream::iter(pieces.into_iter().map(Ok)).chain(stream::pending()).boxed())
            }
            Take::In(format) => (format, stream::iter([Ok(pcm())]).boxed()),
            Take::Live(pieces) => {
                let pieces = stream::unfold(pieces, async |mut pieces| Some((pieces.recv().await?, pieces)));
                return Ok(Speech { format: FORMAT, pieces: pieces.boxed() });
            }
        };
        Ok(Speech::of_audio(format, audio))
    }
}
