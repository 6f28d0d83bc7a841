//! Pace, pitch and loudness.

use wheelhouse_audio::{Layout, Shaper};

use crate::signal::{channel, frequency, purity, sine, voice};

fn shaped(layout: Layout, shape: (f32, f32, f32), samples: &[i16], piece: usize) -> Vec<i16> {
    let (speed, pitch, volume) = shape;
    let mut shaper = Shaper::new(layout, speed, pitch, volume);
    let mut out = Vec::new();
    for piece in samples.chunks(piece * usize::from(layout.channels)) {
        shaper.push(piece, &mut out);
    }
    shaper.finish(&mut out);
    out
}

#[test]
fn it_is_as_long_as_the_speed_says_and_as_high_as_the_pitch_says() {
    for (sample_rate, channels) in [(8_000, 1), (24_000, 1), (24_000, 2), (48_000, 2)] {
        let layout = Layout { sample_rate, channels };
        let samples = sine(220.0, sample_rate, channels.into(), sample_rate as usize * 2);
        for speed in [0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0] {
            for pitch in [-12.0, -5.0, 0.0, 3.0, 12.0] {
                let out = shaped(layout, (speed, pitch, 1.0), &samples, 500);
                let what = format!("{layout:?} at {speed} and {pitch}");
                let expected = samples.len() as f64 / f64::from(speed);
                assert!((out.len() as f64 / expected - 1.0).abs() < 0.001, "{what}: {} samples", out.len());
                assert!(out.len().is_multiple_of(channels.into()), "{what}");
                let one = channel(&out, 0, channels);
                let middle = &one[one.len() / 5..one.len() * 4 / 5];
                let (wanted, found) =
                    (220.0 * f64::from(pitch / 12.0).exp2(), frequency(middle, sample_rate));
                assert!(
                    (found / wanted - 1.0).abs() < 0.015,
                    "{what}: {found:.1} Hz in the place of {wanted:.1}"
                );
            }
        }
    }
}

#[test]
fn a_sine_stays_clean() {
    let layout = Layout { sample_rate: 24_000, channels: 1 };
    let samples = sine(200.0, 24_000, 1, 48_000);
    for (speed, pitch) in [(0.7, 0.0), (1.5, 0.0), (1.0, 4.0), (1.0, -4.0)] {
        let out = shaped(layout, (speed, pitch, 1.0), &samples, 500);
        let middle = &out[out.len() / 4..out.len() / 4 + 2_400];
        let found = frequency(&out[out.len() / 5..out.len() * 4 / 5], 24_000);
        let purity = purity(middle, found, 24_000);
        assert!(purity > 15.0, "at {speed} and {pitch}: {purity:.1} dB");
    }
}

#[test]
fn a_voice_is_as_loud_as_it_was() {
    let layout = Layout { sample_rate: 24_000, channels: 1 };
    let power = |samples: &[i16]| {
        samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
    };
    let samples = voice(layout, 3.0);
    for (speed, pitch) in [(0.5, 0.0), (2.0, 0.0), (1.0, 6.0), (1.0, -6.0)] {
        let out = shaped(layout, (speed, pitch, 1.0), &samples, 777);
        let ratio = power(&out) / power(&samples);
        assert!((0.7..1.3).contains(&ratio), "at {speed} and {pitch}: {ratio:.2} of the power");
    }
}

#[test]
fn volume_is_a_factor_and_what_is_too_loud_is_clipped() {
    let layout = Layout { sample_rate: 24_000, channels: 1 };
    assert_eq!(shaped(layout, (1.0, 0.0, 2.0), &[100, -3, 20_000, -20_000], 2), [200, -6, 32_767, -32_768]);
    assert_eq!(shaped(layout, (1.0, 0.0, 0.0), &[100, -3], 2), [0, 0]);
}

#[test]
fn what_is_not_asked_for_passes_at_once_and_unchanged() {
    let mut shaper = Shaper::new(Layout { sample_rate: 24_000, channels: 2 }, 1.0, 0.0, 1.0);
    let mut out = Vec::new();
    shaper.push(&[1, 2, 3, 4], &mut out);
    assert_eq!(out, [1, 2, 3, 4]);
    shaper.finish(&mut out);
    assert_eq!(out.len(), 4);
}

#[test]
fn pieces_of_any_size_give_the_same() {
    let layout = Layout { sample_rate: 24_000, channels: 2 };
    let samples = voice(layout, 0.5);
    let whole = shaped(layout, (1.3, -2.0, 0.7), &samples, samples.len());
    for piece in [1, 331] {
        assert!(shaped(layout, (1.3, -2.0, 0.7), &samples, piece) == whole, "in pieces of {piece}");
    }
}

#[test]
fn what_is_out_of_range_or_no_number_gets_the_nearest() {
    let layout = Layout { sample_rate: 24_000, channels: 1 };
    let samples = voice(layout, 0.5);
    let nearest = shaped(layout, (4.0, 12.0, 10.0), &samples, 500);
    assert!(shaped(layout, (100.0, 100.0, 100.0), &samples, 500) == nearest);
    assert!(shaped(layout, (f32::NAN, f32::INFINITY, f32::NAN), &samples, 500) == samples);
    for samples in [vec![], vec![5]] {
        assert!(shaped(layout, (0.5, 3.0, 1.0), &samples, 1).len() <= 2);
    }
}
