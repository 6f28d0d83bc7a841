//! The header of a WAV stream.

use crate::Layout;

/// What stands before the samples of a WAV file of so many bytes of samples. Without a number the length is
/// open: both lengths are the largest that fit, which players read as "until the end of the stream"; it is
/// what ffmpeg writes to a pipe as well.
pub fn wav_header(layout: Layout, bytes: Option<u32>) -> [u8; 44] {
    const BITS: u16 = 16;
    // What follows the first length: all of the header but 8 bytes, and the samples.
    const AROUND: u32 = 36;
    let channels = u16::from(layout.channels);
    let frame = channels * (BITS / 8);
    let mut header = [0; 44];
    header[0..4].copy_from_slice(b"RIFF");
    header[4..8].copy_from_slice(&bytes.map_or(u32::MAX, |b| b.saturating_add(AROUND)).to_le_bytes());
    header[8..16].copy_from_slice(b"WAVEfmt ");
    header[16..20].copy_from_slice(&16_u32.to_le_bytes());
    header[20..22].copy_from_slice(&1_u16.to_le_bytes());
    header[22..24].copy_from_slice(&channels.to_le_bytes());
    header[24..28].copy_from_slice(&layout.sample_rate.to_le_bytes());
    header[28..32].copy_from_slice(&layout.sample_rate.saturating_mul(u32::from(frame)).to_le_bytes());
    header[32..34].copy_from_slice(&frame.to_le_bytes());
    header[34..36].copy_from_slice(&BITS.to_le_bytes());
    header[36..40].copy_from_slice(b"data");
    header[40..44].copy_from_slice(&bytes.unwrap_or(u32::MAX).to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEECH: Layout = Layout { sample_rate: 24_000, channels: 1 };

    #[test]
    fn header_describes_the_samples() {
        let header = wav_header(SPEECH, None);
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
    fn known_length_stands_in_both_places() {
        let header = wav_header(SPEECH, Some(1_000));
        assert_eq!(header[4..8], 1_036_u32.to_le_bytes());
        assert_eq!(header[40..], 1_000_u32.to_le_bytes());
    }
}
