//! Bytes that are not what they were said to be.

use std::time::{Duration, Instant};

use wheelhouse_audio::{AudioError, Decoder, Layout, Mp3Frames};
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

/// With the checksums of the forms that have some made right again it would go deeper; those of Ogg and FLAC
/// are tried below.
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
