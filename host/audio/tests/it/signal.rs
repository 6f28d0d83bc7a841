//! Signals to try things on, and measures of what became of them.

use std::f64::consts::TAU;

use wheelhouse_audio::Layout;

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

/// Numbers that look random and are the same every time.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// From 0 to below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// From -1 to 1.
    pub(crate) fn level(&mut self) -> f64 {
        self.next() as f64 / f64::from(1 << 30) - 1.0
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

/// Something like a voice: harmonics of a gliding pitch, louder and softer as syllables are, with hisses
/// between them. The second channel is softer and later.
pub(crate) fn voice(layout: Layout, seconds: f64) -> Vec<i16> {
    let rate = f64::from(layout.sample_rate);
    let frames = (rate * seconds) as usize;
    let mut noise = Noise(7);
    let (mut phase, mut before) = (0.0, 0.0);
    let mono: Vec<f64> = (0..frames)
        .map(|n| {
            let t = n as f64 / rate;
            let pitch = 140.0 + 30.0 * (TAU * 0.7 * t).sin();
            phase += pitch / rate;
            let syllable = (TAU * 2.0 * t).sin();
            let voiced: f64 = (1..=40)
                .take_while(|k| f64::from(*k) * pitch < rate * 0.4)
                .map(|k| (TAU * phase * f64::from(k)).sin() / f64::from(k).powf(1.3))
                .sum();
            let white = noise.level();
            let hiss = white - before;
            before = white;
            8_000.0 * voiced * syllable.max(0.0) + 900.0 * hiss * (-syllable).max(0.0)
        })
        .collect();
    let later = (rate * 0.002) as usize;
    (0..frames)
        .flat_map(|n| {
            let second = if n < later { 0.0 } else { mono[n - later] * 0.5 };
            [mono[n], second].into_iter().take(layout.channels.into())
        })
        .map(|sample| sample.round() as i16)
        .collect()
}

/// One channel of several.
pub(crate) fn channel(samples: &[i16], index: usize, channels: u8) -> Vec<i16> {
    samples.iter().skip(index).step_by(channels.into()).copied().collect()
}

/// How alike two signals of one channel are when the second one is later by whatever fits best up to `most`:
/// that delay, the correlation there, and how much louder the second one is.
pub(crate) fn likeness(a: &[i16], b: &[i16], most: usize) -> (usize, f64, f64) {
    let at = |delay: usize, step: usize| {
        let (mut product, mut first, mut second) = (0.0, 1e-9, 1e-9);
        for (a, b) in a.iter().zip(b.iter().skip(delay)).step_by(step) {
            let (a, b) = (f64::from(*a), f64::from(*b));
            product += a * b;
            first += a * a;
            second += b * b;
        }
        (product / (first * second).sqrt(), product / first)
    };
    let delay = (0..=most).max_by(|a, b| at(*a, 7).0.total_cmp(&at(*b, 7).0)).unwrap_or(0);
    let (correlation, gain) = at(delay, 1);
    (delay, correlation, gain)
}

/// The frequency of a sine by how often it crosses zero upwards. One channel.
pub(crate) fn frequency(samples: &[i16], rate: u32) -> f64 {
    let crossings: Vec<usize> =
        (1..samples.len()).filter(|n| samples[n - 1] < 0 && samples[*n] >= 0).collect();
    let (Some(first), Some(last)) = (crossings.first(), crossings.last()) else { return 0.0 };
    (crossings.len() - 1) as f64 * f64::from(rate) / (last - first) as f64
}
