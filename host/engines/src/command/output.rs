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

/// The most that may stand before the samples.
const HEAD: usize = 64 << 10;
/// A length from here on means that whoever wrote it did not know it: espeak-ng and others write the largest that they can.
const UNKNOWN: u32 = 0x7fff_0000;

/// Reads a program's audio.
pub(super) struct Reader {
    child: Child,
    output: CommandOutput,
    /// Samples that came with the head.
    ahead: VecDeque<Bytes>,
    /// How much is still to come, where the head says so.
    left: Option<u64>,
    frame: u64,
    read: u64,
}

impl Reader {
    pub(super) fn new(child: Child, output: CommandOutput) -> Self {
        Self { child, output, ahead: VecDeque::new(), left: None, frame: 1, read: 0 }
    }

    /// The form of the samples, once it is known.
    ///
    /// # Errors
    /// `Unavailable` when the program fails or writes something else.
    pub(super) async fn format(&mut self) -> Result<AudioFormat> {
        let format = match self.output {
            CommandOutput::Pcm { sample_rate, channels } => {
                AudioFormat { encoding: Encoding::PcmS16le, sample_rate, channels }
            }
            CommandOutput::Wav => self.head().await?,
        };
        self.frame = u64::from(format.channels) * 2;
        Ok(format)
    }

    async fn head(&mut self) -> Result<AudioFormat> {
        let mut bytes = BytesMut::new();
        loop {
            match parse(&bytes) {
                Head::Whole { format, length, samples } => {
                    self.left = length;
                    let ahead = bytes.split_off(samples).freeze();
                    self.ahead.extend((!ahead.is_empty()).then_some(ahead));
                    return Ok(format);
                }
                Head::Wrong(what) => return Err(self.child.wrong(FailureClass::Unavailable, what)),
                Head::Begun if bytes.len() > HEAD => {
                    let what = "writes a WAV file in which no samples begin";
                    return Err(self.child.wrong(FailureClass::Unavailable, what));
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
        if self.left != Some(0) {
            let piece = match self.ahead.pop_front() {
                Some(piece) => Some(piece),
                None => self.child.read().await?,
            };
            if let Some(mut piece) = piece {
                if let Some(left) = &mut self.left {
                    // Notes about the recording may stand behind the samples.
                    piece.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= piece.len() as u64;
                }
                self.read += piece.len() as u64;
                return Ok(Some(piece));
            }
        } else {
            while self.child.read().await?.is_some() {}
        }
        self.child.end().await.map_err(|mut failure| {
            if self.read > 0 && failure.class == FailureClass::Unavailable {
                failure.class = FailureClass::Truncated;
            }
            failure
        })?;
        if self.read == 0 {
            return Err(self.child.wrong(FailureClass::Unavailable, "gave no audio"));
        }
        if self.left.is_some_and(|left| left > 0) || !self.read.is_multiple_of(self.frame) {
            return Err(self.child.wrong(FailureClass::Truncated, "stopped in the middle of its audio"));
        }
        Ok(None)
    }
}

enum Head {
    /// More bytes are needed.
    Begun,
    Whole {
        format: AudioFormat,
        /// Of the samples, where it is known.
        length: Option<u64>,
        /// Where they begin.
        samples: usize,
    },
    Wrong(&'static str),
}

/// Reads the chunks of a RIFF file up to the samples ("Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft,
/// 1991).
fn parse(bytes: &[u8]) -> Head {
    let tag = |at: usize| bytes.get(at..at + 4);
    let word = |at: usize| bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes);
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    match (tag(0), tag(8)) {
        (Some(b"RIFF"), Some(b"WAVE")) => {}
        (Some(riff), _) if riff != b"RIFF" => return Head::Wrong("writes something else than WAV"),
        (_, Some(_)) => return Head::Wrong("writes something else than WAV"),
        _ => return Head::Begun,
    }
    let (mut at, mut format) = (12, None);
    loop {
        let (Some(name), Some(length)) = (tag(at), number(at + 4)) else { return Head::Begun };
        let body = at + 8;
        match name {
            b"data" => {
                let Some(format) = format else {
                    return Head::Wrong("writes WAV that does not say what its samples are");
                };
                let length = (length != 0 && length < UNKNOWN).then_some(u64::from(length));
                return Head::Whole { format, length, samples: body };
            }
            b"fmt " => {
                let (Some(kind), Some(channels), Some(sample_rate), Some(bits)) =
                    (word(body), word(body + 2), number(body + 4), word(body + 14))
                else {
                    return Head::Begun;
                };
                // 0xfffe: the extensible form, of which only its samples' size matters here.
                if !matches!(kind, 1 | 0xfffe) || bits != 16 {
                    return Head::Wrong("writes WAV of another form than 16-bit samples");
                }
                let Some(channels @ 1..=2) = u8::try_from(channels).ok() else {
                    return Head::Wrong("writes WAV of more than two channels");
                };
                format = Some(AudioFormat { encoding: Encoding::PcmS16le, sample_rate, channels });
            }
            _ => {}
        }
        // Chunks begin at even places.
        let Some(next) =
            body.checked_add(length as usize + (length as usize & 1)).filter(|next| *next <= HEAD)
        else {
            return Head::Wrong("writes a WAV file in which no samples begin");
        };
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(kind: u16, channels: u16, bits: u16, length: u32) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(22_050_u32.to_le_bytes());
        bytes.extend([0; 6]);
        bytes.extend(bits.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend(length.to_le_bytes());
        bytes
    }

    #[test]
    fn form_and_length_are_found_behind_other_chunks() {
        let bytes = wav(1, 2, 16, 400);
        let Head::Whole { format, length, samples } = parse(&bytes) else { panic!() };
        assert_eq!((format.sample_rate, format.channels), (22_050, 2));
        assert_eq!((length, samples), (Some(400), bytes.len()));
    }

    #[test]
    fn length_that_nobody_knew_is_none() {
        for unknown in [0, 0x7fff_f000, u32::MAX] {
            assert!(matches!(parse(&wav(1, 1, 16, unknown)), Head::Whole { length: None, .. }), "{unknown}");
        }
    }

    #[test]
    fn every_beginning_of_a_head_asks_for_more() {
        let bytes = wav(1, 1, 16, 400);
        for end in 0..bytes.len() {
            assert!(matches!(parse(&bytes[..end]), Head::Begun), "{end}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for bytes in
            [wav(3, 1, 32, 0), wav(1, 1, 8, 0), wav(1, 6, 16, 0), b"OggS".to_vec(), b"RIFF....AVI ".to_vec()]
        {
            assert!(matches!(parse(&bytes), Head::Wrong(_)));
        }
    }
}
