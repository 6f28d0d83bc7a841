//! What a program writes: WAV, or samples.

use bytes::{Bytes, BytesMut};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use wheelhouse_core::{
    Result,
    speech::{AudioFormat, Encoding},
};

use super::{CommandOutput, child::Child};
use crate::{
    failures,
    wav::{self, Head, Tally, Verdict},
};

/// Reads a program's audio.
pub(super) struct Reader {
    child: Child,
    output: CommandOutput,
    /// Samples that have come and were not handed on.
    ahead: Option<Bytes>,
    tally: Tally,
}

impl Reader {
    pub(super) fn new(child: Child, output: CommandOutput) -> Self {
        Self { child, output, ahead: None, tally: Tally::of_bytes() }
    }

    /// The form of the samples. Waits for the first of them.
    ///
    /// # Errors
    /// `Unavailable` when the program fails, writes nothing or something else; `Timeout` beyond the call's
    /// deadline.
    pub(super) async fn begin(&mut self) -> Result<AudioFormat> {
        let (format, length) = match self.output {
            CommandOutput::Pcm { sample_rate, channels } => {
                (AudioFormat { encoding: Encoding::PcmS16le, sample_rate, channels }, None)
            }
            CommandOutput::Wav => self.head().await?,
        };
        self.tally = Tally::new(format.channels, length);
        if self.ahead.is_none() {
            self.ahead = Some(self.expect().await?);
        }
        Ok(format)
    }

    async fn head(&mut self) -> Result<(AudioFormat, Option<u64>)> {
        let mut bytes = BytesMut::new();
        loop {
            match wav::parse(&bytes) {
                Head::Whole { format, length, samples } => {
                    let ahead = bytes.split_off(samples).freeze();
                    self.ahead = (!ahead.is_empty()).then_some(ahead);
                    return Ok((format, length));
                }
                Head::Wrong(what) => return Err(failures::unreadable(self.child.noun(), what)),
                Head::Begun => bytes.extend_from_slice(&self.expect().await?),
            }
        }
    }

    /// What comes next where the end would be too early.
    async fn expect(&mut self) -> Result<Bytes> {
        if let Some(piece) = self.child.read().await? {
            return Ok(piece);
        }
        let status = self.child.end().await?;
        let (noun, detail) = (self.child.noun(), format_args!("the program ended with {status}"));
        Err(match status.success() {
            true => failures::no_audio(noun, detail),
            false => failures::out_of_order(noun).with_detail(detail),
        })
    }

    /// The samples, once they have [begun](Self::begin).
    pub(super) fn into_audio(self) -> BoxStream<'static, Result<Bytes>> {
        let reader = Self { child: self.child.without_deadline(), ..self };
        stream::unfold(Some(reader), |reader| async move {
            let mut reader = reader?;
            match reader.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(reader))),
                Ok(None) => None,
                Err(failure) => Some((Err(failures::midway(failure)), None)),
            }
        })
        .boxed()
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.tally.is_full() {
            while self.child.read().await?.is_some() {}
        } else {
            let piece = match self.ahead.take() {
                Some(piece) => Some(piece),
                None => self.child.read().await?,
            };
            if let Some(piece) = piece {
                return Ok(Some(self.tally.take(piece)));
            }
        }
        let status = self.child.end().await?;
        if status.success() && self.tally.verdict() == Verdict::Whole {
            return Ok(None);
        }
        let detail = format_args!("the program ended with {status} after {} bytes", self.tally.read());
        Err(failures::broken_off(self.child.noun(), detail))
    }
}
