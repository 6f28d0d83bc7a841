//! The forms that the double makes.

use crate::tone;

/// Of every form, as at OpenAI.
pub const SAMPLE_RATE: u32 = 24_000;
/// 100 ms of samples: about what OpenAI sends at once.
pub(super) const PIECE: usize = SAMPLE_RATE as usize / 10 * 2;

/// A frame of MPEG-2 layer 3, 32 kbit/s, 24 kHz, mono: 96 bytes that last 24 ms. With all bits of its side information zero it is silence.
const MP3_FRAME: usize = 96;
const MP3_HEAD: [u8; 4] = [0xff, 0xf3, 0x44, 0xc4];
const MP3_FRAME_MS: u64 = 24;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Pcm,
    Wav,
    Mp3,
}

impl Form {
    pub(super) fn find(name: &str) -> Option<Self> {
        match name {
            "pcm" => Some(Self::Pcm),
            "wav" => Some(Self::Wav),
            "mp3" => Some(Self::Mp3),
            _ => None,
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Pcm => "audio/pcm",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
        }
    }

    /// The text in this form. A WAV file of unknown length says the largest.
    pub(super) fn speak(self, text: &str, speed: f32, knows_length: bool) -> Vec<u8> {
        match self {
            Self::Pcm => tone::pcm(text, speed, SAMPLE_RATE),
            Self::Wav => {
                let samples = tone::pcm(text, speed, SAMPLE_RATE);
                let length = if knows_length { samples.len() as u32 } else { u32::MAX };
                let mut wav = wav_head(length).to_vec();
                wav.extend(samples);
                wav
            }
            Self::Mp3 => {
                let frames = tone::duration_ms(text, speed).div_ceil(MP3_FRAME_MS);
                let mut frame = MP3_HEAD.to_vec();
                frame.resize(MP3_FRAME, 0);
                frame.repeat(frames as usize)
            }
        }
    }
}

/// The head of a WAV file with one channel of 16-bit samples.
fn wav_head(length: u32) -> [u8; 44] {
    let mut head = *b"RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0....\0\0\0\0\x02\0\x10\0data....";
    head[4..8].copy_from_slice(&length.saturating_add(36).to_le_bytes());
    head[24..28].copy_from_slice(&SAMPLE_RATE.to_le_bytes());
    head[28..32].copy_from_slice(&(SAMPLE_RATE * 2).to_le_bytes());
    head[40..44].copy_from_slice(&length.to_le_bytes());
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_lasts_as_long_as_its_words() {
        let text = "turn left at the lakes";
        assert_eq!(Form::Pcm.speak(text, 1.0, false).len(), 60_000);
        assert_eq!(Form::Wav.speak(text, 1.0, true).len(), 60_044);
        // 1,250 ms in frames of 24.
        assert_eq!(Form::Mp3.speak(text, 1.0, false).len(), 53 * MP3_FRAME);
        assert_eq!(Form::find("opus"), None);
    }
}
