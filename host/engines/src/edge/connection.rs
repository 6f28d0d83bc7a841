//! One connection of the crate's, with its ways mended.

use std::{panic::AssertUnwindSafe, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{AsyncRead, AsyncWrite, FutureExt};
use msedge_tts::{
    error::Error,
    tts::{
        AudioMetadata, SpeechConfig,
        stream::{
            SynthesizedResponse,
            tokio_runtime::{ReceiverAsync, SenderAsync, msedge_tts_split_proxy_async},
        },
    },
};
use tracing::{Dispatch, instrument::WithSubscriber};
use wheelhouse_core::speech::Word;

use super::{relay::Relay, ssml};

/// How a ping begins that the crate takes for an error.
const CONTROL: &str = "unexpected message: ";
/// More messages without content than any answer has.
const EMPTY: usize = 16;

/// A connection that has been opened. Dropping it closes it.
pub(super) struct Connection {
    wire: Box<dyn Wire>,
    /// Texts that it has been sent.
    pub(super) turns: usize,
    empty: usize,
    _relay: Relay,
}

/// What comes of a text.
pub(super) enum Heard {
    /// Never empty.
    Audio(Bytes),
    /// Words, by the text's own audio.
    Words(Vec<Word>),
    /// Nothing more: that was all, or the service has closed in form, which looks the same.
    End,
}

/// Why nothing more comes. The connection is not to be used again.
#[derive(Debug)]
pub(super) enum Broken {
    /// It was closed.
    Closed,
    /// The service said what the crate does not know. What it was may be what a user said.
    Unreadable,
    /// By the crate's own words.
    Failed(String),
}

impl Connection {
    /// # Errors
    /// The crate's. It has no patience of its own.
    pub(super) async fn open(relay: Relay) -> Result<Self, Error> {
        let (sender, receiver) = silent(Box::pin(msedge_tts_split_proxy_async(relay.url()))).await?;
        Ok(Self { wire: Box::new(Split { sender, receiver }), turns: 0, empty: 0, _relay: relay })
    }

    /// Sends a text.
    pub(super) async fn say(&mut self, text: &str, manner: &SpeechConfig) -> Result<(), Broken> {
        (self.turns, self.empty) = (self.turns + 1, 0);
        let sending = AssertUnwindSafe(self.wire.send(text, manner)).catch_unwind();
        silent(sending).await.unwrap_or(Err(Broken::Unreadable))
    }

    /// What comes next. The connection is of no more use when this is dropped before it is done.
    pub(super) async fn hear(&mut self) -> Result<Heard, Broken> {
        loop {
            // The crate takes frames apart without looking at their length.
            let reading = AssertUnwindSafe(self.wire.read()).catch_unwind();
            match silent(reading).await.unwrap_or(Err(Broken::Unreadable))? {
                Some(SynthesizedResponse::AudioBytes(bytes)) if !bytes.is_empty() => {
                    return Ok(Heard::Audio(bytes.into()));
                }
                Some(SynthesizedResponse::AudioMetadata(metadata)) => {
                    let words: Vec<Word> = metadata.into_iter().filter_map(word).collect();
                    if !words.is_empty() {
                        return Ok(Heard::Words(words));
                    }
                }
                _ if self.wire.is_over().await => return Ok(Heard::End),
                _ => {
                    // A connection that has ended says nothing for ever, and at once.
                    self.empty += 1;
                    if self.empty > EMPTY {
                        return Err(Broken::Closed);
                    }
                }
            }
        }
    }
}

/// The crate's libraries write what passes through them into the log, which is where texts must not be.
pub(super) async fn silent<T>(future: impl Future<Output = T>) -> T {
    future.with_subscriber(Dispatch::none()).await
}

fn word(metadata: AudioMetadata) -> Option<Word> {
    let time = |ticks: u64| Duration::from_nanos(ticks.saturating_mul(100));
    let start = time(metadata.offset);
    let text = metadata.text.filter(|_| metadata.metadata_type.as_deref() == Some("WordBoundary"))?;
    Some(Word { text: ssml::unescape(&text), start, end: start + time(metadata.duration) })
}

/// The crate's two halves, whose type has no name outside of it.
#[async_trait]
trait Wire: Send {
    async fn send(&mut self, text: &str, manner: &SpeechConfig) -> Result<(), Broken>;
    async fn read(&mut self) -> Result<Option<SynthesizedResponse>, Broken>;
    async fn is_over(&self) -> bool;
}

struct Split<T> {
    sender: SenderAsync<T>,
    receiver: ReceiverAsync<T>,
}

#[async_trait]
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for Split<T> {
    async fn send(&mut self, text: &str, manner: &SpeechConfig) -> Result<(), Broken> {
        self.sender.send(text, manner).await.map_err(broken)
    }

    async fn read(&mut self) -> Result<Option<SynthesizedResponse>, Broken> {
        match self.receiver.read().await {
            // A ping, to which the answer has been given below the crate. What comes next is as it was.
            Err(Error::UnexpectedMessage(message)) if message.starts_with(CONTROL) => Ok(None),
            read => read.map_err(broken),
        }
    }

    async fn is_over(&self) -> bool {
        !self.receiver.can_read().await
    }
}

fn broken(error: Error) -> Broken {
    match error {
        Error::TungsteniteError(error) => Broken::Failed(error.to_string()),
        _ => Broken::Unreadable,
    }
}
