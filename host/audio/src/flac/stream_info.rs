//! What a stream says of itself at its beginning.

use crate::{AudioError, Layout, Result};

pub(super) const LENGTH: usize = 34;

/// The most samples of a channel in a frame that are taken: as many as any stream for streaming has.
const MOST_SAMPLES: u16 = 16_384;

/// The block `STREAMINFO`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamInfo {
    pub(super) layout: Layout,
    /// Of each sample; 4 to 24.
    pub(super) bits: u32,
    /// The most samples of a channel in a frame.
    pub(super) block: u16,
    /// Samples of a channel in all, when it is known.
    pub(super) samples: Option<u64>,
}

impl StreamInfo {
    pub(super) fn read(block: &[u8; LENGTH]) -> Result<Self> {
        let word = u64::from_be_bytes(std::array::from_fn(|index| block[10 + index]));
        let sample_rate = (word >> 44) as u32;
        let channels = (word >> 41 & 7) as u8 + 1;
        let bits = (word >> 36 & 31) as u32 + 1;
        if sample_rate == 0 || bits < 4 {
            return Err(AudioError::Unreadable("a FLAC stream of no rate or no samples".to_owned()));
        }
        if channels > 2 || bits > 24 {
            return Err(AudioError::Unsupported(format!("FLAC with {channels} channels of {bits} bits")));
        }
        let most = u16::from_be_bytes([block[2], block[3]]);
        if most > MOST_SAMPLES {
            return Err(AudioError::Unsupported(format!("FLAC with frames of {most} samples")));
        }
        Ok(Self {
            layout: Layout { sample_rate, channels },
            bits,
            block: most,
            samples: Some(word & 0xF_FFFF_FFFF).filter(|samples| *samples != 0),
        })
    }

    /// Of 16 bits, and of a length that is not known yet; so are the sizes of frames and the checksum of all
    /// samples.
    pub(super) fn write(layout: Layout, block: u16) -> [u8; LENGTH] {
        let mut info = [0; LENGTH];
        info[0..2].copy_from_slice(&block.to_be_bytes());
        info[2..4].copy_from_slice(&block.to_be_bytes());
        let channels = u64::from(layout.channels.max(1) - 1);
        let word = u64::from(layout.sample_rate) << 44 | channels << 41 | 15 << 36;
        info[10..18].copy_from_slice(&word.to_be_bytes());
        info
    }
}
