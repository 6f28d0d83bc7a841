//! What a program writes: WAV, or samples.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use wheelhouse_core::{
    FailureClass, Result,
    speech::{AudioFormat, Encoding},
};

use super::{CommandOutput, child::Child};
use crate::wav::{self, Head, Tally, Verdict};

/// Reads a program's audio.
pub(super) struct Reader {
    child: Child,
    output: CommandOutput,
    /// Samples that came with the head.
    ahead: VecDeque<Bytes>,
    tally: Tally,
}

impl Reader {
    pub(super) fn new(child: Child, output: CommandOutput) -> Self {
        Self { child, output, ahead: VecDeque::new(), tally: Tally::of_bytes() }
    }

    /// The form of the samples, once it is known.
    ///
    /// # Errors
    /// `Unavailable` when the program fails or writes something else.
    pub(super) async fn format(&mut self) -> Result<AudioFormat> {
        let (format, length) = match self.output {
            CommandOutput::Pcm { sample_rate, channels } => {
                (AudioFormat { encoding: Encoding::PcmS16le, sample_rate, channels }, None)
            }
            CommandOutput::Wav => self.head().await?,
        };
        self.tally = Tally::new(format.channels, length);
        Ok(format)
    }

    async fn head(&mut self) -> Result<(AudioFormat, Option<u64>)> {
        let mut bytes = BytesMut::new();
        loop {
            match wav::parse(&bytes) {
                Head::Whole { format, length, samples } => {
                    let ahead = bytes.split_off(samples).freeze();
                    self.ahead.extend((!ahead.is_empty()).then_some(ahead));
                    return Ok((format, length));
                }
                Head::Wrong(what) => {
                    return Err(self.child.wrong(FailureClass::Unavailable, &format!("writes {what}")));
                }
                Head::Begun => {}
            }
            match self.child.read().await? {
                Some(piece) => bytes.extend_from_slice(&piece),
                None => {
                    self.child.end().await?;
                    return Err(self.child.wrong(FailureClass::Unavailable, "gave no audio"));
                }
            }
        }
    }

    pub(super) fn into_audio(self) -> BoxStream<'static, Result<Bytes>> {
        stream::unfold(Some(self), |reader| async move {
            let mut reader = reader?;
            match reader.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(reader))),
                Ok(None) => None,
                Err(failure) => Some((Err(failure), None)),
            }
        })
        .boxed()
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.tally.is_full() {
            while self.child.read().await?.is_some() {}
        } else {
            let piece = match self.ahead.pop_front() {
                Some(piece) => Some(piece),
                None => self.child.read().await?,
            };
            if let Some(piece) = piece {
                return Ok(Some(self.tally.take(piece)));
            }
        }
        self.child.end().await.map_err(|mut failure| {
            if self.tally.read() > 0 && failure.class == FailureClass::Unavailable {
                failure.class = FailureClass::Truncated;
            }
            failure
        })?;
        match self.tally.verdict() {
            Verdict::Whole => Ok(None),
            Verdict::Nothing => Err(self.child.wrong(FailureClass::Unavailable, "gave no audio")),
            Verdict::Short => {
                Err(self.child.wrong(FailureClass::Truncated, "stopped in the middle of its audio"))
            }
        }
    }
}
