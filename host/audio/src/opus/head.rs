//! The two packets before the sound.

use crate::{AudioError, Layout, Result};

const HEAD: &[u8] = b"OpusHead";
const TAGS: &[u8] = b"OpusTags";

/// What the stream says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) channels: u8,
    /// Samples before the sound, in [`CLOCK`](super::CLOCK).
    pub(super) skip: u16,
    /// How much louder it is meant to be than it is, in 256ths of a decibel.
    pub(super) gain: i16,
}

impl Head {
    pub(super) fn read(packet: &[u8]) -> Result<Self> {
        let unreadable = || AudioError::Unreadable("the Ogg stream is not one of Opus".to_owned());
        let fields: &[u8; 11] =
            packet.strip_prefix(HEAD).and_then(|rest| rest.first_chunk()).ok_or_else(unreadable)?;
        let [version, channels, skip_low, skip_high, _, _, _, _, gain_low, gain_high, mapping] = *fields;
        if version >> 4 != 0 {
            return Err(unreadable());
        }
        if mapping != 0 || !(1..=2).contains(&channels) {
            return Err(AudioError::Unsupported(format!("Opus with {channels} channels")));
        }
        Ok(Self {
            channels,
            skip: u16::from_le_bytes([skip_low, skip_high]),
            gain: i16::from_le_bytes([gain_low, gain_high]),
        })
    }

    pub(super) fn write(self, layout: Layout) -> Vec<u8> {
        let mut packet = HEAD.to_vec();
        packet.extend([1, self.channels]);
        packet.extend(self.skip.to_le_bytes());
        packet.extend(layout.sample_rate.to_le_bytes());
        packet.extend(self.gain.to_le_bytes());
        packet.push(0);
        packet
    }
}

/// Whether a packet is the one with what the audio is called.
pub(super) fn is_tags(packet: &[u8]) -> bool {
    packet.starts_with(TAGS)
}

/// It is not called anything.
pub(super) fn tags() -> Vec<u8> {
    const PROGRAM: &str = "wheelhouse";
    let mut packet = TAGS.to_vec();
    packet.extend((PROGRAM.len() as u32).to_le_bytes());
    packet.extend_from_slice(PROGRAM.as_bytes());
    packet.extend(0_u32.to_le_bytes());
    packet
}
