//! The head of a WAV file, and what has to come after it.

use bytes::Bytes;
use wheelhouse_core::speech::{AudioFormat, Encoding};

/// The most that may stand before the samples.
const MAX_HEAD: usize = 64 << 10;
/// A length from here on means that whoever wrote it did not know it: espeak-ng and others write the largest that they can.
const UNKNOWN: u32 = 0x7fff_0000;

/// What the beginning of a file says.
pub(crate) enum Head {
    /// More bytes are needed.
    Begun,
    Whole {
        format: AudioFormat,
        /// Of the samples, where it is known.
        length: Option<u64>,
        /// Where they begin.
        samples: usize,
    },
    /// What it is instead, as the object of a sentence.
    Wrong(&'static str),
}

/// Reads the chunks of a RIFF file up to the samples, which begin within 64 KiB or not at all ("Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft,
/// 1991).
pub(crate) fn parse(bytes: &[u8]) -> Head {
    let tag = |at: usize| bytes.get(at..at + 4);
    let word = |at: usize| bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes);
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    match (tag(0), tag(8)) {
        (Some(b"RIFF"), Some(b"WAVE")) => {}
        (Some(riff), _) if riff != b"RIFF" => return Head::Wrong("something else than WAV"),
        (_, Some(_)) => return Head::Wrong("something else than WAV"),
        _ => return Head::Begun,
    }
    let (mut at, mut format) = (12, None);
    loop {
        if at > MAX_HEAD {
            return Head::Wrong("a WAV file in which no samples begin");
        }
        let (Some(name), Some(length)) = (tag(at), number(at + 4)) else { return Head::Begun };
        let body = at + 8;
        match name {
            b"data" => {
                let Some(format) = format else {
                    return Head::Wrong("WAV that does not say what its samples are");
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
                    return Head::Wrong("WAV of another form than 16-bit samples");
                }
                let Some(channels @ 1..=2) = u8::try_from(channels).ok() else {
                    return Head::Wrong("WAV of more than two channels");
                };
                format = Some(AudioFormat { encoding: Encoding::PcmS16le, sample_rate, channels });
            }
            _ => {}
        }
        // Chunks begin at even places.
        at = body.saturating_add(length as usize).saturating_add(length as usize & 1);
    }
}

/// Samples on their way: how many have come, and whether they are all.
pub(crate) struct Tally {
    /// How much is still to come, where the head says so.
    left: Option<u64>,
    /// Bytes of one sample of all channels.
    frame: u64,
    read: u64,
}

/// What samples are that have come to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Whole,
    /// There was not one.
    Nothing,
    /// Fewer than announced, or half a sample at the end.
    Short,
}

impl Tally {
    /// Of 16-bit samples in so many channels, with their length in bytes where it is known.
    pub(crate) fn new(channels: u8, length: Option<u64>) -> Self {
        Self { left: length, frame: u64::from(channels) * 2, read: 0 }
    }

    /// Of bytes of which only the end tells whether they are all.
    pub(crate) fn of_bytes() -> Self {
        Self { left: None, frame: 1, read: 0 }
    }

    /// Whether all has come that was announced.
    pub(crate) fn is_full(&self) -> bool {
        self.left == Some(0)
    }

    /// How many bytes have come.
    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    /// Counts a piece; what of it are samples. Notes about the recording may stand behind them.
    pub(crate) fn take(&mut self, mut piece: Bytes) -> Bytes {
        if let Some(left) = &mut self.left {
            piece.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= piece.len() as u64;
        }
        self.read += piece.len() as u64;
        piece
    }

    /// At the end.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.read {
            0 => Verdict::Nothing,
            read if self.left.is_some_and(|left| left > 0) || !read.is_multiple_of(self.frame) => {
                Verdict::Short
            }
            _ => Verdict::Whole,
        }
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

    #[test]
    fn samples_are_whole_short_or_none() {
        let verdict = |mut tally: Tally, bytes: usize| {
            let kept = tally.take(Bytes::from(vec![0; bytes])).len();
            (kept, tally.verdict())
        };
        assert_eq!(verdict(Tally::new(1, Some(4)), 4), (4, Verdict::Whole));
        assert_eq!(verdict(Tally::new(1, Some(4)), 9), (4, Verdict::Whole), "notes are no samples");
        assert_eq!(verdict(Tally::new(1, Some(4)), 2), (2, Verdict::Short));
        assert_eq!(verdict(Tally::new(2, None), 6), (6, Verdict::Short), "half a sample");
        assert_eq!(verdict(Tally::new(1, None), 0), (0, Verdict::Nothing));
        assert_eq!(verdict(Tally::of_bytes(), 3), (3, Verdict::Whole));
    }
}
