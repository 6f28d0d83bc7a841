//! The forms that audio can be had in.

use std::{fmt, str::FromStr};

use serde::Serialize;
use wheelhouse_core::{
    Failure,
    speech::{AudioFormat, Encoding},
};

/// A form of audio that a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputFormat {
    /// A WAV stream: a 44-byte header that leaves the length open, then samples.
    #[default]
    Wav,
    /// Signed 16-bit little-endian samples without a header.
    Pcm,
}

impl OutputFormat {
    /// All that can be made.
    pub const ALL: [Self; 2] = [Self::Wav, Self::Pcm];

    /// The word in requests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Pcm => "pcm",
        }
    }

    /// The media type of such audio. Raw samples say nothing of themselves, so their rate and channels stand in it.
    pub fn content_type(self, format: AudioFormat) -> String {
        match self {
            Self::Wav => "audio/wav".to_owned(),
            Self::Pcm => format!("audio/pcm; rate={}; channels={}", format.sample_rate, format.channels),
        }
    }

    /// Whether it can be made of what an engine gives.
    pub(super) fn can_be_made_of(self, format: AudioFormat) -> bool {
        format.encoding == Encoding::PcmS16le
            && (1..=2).contains(&format.channels)
            && (1_000..=384_000).contains(&format.sample_rate)
    }

    /// What stands before the first sample.
    pub(super) fn header(self, format: AudioFormat) -> Option<[u8; 44]> {
        match self {
            Self::Wav => Some(wav_header(format)),
            Self::Pcm => None,
        }
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OutputFormat {
    type Err = Failure;

    /// # Errors
    /// `Invalid` with the list of those that can be made.
    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|format| text.eq_ignore_ascii_case(format.as_str())).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            let given: String = text.chars().take(40).collect();
            Failure::invalid_field("format", format!("`{given}` cannot be made; these can: {known}"))
        })
    }
}

/// A RIFF header of PCM audio whose length is not known yet. Both lengths are the largest that fit, which players
/// read as "until the end of the stream"; it is what ffmpeg writes to a pipe as well.
fn wav_header(format: AudioFormat) -> [u8; 44] {
    const BITS: u16 = 16;
    let channels = u16::from(format.channels);
    let frame = channels * (BITS / 8);
    let mut header = [0; 44];
    header[0..4].copy_from_slice(b"RIFF");
    header[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    header[8..16].copy_from_slice(b"WAVEfmt ");
    header[16..20].copy_from_slice(&16_u32.to_le_bytes());
    header[20..22].copy_from_slice(&1_u16.to_le_bytes());
    header[22..24].copy_from_slice(&channels.to_le_bytes());
    header[24..28].copy_from_slice(&format.sample_rate.to_le_bytes());
    header[28..32].copy_from_slice(&(format.sample_rate * u32::from(frame)).to_le_bytes());
    header[32..34].copy_from_slice(&frame.to_le_bytes());
    header[34..36].copy_from_slice(&BITS.to_le_bytes());
    header[36..40].copy_from_slice(b"data");
    header[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEECH: AudioFormat =
        AudioFormat { encoding: Encoding::PcmS16le, sample_rate: 24_000, channels: 1 };

    #[test]
    fn wav_header_describes_the_samples() {
        let header = wav_header(SPEECH);
        assert_eq!(&header[..4], b"RIFF");
        assert_eq!(&header[8..16], b"WAVEfmt ");
        assert_eq!(header[20..24], [1, 0, 1, 0], "PCM, one channel");
        assert_eq!(header[24..28], 24_000_u32.to_le_bytes());
        assert_eq!(header[28..32], 48_000_u32.to_le_bytes(), "bytes a second");
        assert_eq!(header[32..36], [2, 0, 16, 0], "two bytes a frame, 16 bits");
        assert_eq!(&header[36..40], b"data");
        assert_eq!(header[40..], [255; 4], "the length is open");
    }

    #[test]
    fn unknown_format_is_refused_with_those_that_can_be_made() {
        let failure = "mp3".parse::<OutputFormat>().expect_err("mp3 is not made");
        assert_eq!(failure.fields[0].field, "format");
        assert!(failure.message.contains("`mp3`") && failure.message.contains("wav, pcm"), "{failure}");
        assert_eq!("WAV".parse(), Ok(OutputFormat::Wav));
    }

    #[test]
    fn compressed_audio_is_never_labelled_as_samples() {
        for encoding in [Encoding::Mp3, Encoding::Opus, Encoding::Flac, Encoding::Aac] {
            for format in OutputFormat::ALL {
                assert!(!format.can_be_made_of(AudioFormat { encoding, ..SPEECH }));
            }
        }
        assert!(OutputFormat::Wav.can_be_made_of(SPEECH));
    }
}
