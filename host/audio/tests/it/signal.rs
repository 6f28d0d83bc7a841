//! Signals to try things on, and measures of what became of them.

use std::f64::consts::TAU;

/// A sine of so many frames in each channel.
pub(crate) fn sine(frequency: f64, rate: u32, channels: usize, frames: usize) -> Vec<i16> {
    (0..frames)
        .flat_map(|n| {
            let value = (TAU * frequency * n as f64 / f64::from(rate)).sin();
            std::iter::repeat_n((value * 16_000.0).round() as i16, channels)
        })
        .collect()
}

/// How much louder the sine of this frequency is than everything else, in decibels. One channel.
pub(crate) fn purity(samples: &[i16], frequency: f64, rate: u32) -> f64 {
    let turn = TAU * frequency / f64::from(rate);
    let (mut cosine, mut sine, mut all) = (0.0, 0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (angle, value) = (turn * n as f64, f64::from(*sample));
        cosine += value * angle.cos();
        sine += value * angle.sin();
        all += value * value;
    }
    let count = samples.len() as f64;
    let (a, b) = (2.0 * cosine / count, 2.0 * sine / count);
    let rest: f64 = samples
        .iter()
        .enumerate()
        .map(|(n, sample)| {
            let angle = turn * n as f64;
            (f64::from(*sample) - a * angle.cos() - b * angle.sin()).powi(2)
        })
        .sum();
    10.0 * (all / rest.max(1e-9)).log10()
}
