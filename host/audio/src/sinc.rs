//! Reads a signal between its samples.

use std::f64::consts::PI;

use crate::product::product;

/// Zero crossings of the kernel on either side, where nothing has to be kept out but what cannot be told
/// apart.
const CROSSINGS: f64 = 40.0;
/// Where the kernel lets half through, of the lower of both halves of the rates: what it lets through less
/// and less ends there.
const CUTOFF: f64 = 0.93;
/// Of the Kaiser window: what is kept out is below -90 dB.
const BETA: f64 = 9.0;
/// Kernels of a ratio that has too many of its own; what lies between two of them is interpolated.
const PHASES: f64 = 512.0;
/// The most numbers in the kernels of a ratio that has few.
const EXACT: u64 = 1 << 18;
/// How much is taken in at once.
const PIECE: usize = 4_096;

/// Makes of a signal the same one with fewer or more samples.
pub(crate) struct Sinc {
    channels: usize,
    /// Between two samples that come out lie `advance / parts` of those that went in.
    advance: u64,
    parts: u64,
    kernels: Kernels,
    /// Of each channel what is still needed. The next sample lies `part / parts` after the middle of its
    /// first kernel's worth.
    held: Vec<Vec<f32>>,
    part: u64,
    taken: u64,
    given: u64,
}

impl Sinc {
    /// `from` samples become `to`; neither is 0.
    pub(crate) fn new(from: u64, to: u64, channels: usize) -> Self {
        let shared = gcd(from, to);
        let (advance, parts) = (from / shared, to / shared);
        let kernels = Kernels::new(advance, parts);
        // Before the first sample there was silence.
        let held = vec![vec![0.0; kernels.width / 2 - 1]; channels];
        Self { channels, advance, parts, kernels, held, part: 0, taken: 0, given: 0 }
    }

    /// Takes whole frames, gives what they settle.
    pub(crate) fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        for piece in samples.chunks(PIECE * self.channels) {
            for frame in piece.chunks_exact(self.channels) {
                for (held, sample) in self.held.iter_mut().zip(frame) {
                    held.push(f32::from(*sample));
                }
            }
            self.taken += (piece.len() / self.channels) as u64;
            self.give(u64::MAX, out);
        }
    }

    /// Gives the rest: all in all `to / from` of what went in.
    pub(crate) fn finish(&mut self, out: &mut Vec<i16>) {
        let all = (u128::from(self.taken) * u128::from(self.parts)).div_ceil(u128::from(self.advance));
        for held in &mut self.held {
            held.extend(std::iter::repeat_n(0.0, self.kernels.width));
        }
        self.give(all as u64, out);
    }

    fn give(&mut self, until: u64, out: &mut Vec<i16>) {
        let mut first = 0_usize;
        while self.given < until && self.held[0].len() >= first + self.kernels.width {
            let phase = self.part as f64 / self.parts as f64;
            for held in &self.held {
                let sum = self.kernels.apply(phase, &held[first..first + self.kernels.width]);
                out.push(sum.round() as i16);
            }
            self.given += 1;
            self.part += self.advance;
            first += (self.part / self.parts) as usize;
            self.part %= self.parts;
        }
        // More may be behind than is held, where much is left out; then it is dropped as it comes.
        let gone = first.min(self.held[0].len());
        self.part += (first - gone) as u64 * self.parts;
        for held in &mut self.held {
            held.drain(..gone);
        }
    }
}

/// A kernel for each place between two samples.
struct Kernels {
    /// Numbers a kernel; even.
    width: usize,
    /// Places between two samples.
    phases: usize,
    /// Whether every place that is asked for has a kernel of its own.
    exact: bool,
    /// `phases + 1` kernels.
    numbers: Vec<f32>,
}

impl Kernels {
    fn new(advance: u64, parts: u64) -> Self {
        let scale = (parts as f64 / advance as f64).min(1.0);
        let half = (CROSSINGS / scale).ceil();
        let width = half as usize * 2;
        let exact = parts.saturating_mul(width as u64) <= EXACT;
        // A longer kernel is the same one drawn out, and needs fewer between two samples.
        let phases = if exact { parts as usize } else { (PHASES * scale).ceil() as usize };
        let cutoff = CUTOFF * scale;
        let mut numbers = Vec::with_capacity((phases + 1) * width);
        for phase in 0..=phases {
            let start = numbers.len();
            let middle = half - 1.0 + phase as f64 / phases as f64;
            for tap in 0..width {
                let x = tap as f64 - middle;
                numbers.push((cutoff * sinc(cutoff * x) * kaiser(x / half)) as f32);
            }
            // So that a constant stays exactly what it is.
            let sum: f32 = numbers[start..].iter().sum();
            numbers[start..].iter_mut().for_each(|number| *number /= sum);
        }
        Self { width, phases, exact, numbers }
    }

    fn apply(&self, phase: f64, samples: &[f32]) -> f32 {
        let place = phase * self.phases as f64;
        let at = |index: usize| product(&self.numbers[index * self.width..(index + 1) * self.width], samples);
        if self.exact {
            return at(place.round() as usize);
        }
        let (index, between) = (place as usize, place.fract() as f32);
        at(index) * (1.0 - between) + at(index + 1) * between
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The Kaiser window from -1 to 1, without its constant factor.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel(BETA * (1.0 - x * x).sqrt()) }
}

/// The modified Bessel function of order 0.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-12 {
        term *= (x / (2.0 * k)).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
