//! How samples lie in time and beside each other.

use wheelhouse_core::speech::AudioFormat;

/// How samples lie in time and beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Samples a second and channel.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: u8,
}

impl Layout {
    /// How many samples make a frame, never 0.
    pub(crate) fn width(self) -> usize {
        usize::from(self.channels.max(1))
    }
}

impl From<AudioFormat> for Layout {
    fn from(format: AudioFormat) -> Self {
        Self { sample_rate: format.sample_rate, channels: format.channels }
    }
}
