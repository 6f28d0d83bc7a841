//! Bytes that are not what they were said to be.

use std::time::{Duration, Instant};

use wheelhouse_audio::{AudioError, Container, Decoder, Layout, Mp3Frames};
use wheelhouse_core::speech::{AudioFormat, Encoding};

use crate::{
    coding::{CODED, decoded, encoded, makeable},
    signal::{Noise, voice},
};

const LAYOUT: Layout = Layout { sample_rate: 16_000, channels: 1 };

#[test]
fn random_bytes_are_unreadable() {
    let mut noise = Noise(3);
    for (_, encoding) in CODED.into_iter().filter(|(_, encoding)| *encoding != Encoding::PcmS16le) {
        for _ in 0..300 {
            let count = 100 + noise.below(4_000) as usize;
            let (_, _, end) = decoded(encoding, LAYOUT, &noise.bytes(count), 512);
            assert!(
                matches!(end, Err(AudioError::Unreadable(_) | AudioError::Unsupported(_))),
                "{encoding:?}: {end:?}"
            );
        }
    }
}

#[test]
fn changed_bytes_never_make_it_panic() {
    let samples = voice(LAYOUT, 0.3);
    let mut noise = Noise(11);
    for (container, encoding) in makeable() {
        let bytes = encoded(container, LAYOUT, &samples, 1_000);
        for _ in 0..400 {
            let mut changed = bytes.clone();
            for _ in 0..=noise.below(8) {
                let place = noise.below(changed.len() as u64) as usize;
                changed[place] = noise.next() as u8;
            }
            // Whether it is noticed is the form's affair.
            let (out, _, _) = decoded(encoding, LAYOUT, &changed, 700);
            assert!(out.len() < samples.len() * 20);
        }
    }
}

/// A checksum of so many bits, the highest first.
fn checksum(bytes: &[u8], polynomial: u32, bits: u32) -> u32 {
    let (top, mask) = (bits - 1, u32::MAX >> (32 - bits));
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << (bits - 8), |sum, _| {
            let rest = sum << 1 & mask;
            if sum >> top & 1 == 1 { rest ^ polynomial } else { rest }
        })
    })
}

#[test]
fn changed_bytes_behind_checksums_that_are_right_never_make_it_panic() {
    let mut noise = Noise(13);
    // A single frame, behind the beginning of the stream.
    let flac = encoded(Container::Flac, LAYOUT, &voice(LAYOUT, 0.09), 10_000);
    let opus = encoded(Container::Opus, LAYOUT, &voice(LAYOUT, 0.5), 10_000);
    for _ in 0..2_000 {
        let mut changed = flac.clone();
        let (start, end) = (42, flac.len() - 2);
        for _ in 0..=noise.below(6) {
            let place = start + 9 + noise.below((end - start - 9) as u64) as usize;
            changed[place] = noise.next() as u8;
        }
        let sum = checksum(&changed[start..end], 0x8005, 16) as u16;
        changed[end..].copy_from_slice(&sum.to_be_bytes());
        let (out, _, end) = decoded(Encoding::Flac, LAYOUT, &changed, 4_096);
        assert!(out.len() < 2_000 && end != Ok(()) || out.len() == 1_440, "{} samples, {end:?}", out.len());

        let (mut changed, mut page) = (opus.clone(), 0);
        while page < changed.len() {
            let segments = usize::from(changed[page + 26]);
            let content = page + 27 + segments;
            let next = content + changed[page + 27..content].iter().copied().map(usize::from).sum::<usize>();
            // What the stream is called and is stays; so does how long packets are.
            if page > 100 {
                for _ in 0..=noise.below(6) {
                    let place = content + noise.below((next - content) as u64) as usize;
                    changed[place] = noise.next() as u8;
                }
            }
            changed[page + 22..page + 26].fill(0);
            let sum = checksum(&changed[page..next], 0x04C1_1DB7, 32);
            changed[page + 22..page + 26].copy_from_slice(&sum.to_le_bytes());
            page = next;
        }
        let (_, _, end) = decoded(Encoding::Opus, LAYOUT, &changed, 4_096);
        assert!(matches!(end, Ok(()) | Err(AudioError::Unreadable(_))), "{end:?}");
    }
}

#[test]
fn frames_of_garbage_behind_good_headers_never_make_it_panic() {
    let mut noise = Noise(5);
    for _ in 0..3_000 {
        // MP3, 128 kbit/s at 44,100 Hz, and AAC in ADTS of as many bytes as it says.
        let mut mp3 = noise.bytes(417 * 3);
        for frame in mp3.chunks_mut(417) {
            frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, [0x64, 0x04, 0xC4][noise.below(3) as usize]]);
        }
        let (_, _, end) = decoded(Encoding::Mp3, LAYOUT, &mp3, 4_096);
        assert!(!matches!(end, Err(AudioError::Truncated)));
        let size = 8 + noise.below(500) as usize;
        let channels = 1 + noise.below(2) as usize;
        let mut aac = vec![0xFF, 0xF1, 0x50, (channels << 6 | size >> 11) as u8, (size >> 3) as u8];
        aac.extend([(size << 5) as u8 | 0x1F, 0xFC]);
        aac.extend(noise.bytes(size - 7));
        let (_, _, end) = decoded(Encoding::Aac, LAYOUT, &aac, 4_096);
        assert!(!matches!(end, Err(AudioError::Truncated)));
    }
}

#[test]
fn what_never_becomes_whole_is_given_up() {
    let mut noise = Noise(9);
    let info = b"fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x03\xE8\0\xF0\0\0\0\0";
    let flac = [info.as_slice(), &[0; 16], &noise.bytes(1 << 20)].concat();
    let zeros = vec![0; 1 << 20];
    for (encoding, bytes) in [(Encoding::Flac, &flac), (Encoding::Mp3, &zeros), (Encoding::Aac, &zeros)] {
        let begun = Instant::now();
        let (out, _, end) = decoded(encoding, LAYOUT, bytes, 1);
        assert!(matches!(end, Err(AudioError::Unreadable(_))), "{encoding:?}: {end:?}");
        assert!(out.is_empty() && begun.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn after_an_error_it_stays_an_error() {
    let format = AudioFormat { encoding: Encoding::Mp3, sample_rate: 16_000, channels: 1 };
    let mut decoder = Decoder::new(format);
    let mut out = Vec::new();
    for _ in 0..3 {
        assert!(decoder.push(b"<html>", &mut out).is_err());
    }
    let mut frames = Mp3Frames::new();
    assert!(frames.push(b"{\"error\"", &mut |_, _| panic!("there is no frame")).is_err());
}
