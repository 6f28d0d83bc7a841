//! Audio as one run of bytes, in a file or in Redis: a torn or damaged one is not taken for audio.
//!
//! In order: magic and version (8 bytes), length of `about` (4, little-endian), `about`, length of the audio
//! (8, little-endian), the audio, SHA-256 of all before it (32).

use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};
use wheelhouse_core::audio::KeptAudio;

/// The last byte is the version.
const MAGIC: &[u8; 8] = b"WHAUDIO\x01";

const CHECKSUM: usize = 32;

/// Bytes of a frame beside `about` and the audio.
const OVERHEAD: usize = MAGIC.len() + size_of::<u32>() + size_of::<u64>() + CHECKSUM;

/// How long the frame of this audio is, in bytes.
pub(super) fn length(audio: &KeptAudio) -> u64 {
    (OVERHEAD + audio.about.len() + audio.audio.len()) as u64
}

/// The frame, or nothing when `about` is 4 GiB or longer.
pub(super) fn encode(audio: &KeptAudio) -> Option<Vec<u8>> {
    let about = u32::try_from(audio.about.len()).ok()?;
    let mut frame = Vec::with_capacity(OVERHEAD + audio.about.len() + audio.audio.len());
    frame.extend_from_slice(MAGIC);
    frame.extend_from_slice(&about.to_le_bytes());
    frame.extend_from_slice(&audio.about);
    frame.extend_from_slice(&(audio.audio.len() as u64).to_le_bytes());
    frame.extend_from_slice(&audio.audio);
    let checksum = Sha256::digest(&frame);
    frame.extend_from_slice(&checksum);
    Some(frame)
}

/// What is in the frame, without a copy, unless it is not whole to the byte.
pub(super) fn decode(frame: &Bytes) -> Option<KeptAudio> {
    let end = frame.len().checked_sub(CHECKSUM)?;
    let (framed, checksum) = frame.split_at(end);
    if !framed.starts_with(MAGIC) || Sha256::digest(framed)[..] != *checksum {
        return None;
    }
    let mut rest = frame.slice(MAGIC.len()..end);
    let about = usize::try_from(rest.try_get_u32_le().ok()?).ok()?;
    let about = take(&mut rest, about)?;
    let audio = usize::try_from(rest.try_get_u64_le().ok()?).ok()?;
    let audio = take(&mut rest, audio)?;
    rest.is_empty().then_some(KeptAudio { about, audio })
}

fn take(bytes: &mut Bytes, count: usize) -> Option<Bytes> {
    (count <= bytes.len()).then(|| bytes.split_to(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio(about: &'static [u8], audio: &'static [u8]) -> KeptAudio {
        KeptAudio { about: about.into(), audio: audio.into() }
    }

    fn frame(about: &'static [u8], bytes: &'static [u8]) -> Vec<u8> {
        encode(&audio(about, bytes)).expect("it is short")
    }

    /// The bytes with the checksum that they would have.
    fn sealed(mut bytes: Vec<u8>) -> Bytes {
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes.into()
    }

    #[test]
    fn audio_comes_back_as_it_was_framed() {
        for (about, bytes) in
            [(&b""[..], &b""[..]), (b"wav", b""), (b"", b"RIFF"), (b"{\"a\":1}", &[0, 255, 0])]
        {
            let framed = frame(about, bytes);
            assert_eq!(framed.len() as u64, length(&audio(about, bytes)));
            assert_eq!(decode(&framed.into()), Some(audio(about, bytes)));
        }
    }

    #[test]
    fn frame_that_is_cut_short_anywhere_is_refused() {
        let whole = frame(b"about", b"some audio");
        for end in 0..whole.len() {
            assert_eq!(decode(&whole[..end].to_vec().into()), None, "cut at {end}");
        }
    }

    #[test]
    fn frame_with_one_bit_changed_anywhere_or_a_byte_too_many_is_refused() {
        let whole = frame(b"about", b"some audio");
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&changed.into()), None, "bit {bit}");
        }
        let mut longer = whole;
        longer.push(0);
        assert_eq!(decode(&longer.into()), None);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused_even_under_a_good_checksum() {
        let head = |about: u32| [&MAGIC[..], &about.to_le_bytes()].concat();
        let refused = [
            Vec::new(),
            MAGIC.to_vec(),
            head(0),
            head(u32::MAX),
            [head(0), u64::MAX.to_le_bytes().to_vec()].concat(),
            [head(0), 1_u64.to_le_bytes().to_vec()].concat(),
            [head(0), 0_u64.to_le_bytes().to_vec(), vec![0]].concat(),
        ];
        for bytes in refused {
            assert_eq!(decode(&sealed(bytes.clone())), None, "{bytes:?}");
        }
    }

    #[test]
    fn random_bytes_are_refused_without_a_panic() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        for _ in 0..2_000 {
            let mut bytes: Vec<u8> = (0..random() % 120).map(|_| random() as u8).collect();
            assert_eq!(decode(&bytes.clone().into()), None);
            // The same behind the right magic and before the right checksum, where the lengths are read.
            bytes.splice(0..0, MAGIC.iter().copied());
            let _ = decode(&sealed(bytes));
        }
    }
}
