//! What the first four bytes of a frame say.

use crate::{AudioError, Layout, Result};

/// Bit rates of MPEG 1, and of MPEG 2 and 2.5, in kbit/s.
const BIT_RATES: [[u32; 15]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/// Of MPEG 1; MPEG 2 has half of them, MPEG 2.5 a quarter.
const SAMPLE_RATES: [u32; 3] = [44_100, 48_000, 32_000];

/// A frame of layer 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) layout: Layout,
    /// Samples of each channel.
    pub(super) samples: u32,
    /// Bytes, these four included.
    pub(super) size: usize,
    /// Where the frame's own content begins, behind what tells how to read it.
    pub(super) content: usize,
}

impl Header {
    /// # Errors
    /// `Unreadable` when no frame begins like this, `Unsupported` for one that does not state its length.
    pub(super) fn read(bytes: [u8; 4]) -> Result<Self> {
        let word = u32::from_be_bytes(bytes);
        let field = |shift: u32, bits: u32| (word >> shift) & ((1 << bits) - 1);
        let (version, layer, rate, frequency) = (field(19, 2), field(17, 2), field(12, 4), field(10, 2));
        if field(21, 11) != 0x7FF || version == 1 || layer != 1 || rate == 15 || frequency == 3 {
            return Err(AudioError::Unreadable("there is no MP3 frame where one must begin".to_owned()));
        }
        if rate == 0 {
            return Err(AudioError::Unsupported("MP3 of a free bit rate".to_owned()));
        }
        let (first, divisor) = match version {
            3 => (true, 1),
            2 => (false, 2),
            _ => (false, 4),
        };
        let mono = field(6, 2) == 3;
        let sample_rate = SAMPLE_RATES[frequency as usize] / divisor;
        let samples = if first { 1_152 } else { 576 };
        let bits_per_second = BIT_RATES[usize::from(!first)][rate as usize] * 1_000;
        let content = match (first, mono) {
            (true, false) => 36,
            (true, true) | (false, false) => 21,
            (false, true) => 13,
        };
        Ok(Self {
            layout: Layout { sample_rate, channels: if mono { 1 } else { 2 } },
            samples,
            size: (samples / 8 * bits_per_second / sample_rate + field(9, 1)) as usize,
            content,
        })
    }
}

/// The first four bytes of a frame of one of these rates, and the number of its sample rate among all. Two
/// channels may be written as what they share and what they do not.
pub(super) fn write(layout: Layout, kbits: u32, padded: bool, shared: bool) -> ([u8; 4], usize) {
    let (version, divisor, group) = match layout.sample_rate {
        32_000.. => (3, 1, 0),
        16_000.. => (2, 2, 1),
        _ => (0, 4, 2),
    };
    let frequency = SAMPLE_RATES.iter().position(|rate| *rate == layout.sample_rate * divisor).unwrap_or(0);
    let rate = BIT_RATES[usize::from(group > 0)].iter().position(|rate| *rate == kbits).unwrap_or(0);
    let mode = match (layout.channels, shared) {
        (1, _) => 0b1100,
        (_, false) => 0b0100,
        (_, true) => 0b0110,
    };
    // Layer 3, no checksum; no copyright, but an original.
    let word = 0x7FF << 21
        | version << 19
        | 1 << 17
        | 1 << 16
        | (rate as u32) << 12
        | (frequency as u32) << 10
        | u32::from(padded) << 9
        | mode << 4
        | 1 << 2;
    (word.to_be_bytes(), group * 3 + frequency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_layout_are_read() {
        // 128 kbit/s at 44,100 Hz, padded, joint stereo; 48 kbit/s at 24,000 Hz, mono.
        let music = Header::read([0xFF, 0xFB, 0x92, 0x64]).expect("a frame");
        assert_eq!((music.size, music.samples, music.content), (418, 1_152, 36));
        assert_eq!(music.layout, Layout { sample_rate: 44_100, channels: 2 });
        let speech = Header::read([0xFF, 0xF3, 0x64, 0xC4]).expect("a frame");
        assert_eq!((speech.size, speech.samples, speech.content), (144, 576, 13));
        assert_eq!(speech.layout, Layout { sample_rate: 24_000, channels: 1 });
    }

    #[test]
    fn what_is_no_frame_of_layer_3_is_refused() {
        for bytes in [[0; 4], [0xFF, 0xFD, 0x92, 0x64], [0xFF, 0xFB, 0xF2, 0x64], [0xFF, 0xFB, 0x9E, 0x64]] {
            assert!(matches!(Header::read(bytes), Err(AudioError::Unreadable(_))), "{bytes:x?}");
        }
        assert!(matches!(Header::read([0xFF, 0xFB, 0x02, 0x64]), Err(AudioError::Unsupported(_))));
    }
}
