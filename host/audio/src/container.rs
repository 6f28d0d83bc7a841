//! The forms that samples can be given, and what each can carry.

use crate::Layout;

/// A form that samples can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// A WAV stream: a 44-byte header that leaves the length open, then samples.
    Wav,
    /// Signed 16-bit little-endian samples without a header.
    Pcm,
    /// MPEG layer 3 at a constant bit rate.
    Mp3,
    /// Opus in Ogg.
    Opus,
    /// FLAC whose header leaves the length open.
    Flac,
    /// AAC-LC in ADTS. Made by a program of the machine: see [`aac_available`](crate::aac_available).
    Aac,
}

/// Rates that MPEG 1, 2 and 2.5 have a number for.
const MP3_RATES: [u32; 9] = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
/// Rates that Opus codes at.
const OPUS_RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];
/// Rates that ADTS has a number for.
const AAC_RATES: [u32; 12] =
    [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000];

impl Container {
    /// All that can be made; [`Container::Aac`] only with the program for it.
    pub const ALL: [Self; 6] = [Self::Wav, Self::Pcm, Self::Mp3, Self::Opus, Self::Flac, Self::Aac];

    /// The word in requests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Pcm => "pcm",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Flac => "flac",
            Self::Aac => "aac",
        }
    }
}

/// The layout nearest to `layout` that the container can carry. Of a few rates it is the lowest that loses
/// nothing, else the highest.
pub fn layout_for(container: Container, layout: Layout) -> Layout {
    let rate = layout.sample_rate;
    let among = |rates: &[u32]| {
        let highest = rates.last().copied().unwrap_or(rate);
        rates.iter().copied().find(|&candidate| candidate >= rate).unwrap_or(highest)
    };
    let sample_rate = match container {
        Container::Wav | Container::Pcm => rate.clamp(1_000, 384_000),
        // Above 65,535 a frame can state tens only.
        Container::Flac if rate > 65_535 => (rate.min(192_000) / 10) * 10,
        Container::Flac => rate.max(1_000),
        Container::Mp3 => among(&MP3_RATES),
        Container::Opus => among(&OPUS_RATES),
        Container::Aac => among(&AAC_RATES),
    };
    Layout { sample_rate, channels: layout.channels.clamp(1, 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_that_fits_stays_and_another_gets_the_nearest_that_loses_nothing() {
        let rate =
            |container, sample_rate| layout_for(container, Layout { sample_rate, channels: 1 }).sample_rate;
        for (container, given, made) in [
            (Container::Wav, 22_050, 22_050),
            (Container::Opus, 24_000, 24_000),
            (Container::Opus, 22_050, 24_000),
            (Container::Opus, 44_100, 48_000),
            (Container::Opus, 96_000, 48_000),
            (Container::Mp3, 22_050, 22_050),
            (Container::Mp3, 4_000, 8_000),
            (Container::Mp3, 192_000, 48_000),
            (Container::Flac, 37_123, 37_123),
            (Container::Flac, 88_200, 88_200),
            (Container::Flac, 65_537, 65_530),
            (Container::Aac, 88_200, 88_200),
        ] {
            assert_eq!(rate(container, given), made, "{container:?} at {given}");
        }
    }

    #[test]
    fn what_a_container_carries_it_is_given_as_it_is() {
        for container in Container::ALL {
            for sample_rate in [0, 1, 7_999, 8_000, 22_050, 44_101, 65_536, 123_457, u32::MAX] {
                for channels in [0, 1, 2, 6] {
                    let layout = layout_for(container, Layout { sample_rate, channels });
                    assert_eq!(layout_for(container, layout), layout, "{container:?}");
                }
            }
        }
    }
}
