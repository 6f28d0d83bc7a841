//! The forms of audio that servers make, and what their heads say.

use serde::{Deserialize, Serialize};
use wheelhouse_core::speech::{AudioFormat, Encoding};

use crate::wav::{self, Head};

/// The most that may stand before the audio, such as a title with a picture.
const MAX_HEAD: usize = 64 << 10;

/// A `response_format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenAiFormat {
    /// Signed 16-bit little-endian samples of one channel, no header.
    Pcm,
    /// The same with a header.
    Wav,
    /// MPEG layer 3.
    Mp3,
    /// Opus in Ogg.
    Opus,
    /// FLAC.
    Flac,
    /// AAC in ADTS.
    Aac,
}

impl OpenAiFormat {
    /// The one that is of this form.
    pub(super) fn of(encoding: Encoding) -> Self {
        match encoding {
            Encoding::PcmS16le => Self::Pcm,
            Encoding::Mp3 => Self::Mp3,
            Encoding::Opus => Self::Opus,
            Encoding::Flac => Self::Flac,
            Encoding::Aac => Self::Aac,
        }
    }

    /// Whether two of them, one after the other, are one.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Pcm | Self::Wav | Self::Mp3 | Self::Aac)
    }

    /// The one that a server says; `None` for what is none, such as a page of HTML.
    fn said(media_type: &str) -> Option<Self> {
        let media_type = media_type.to_ascii_lowercase();
        let name = media_type.strip_prefix("audio/")?;
        match name.strip_prefix("x-").unwrap_or(name) {
            "pcm" | "l16" | "raw" => Some(Self::Pcm),
            "wav" | "wave" | "vnd.wave" | "pn-wav" => Some(Self::Wav),
            "mpeg" | "mp3" | "mpeg3" => Some(Self::Mp3),
            "ogg" | "opus" => Some(Self::Opus),
            "flac" => Some(Self::Flac),
            "aac" | "aacp" => Some(Self::Aac),
            _ => None,
        }
    }
}

/// What an answer should be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) asked: OpenAiFormat,
    /// Of samples without a header.
    pub(super) pcm_sample_rate: u32,
}

impl Form {
    /// The same after the server has said what it sends; `None` when that is no audio.
    pub(super) fn or_said(self, content_type: Option<&str>) -> Option<Self> {
        let mut words = content_type.unwrap_or_default().split(';').map(str::trim);
        let media_type = words.next().unwrap_or_default();
        if matches!(media_type, "" | "application/octet-stream" | "binary/octet-stream") {
            return Some(self);
        }
        let asked = OpenAiFormat::said(media_type)?;
        let rate = words.find_map(|word| word.strip_prefix("rate=")?.parse().ok());
        let rate = rate.filter(|rate| (8_000..=192_000).contains(rate));
        Some(Self { asked, pcm_sample_rate: rate.unwrap_or(self.pcm_sample_rate) })
    }

    /// Reads the head of an answer.
    pub(super) fn parse(self, bytes: &[u8]) -> Head {
        let head = match self.asked {
            _ if bytes.len() < 4 => return Head::Begun,
            // Some servers make WAV whatever they are asked for, and call it what they were asked for.
            _ if bytes.starts_with(b"RIFF") => return wav::parse(bytes),
            OpenAiFormat::Wav => return Head::Wrong("something else than WAV"),
            OpenAiFormat::Pcm => {
                let known: [&[u8]; 5] = [b"ID3", b"OggS", b"fLaC", b"<!DO", b"<htm"];
                if known.iter().any(|magic| bytes.starts_with(magic)) {
                    return Head::Wrong("something else than samples");
                }
                return self.samples();
            }
            OpenAiFormat::Mp3 => mp3(bytes),
            OpenAiFormat::Opus => opus(bytes),
            OpenAiFormat::Flac => flac(bytes),
            OpenAiFormat::Aac => aac(bytes),
        };
        match head {
            Read::Said(encoding, sample_rate, channels @ 1..=2) => Head::Whole {
                format: AudioFormat { encoding, sample_rate, channels },
                length: None,
                samples: 0,
            },
            Read::Said(..) => Head::Wrong("audio of more than two channels"),
            Read::More if bytes.len() <= MAX_HEAD => Head::Begun,
            Read::More | Read::Wrong => Head::Wrong("something else than the form that it was asked for"),
        }
    }

    /// Whether there should be no head.
    pub(super) fn is_samples(self) -> bool {
        self.asked == OpenAiFormat::Pcm
    }

    /// Samples from the first byte on.
    pub(super) fn samples(self) -> Head {
        let format =
            AudioFormat { encoding: Encoding::PcmS16le, sample_rate: self.pcm_sample_rate, channels: 1 };
        Head::Whole { format, length: None, samples: 0 }
    }
}

/// What the head of a form without samples says.
enum Read {
    More,
    Said(Encoding, u32, u8),
    Wrong,
}

/// A frame's head, behind a tag if there is one (ISO 11172-3 and 13818-3; ID3v2).
fn mp3(bytes: &[u8]) -> Read {
    let mut at = 0;
    if bytes.starts_with(b"ID3") {
        let Some(size) = bytes.get(6..10) else { return Read::More };
        at = 10 + size.iter().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        if at > MAX_HEAD {
            return Read::Wrong;
        }
    }
    let Some(&[sync, kind, rates, channels]) = bytes.get(at..at + 4) else { return Read::More };
    let (version, layer, rate) = (kind >> 3 & 3, kind >> 1 & 3, rates >> 2 & 3);
    if sync != 0xff || kind & 0xe0 != 0xe0 || version == 1 || layer != 1 || rate == 3 || rates >> 4 == 15 {
        return Read::Wrong;
    }
    let rate = [44_100, 48_000, 32_000][usize::from(rate)];
    let divided = match version {
        3 => rate,
        2 => rate / 2,
        _ => rate / 4,
    };
    Read::Said(Encoding::Mp3, divided, if channels >> 6 == 3 { 1 } else { 2 })
}

