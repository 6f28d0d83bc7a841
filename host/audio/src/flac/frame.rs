//! A frame: some samples of all channels.

use crate::{AudioError, Result, bits::BitReader};

use super::{checksum, stream_info::StreamInfo, subframe};

/// How two channels were made of left and right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stereo {
    Apart,
    LeftSide,
    SideRight,
    MidSide,
}

impl Stereo {
    /// Which of the two is the difference, that needs a bit more.
    pub(super) fn side(self) -> Option<usize> {
        match self {
            Self::Apart => None,
            Self::SideRight => Some(0),
            Self::LeftSide | Self::MidSide => Some(1),
        }
    }

    fn undo(self, channels: &mut [Vec<i32>]) {
        let [first, second] = channels else { return };
        for (a, b) in first.iter_mut().zip(second) {
            let (one, other) = (*a, *b);
            (*a, *b) = match self {
                Self::Apart => (one, other),
                Self::LeftSide => (one, one.wrapping_sub(other)),
                Self::SideRight => (one.wrapping_add(other), other),
                Self::MidSide => {
                    let doubled = one.wrapping_mul(2) | other & 1;
                    (doubled.wrapping_add(other) >> 1, doubled.wrapping_sub(other) >> 1)
                }
            };
        }
    }
}

/// The beginning of a frame.
pub(super) struct Header {
    pub(super) samples: usize,
    channels: usize,
    stereo: Stereo,
    bits: u32,
    length: usize,
}

impl Header {
    /// `None` while too little of it is there.
    pub(super) fn read(bytes: &[u8], info: &StreamInfo) -> Result<Option<Self>> {
        let mut reader = BitReader::new(bytes);
        match Self::fields(&mut reader, info) {
            None if bytes.len() < 17 => Ok(None),
            Some(Some(mut header)) => {
                header.length = reader.bytes_read();
                let Some(sum) = bytes.get(header.length) else { return Ok(None) };
                if checksum::header(&bytes[..header.length]) != *sum {
                    return Err(unreadable("the checksum of a frame's header is wrong"));
                }
                header.length += 1;
                Ok(Some(header))
            }
            Some(None) | None => {
                Err(unreadable("there is no FLAC frame of this stream where one must begin"))
            }
        }
    }

    /// `None` when bits are missing, `Some(None)` when they are wrong.
    fn fields(reader: &mut BitReader<'_>, info: &StreamInfo) -> Option<Option<Self>> {
        let sync = reader.take(15)?;
        let _blocking = reader.take(1)?;
        let (block, rate) = (reader.take(4)?, reader.take(4)?);
        let (assignment, size, reserved) = (reader.take(4)?, reader.take(3)?, reader.take(1)?);
        let (channels, stereo) = match assignment {
            0..=7 => (assignment as usize + 1, Stereo::Apart),
            8 => (2, Stereo::LeftSide),
            9 => (2, Stereo::SideRight),
            10 => (2, Stereo::MidSide),
            _ => return Some(None),
        };
        let bits = match size {
            0 => info.bits,
            1 => 8,
            2 => 12,
            4 => 16,
            5 => 20,
            6 => 24,
            _ => return Some(None),
        };
        // The number of the frame or of its first sample, in as many bytes as UTF-8 would need.
        let first = reader.take(8)?;
        let more = match (first as u8).leading_ones() {
            0 => 0,
            ones @ 2..=7 => ones - 1,
            _ => return Some(None),
        };
        for _ in 0..more {
            if reader.take(8)? >> 6 != 0b10 {
                return Some(None);
            }
        }
        let samples = match block {
            0 => return Some(None),
            1 => 192,
            2..=5 => 576 << (block - 2),
            6 => reader.take(8)? + 1,
            7 => reader.take(16)? + 1,
            _ => 256 << (block - 8),
        };
        let sample_rate = match rate {
            0 => info.layout.sample_rate,
            1..=11 => RATES[rate as usize - 1],
            12 => reader.take(8)? * 1_000,
            13 => reader.take(16)?,
            14 => reader.take(16)? * 10,
            _ => return Some(None),
        };
        let fits = sync == 0b111_1111_1111_1100
            && reserved == 0
            && channels == info.layout.width()
            && bits == info.bits
            && sample_rate == info.layout.sample_rate
            && samples <= u32::from(info.block);
        Some(fits.then_some(Self { samples: samples as usize, channels, stereo, bits, length: 0 }))
    }

    /// The most bytes that a frame with this header can have: no encoder writes one that is longer than the
    /// samples as they are.
    pub(super) fn longest(&self) -> usize {
        let samples = self.samples * self.channels * (self.bits as usize + 1);
        self.length + samples / 8 + self.channels * 64 + 64
    }
}

/// Sample rates that a header has a number for, from 1.
pub(super) const RATES: [u32; 11] =
    [88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/// Decodes a whole frame; `None` when it does not end where the bytes do.
pub(super) fn decode(header: &Header, bytes: &[u8]) -> Option<Vec<Vec<i32>>> {
    let content = bytes.get(header.length..bytes.len().checked_sub(2)?)?;
    let mut reader = BitReader::new(content);
    let mut channels = Vec::with_capacity(header.channels);
    for index in 0..header.channels {
        let more = u32::from(header.stereo.side() == Some(index));
        channels.push(subframe::read(&mut reader, header.samples, header.bits + more)?);
    }
    if reader.bytes_read() != content.len() {
        return None;
    }
    header.stereo.undo(&mut channels);
    Some(channels)
}

fn unreadable(what: &str) -> AudioError {
    AudioError::Unreadable(what.to_owned())
}
