//! What was encoded is heard again.

use wheelhouse_audio::{Container, Layout, layout_for};
use wheelhouse_core::speech::Encoding;

use crate::{
    coding::{decoded, encoded, makeable},
    signal::{channel, likeness, voice},
};

const RATES: [u32; 11] =
    [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 37_123, 44_100, 48_000, 96_000];

/// Every layout that a container can carry.
fn layouts(container: Container) -> Vec<Layout> {
    let all =
        RATES.into_iter().flat_map(|sample_rate| [1, 2].map(|channels| Layout { sample_rate, channels }));
    all.filter(|layout| layout_for(container, *layout) == *layout).collect()
}

#[test]
fn a_voice_is_the_same_voice_at_every_rate_with_one_channel_and_two() {
    for (container, encoding) in makeable() {
        for layout in layouts(container) {
            let what = format!("{container:?} {layout:?}");
            let rate = layout.sample_rate as usize;
            let samples = voice(layout, 1.3);
            let bytes = encoded(container, layout, &samples, 777);
            let (out, read, end) = decoded(encoding, layout, &bytes, 500);
            assert_eq!((read, end), (Some(layout), Ok(())), "{what}");
            let (before, after) =
                (samples.len() / layout.channels as usize, out.len() / layout.channels as usize);
            let (most_delay, most_more, least_likeness) = match encoding {
                Encoding::PcmS16le | Encoding::Flac => (0, 0, 1.0 - 1e-9),
                Encoding::Opus => (2, 0, 0.93),
                // Two frames of delay and what fills up the last one.
                Encoding::Mp3 => (1_200, 3_500, 0.98),
                Encoding::Aac => (2_200, 4_500, 0.98),
            };
            assert!((before..=before + most_more).contains(&after), "{what}: {before} became {after}");
            for index in 0..layout.channels {
                let [a, b] = [&samples, &out].map(|all| channel(all, index.into(), layout.channels));
                let (delay, correlation, gain) = likeness(&a[rate / 10..rate], &b[rate / 10..], most_delay);
                let found =
                    format!("{what}, channel {index}: {correlation:.4} at {delay}, {gain:.3} as loud");
                assert!(correlation >= least_likeness, "{found}");
                assert!((0.93..1.07).contains(&gain), "{found}");
            }
        }
    }
}

#[test]
fn lossless_forms_lose_nothing_of_whatever_it_is() {
    let mut noise = crate::signal::Noise(1);
    let loud: Vec<i16> = (0..9_000).map(|_| noise.next() as i16).collect();
    let square: Vec<i16> = (0..9_000).map(|n| if n / 50 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    let sparse: Vec<i16> = (0..9_000).map(|n| if n == 4_000 { i16::MIN } else { 0 }).collect();
    for samples in [loud, square, sparse, vec![0; 9_000], vec![-7; 2], vec![]] {
        for channels in [1, 2] {
            for sample_rate in [1_000, 24_000, 65_540, 192_000] {
                let layout = Layout { sample_rate, channels };
                let bytes = encoded(Container::Flac, layout, &samples, 100);
                let (out, _, end) = decoded(Encoding::Flac, layout, &bytes, 1_000);
                assert_eq!(end, Ok(()));
                assert!(out == samples, "{layout:?}, {} samples", samples.len());
            }
        }
    }
}

#[test]
fn flac_of_a_voice_is_much_shorter_than_its_samples() {
    let layout = Layout { sample_rate: 24_000, channels: 1 };
    let samples = voice(layout, 4.0);
    let bytes = encoded(Container::Flac, layout, &samples, 1_000);
    assert!(bytes.len() < samples.len() * 2 * 6 / 10, "{} of {} bytes", bytes.len(), samples.len() * 2);
}

#[test]
fn wav_is_a_header_and_the_samples() {
    let layout = Layout { sample_rate: 24_000, channels: 2 };
    let bytes = encoded(Container::Wav, layout, &[1, -1, 2, -2], 1);
    assert_eq!(bytes[..44], wheelhouse_audio::wav_header(layout, None));
    assert_eq!(bytes[44..], [1, 0, 255, 255, 2, 0, 254, 255]);
    assert_eq!(encoded(Container::Wav, layout, &[], 1).len(), 44, "a header even of silence");
}

#[test]
fn pieces_of_any_size_give_the_same() {
    let layout = Layout { sample_rate: 24_000, channels: 2 };
    let samples = voice(layout, 0.4);
    for (container, encoding) in makeable() {
        let bytes = encoded(container, layout, &samples, samples.len());
        for piece in [1, 331] {
            assert!(
                encoded(container, layout, &samples, piece) == bytes,
                "{container:?} in pieces of {piece}"
            );
        }
        let (whole, _, _) = decoded(encoding, layout, &bytes, bytes.len());
        for piece in [1, 7, 1_000] {
            let (out, _, end) = decoded(encoding, layout, &bytes, piece);
            assert_eq!(end, Ok(()));
            assert!(out == whole, "{encoding:?} in pieces of {piece}");
        }
    }
}