/// The first page and the packet in it (RFC 3533 and 7845).
fn opus(bytes: &[u8]) -> Read {
    if !bytes.starts_with(b"OggS") {
        return Read::Wrong;
    }
    let Some(&segments) = bytes.get(26) else { return Read::More };
    let at = 27 + usize::from(segments);
    let Some(packet) = bytes.get(at..at + 10) else { return Read::More };
    match packet.starts_with(b"OpusHead") {
        true => Read::Said(Encoding::Opus, 48_000, packet[9]),
        false => Read::Wrong,
    }
}

/// STREAMINFO, which is the first block (RFC 9639).
fn flac(bytes: &[u8]) -> Read {
    if !bytes.starts_with(b"fLaC") {
        return Read::Wrong;
    }
    let Some(&[high, middle, low]) = bytes.get(18..21) else { return Read::More };
    let rate = u32::from(high) << 12 | u32::from(middle) << 4 | u32::from(low) >> 4;
    Read::Said(Encoding::Flac, rate, (low >> 1 & 7) + 1)
}

/// A frame's head (ISO 13818-7).
fn aac(bytes: &[u8]) -> Read {
    const RATES: [u32; 13] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
    ];
    let &[sync, kind, rate, channels, ..] = bytes else { return Read::More };
    match RATES.get(usize::from(rate >> 2 & 15)) {
        Some(&known) if sync == 0xff && kind & 0xf6 == 0xf0 => {
            Read::Said(Encoding::Aac, known, (rate & 1) << 2 | channels >> 6)
        }
        _ => Read::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Said = (Encoding, u32, u8);

    fn parsed(asked: OpenAiFormat, bytes: &[u8]) -> Result<Said, bool> {
        match (Form { asked, pcm_sample_rate: 24_000 }).parse(bytes) {
            Head::Whole { format, .. } => Ok((format.encoding, format.sample_rate, format.channels)),
            Head::Begun => Err(true),
            Head::Wrong(_) => Err(false),
        }
    }

    fn heads() -> Vec<(OpenAiFormat, Vec<u8>, Said)> {
        let mut ogg = b"OggS".to_vec();
        ogg.resize(26, 0);
        ogg.extend(b"\x01\x13OpusHead\x01\x02");
        let mut flac = b"fLaC\0\0\0\x22".to_vec();
        flac.resize(18, 0);
        flac.extend([0x05, 0xdc, 0x00]);
        let mut tagged = b"ID3\x04\0\0\0\0\0\x03abc".to_vec();
        tagged.extend([0xff, 0xfb, 0x90, 0x44]);
        vec![
            (OpenAiFormat::Mp3, vec![0xff, 0xf3, 0x44, 0xc4], (Encoding::Mp3, 24_000, 1)),
            (OpenAiFormat::Mp3, tagged, (Encoding::Mp3, 44_100, 2)),
            (OpenAiFormat::Opus, ogg, (Encoding::Opus, 48_000, 2)),
            (OpenAiFormat::Flac, flac, (Encoding::Flac, 24_000, 1)),
            (OpenAiFormat::Aac, vec![0xff, 0xf1, 0x58, 0x40], (Encoding::Aac, 24_000, 1)),
        ]
    }

    #[test]
    fn rate_and_channels_are_read_from_the_head() {
        for (asked, bytes, expected) in heads() {
            assert_eq!(parsed(asked, &bytes), Ok(expected), "{asked:?}");
            for end in 0..bytes.len() {
                assert_eq!(parsed(asked, &bytes[..end]), Err(true), "{asked:?} {end}");
            }
        }
    }

    #[test]
    fn other_forms_than_the_asked_one_are_told_apart() {
        for (asked, _, _) in heads() {
            assert_eq!(parsed(asked, b"<html><body>Welcome</body></html>"), Err(false), "{asked:?}");
        }
        assert_eq!(parsed(OpenAiFormat::Pcm, b"ID3\x04\0\0\0\0\0\0"), Err(false));
        assert_eq!(parsed(OpenAiFormat::Wav, &[0; 64]), Err(false));
        assert_eq!(parsed(OpenAiFormat::Pcm, &[0; 4]), Ok((Encoding::PcmS16le, 24_000, 1)));
    }

    #[test]
    fn server_may_say_that_it_sends_something_else() {
        let form = Form { asked: OpenAiFormat::Pcm, pcm_sample_rate: 24_000 };
        let said = |text| form.or_said(text).map(|form| (form.asked, form.pcm_sample_rate));
        assert_eq!(said(None), Some((OpenAiFormat::Pcm, 24_000)));
        assert_eq!(said(Some("application/octet-stream")), Some((OpenAiFormat::Pcm, 24_000)));
        assert_eq!(said(Some("audio/pcm; rate=16000; channels=1")), Some((OpenAiFormat::Pcm, 16_000)));
        assert_eq!(said(Some("audio/MPEG")), Some((OpenAiFormat::Mp3, 24_000)));
        assert_eq!(said(Some("audio/x-wav")), Some((OpenAiFormat::Wav, 24_000)));
        assert_eq!(said(Some("text/html; charset=utf-8")), None);
    }
}
