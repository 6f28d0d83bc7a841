//! Another rate, and other channels.

use wheelhouse_audio::{Layout, Resampler};

use crate::signal::{purity, sine};

fn resampled(from: Layout, to: Layout, samples: &[i16], piece: usize) -> Vec<i16> {
    let mut resampler = Resampler::new(from, to);
    let mut out = Vec::new();
    for piece in samples.chunks(piece) {
        resampler.push(piece, &mut out);
    }
    resampler.finish(&mut out);
    out
}

fn mono(sample_rate: u32) -> Layout {
    Layout { sample_rate, channels: 1 }
}

#[test]
fn a_sine_stays_a_sine_of_the_same_frequency_and_length() {
    let rates = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 37_123];
    for from in rates {
        let samples = sine(1_000.0, from, 1, from as usize);
        for to in rates {
            let out = resampled(mono(from), mono(to), &samples, 1_000);
            assert_eq!(out.len(), to as usize, "{from} to {to}");
            // Away from both ends, before and after which there is silence.
            let middle = &out[to as usize / 10..to as usize * 9 / 10];
            let purity = purity(middle, 1_000.0, to);
            assert!(purity > 75.0, "{from} to {to}: {purity:.1} dB");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_carry_is_kept_out() {
    let samples = sine(9_000.0, 48_000, 1, 48_000);
    let out = resampled(mono(48_000), mono(16_000), &samples, 4_800);
    let loudest = out[1_000..15_000].iter().map(|sample| sample.unsigned_abs()).max().unwrap();
    assert!(loudest < 4, "an alias of {loudest}");
}

#[test]
fn pieces_of_any_size_give_the_same() {
    let (from, to) =
        (Layout { sample_rate: 22_050, channels: 2 }, Layout { sample_rate: 48_000, channels: 2 });
    let samples = sine(440.0, 22_050, 2, 5_000);
    let whole = resampled(from, to, &samples, samples.len());
    for piece in [2, 6, 998] {
        assert_eq!(resampled(from, to, &samples, piece), whole);
    }
}

#[test]
fn channels_are_mixed_into_one_and_doubled_into_two() {
    let (one, two) = (mono(24_000), Layout { sample_rate: 24_000, channels: 2 });
    assert_eq!(resampled(two, one, &[100, 300, -5, 5], 2), [200, 0]);
    assert_eq!(resampled(one, two, &[1, 2], 1), [1, 1, 2, 2]);
    let up = Layout { sample_rate: 48_000, channels: 2 };
    let samples = sine(440.0, 24_000, 1, 2_400);
    let out = resampled(one, up, &samples, 100);
    assert_eq!(out.len(), 9_600);
    assert!(out.as_chunks::<2>().0.iter().all(|[left, right]| left == right));
}

#[test]
fn the_same_layout_passes_at_once_and_unchanged() {
    let layout = Layout { sample_rate: 24_000, channels: 1 };
    let mut resampler = Resampler::new(layout, layout);
    let mut out = Vec::new();
    resampler.push(&[1, 2, 3], &mut out);
    assert_eq!(out, [1, 2, 3]);
}
