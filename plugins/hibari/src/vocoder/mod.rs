//! From spectra to sound: a source and a filter, put together by overlapping short transforms.
//!
//! For each frame and frequency the network gives five numbers. Two are size and turn of a filter on the pulses
//! of the vocal cords, one is the size of noise, and two are size and angle of a part of its own. Their sum is
//! the spectrum of 50 ms of sound; frames follow every 12.5 ms.

mod noise;
mod pulses;

use std::f32::consts::{PI, TAU};
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rten_simd::SimdUnaryOp;
use rten_vecmath::{Cos, Exp, Sin, Tanh};

use self::noise::Noise;
use crate::Error;

/// Samples a second.
pub(crate) const SAMPLE_RATE: u32 = 24_000;
/// Samples from one frame to the next.
pub(crate) const HOP: usize = 300;
/// Samples that a frame covers.
const WINDOW: usize = 4 * HOP;
/// Frequencies of a frame.
const BINS: usize = WINDOW / 2 + 1;
/// Numbers that the network gives for a frame.
const ROW: usize = 5 * BINS;
/// No part of a spectrum is louder than e to this power.
const LOUDEST: f32 = 7.0;

const PART: &str = "the vocoder";

/// The transforms, which are the same for every sentence.
pub(crate) struct Vocoder {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// A periodic Hann window.
    window: Vec<f32>,
}

/// A sentence on its way through the vocoder.
pub(crate) struct Utterance<'v> {
    vocoder: &'v Vocoder,
    pulses: Vec<f32>,
    noise: Noise,
    frames: usize,
    /// The next frame.
    frame: usize,
    /// Hops that `unfinished` has moved on.
    hops: usize,
    /// Sound of the frames so far from where it is unfinished, and the weight of the windows in it.
    unfinished: Vec<f32>,
    weights: Vec<f32>,
    scratch: Scratch,
}

/// Space for the numbers of one frame.
struct Scratch {
    row: Vec<f32>,
    sines: Vec<f32>,
    cosines: Vec<f32>,
    samples: Vec<f32>,
    source: Vec<Complex32>,
    fft: Vec<Complex32>,
}

impl Vocoder {
    pub(crate) fn new() -> Vocoder {
        let mut planner = RealFftPlanner::new();
        let window = (0..WINDOW).map(|n| 0.5 - 0.5 * (TAU * n as f32 / WINDOW as f32).cos()).collect();
        Vocoder {
            forward: planner.plan_fft_forward(WINDOW),
            inverse: planner.plan_fft_inverse(WINDOW),
            window,
        }
    }

    /// Begins a sentence whose frames have the given pitch in hertz. The same seed gives the same noise.
    pub(crate) fn begin(&self, pitch: &[f32], seed: u64) -> Utterance<'_> {
        let fft = self.forward.get_scratch_len().max(self.inverse.get_scratch_len());
        Utterance {
            vocoder: self,
            pulses: pulses::pulses(pitch),
            noise: Noise::new(seed),
            frames: pitch.len(),
            frame: 0,
            hops: 0,
            unfinished: vec![0.0; WINDOW],
            weights: vec![0.0; WINDOW],
            scratch: Scratch {
                row: vec![0.0; ROW],
                sines: vec![0.0; 2 * BINS],
                cosines: vec![0.0; 2 * BINS],
                samples: vec![0.0; WINDOW],
                source: vec![Complex32::ZERO; BINS],
                fft: vec![Complex32::ZERO; fft],
            },
        }
    }
}

impl Utterance<'_> {
    /// Takes the spectra of the next frames, and gives the sound that is finished with them: -1 to 1, two frames
    /// less than it got at first, and the rest with the last frame.
    pub(crate) fn add(&mut self, spectra: &[f32]) -> Result<Vec<f32>, Error> {
        let mut sound = Vec::with_capacity(spectra.len() / ROW * HOP + 2 * HOP);
        for row in spectra.chunks_exact(ROW) {
            self.analyse_pulses()?;
            self.shape(row);
            self.overlap()?;
            self.frame += 1;
            self.release(&mut sound);
            if self.frame == self.frames {
                self.release(&mut sound);
                self.release(&mut sound);
            }
        }
        Ok(sound)
    }

    /// The spectrum of the pulses around the next frame, mirrored at both ends of the sentence.
    fn analyse_pulses(&mut self) -> Result<(), Error> {
        let last = self.pulses.len().saturating_sub(1);
        // A cosine of amplitude 1 peaks at half the sum of the window; scaled so that it peaks at 1.
        let scale = 4.0 / WINDOW as f32;
        for (n, sample) in self.scratch.samples.iter_mut().enumerate() {
            let at = (self.frame * HOP + n).abs_diff(WINDOW / 2);
            let at = if at > last { (2 * last).saturating_sub(at) } else { at };
            *sample = self.pulses.get(at).copied().unwrap_or_default() * self.vocoder.window[n] * scale;
        }
        let Scratch { samples, source, fft, .. } = &mut self.scratch;
        let fft = &mut fft[..self.vocoder.forward.get_scratch_len()];
        self.vocoder
            .forward
            .process_with_scratch(samples, source, fft)
            .map_err(|error| Error::run(PART, &error))
    }

    /// Puts filtered pulses, noise and the part of its own together, in place of the pulses.
    fn shape(&mut self, row: &[f32]) {
        let Scratch { row: numbers, sines, cosines, source, .. } = &mut self.scratch;
        numbers.copy_from_slice(row);
        let (filter, rest) = numbers.split_at_mut(BINS);
        let (turn, rest) = rest.split_at_mut(BINS);
        let (sizes, angle) = rest.split_at_mut(2 * BINS);
        for sizes in [&mut *filter, &mut *sizes] {
            sizes.iter_mut().for_each(|size| *size = size.min(LOUDEST));
            Exp {}.map_mut(sizes);
        }
        Tanh {}.map_mut(turn);
        turn.iter_mut().for_each(|turn| *turn *= PI);
        for (angles, at) in [(turn, 0), (angle, BINS)] {
            sines[at..at + BINS].copy_from_slice(angles);
            cosines[at..at + BINS].copy_from_slice(angles);
        }
        Sin::new().map_mut(sines);
        Cos::new().map_mut(cosines);
        let (noise_size, own_size) = sizes.split_at(BINS);
        for (bin, value) in source.iter_mut().enumerate() {
            let filtered = *value * Complex32::new(cosines[bin], sines[bin]) * filter[bin];
            let noise = Complex32::new(self.noise.next(), self.noise.next()) * noise_size[bin];
            let own = Complex32::new(cosines[BINS + bin], sines[BINS + bin]) * own_size[bin];
            *value = filtered + noise + own;
        }
    }

    /// Adds the sound of the frame to what is unfinished.
    fn overlap(&mut self) -> Result<(), Error> {
        let Scratch { samples, source, fft, .. } = &mut self.scratch;
        // The lowest and the highest frequency of real sound have no angle.
        for edge in [0, BINS - 1] {
            source[edge].im = 0.0;
        }
        let fft = &mut fft[..self.vocoder.inverse.get_scratch_len()];
        self.vocoder
            .inverse
            .process_with_scratch(source, samples, fft)
            .map_err(|error| Error::run(PART, &error))?;
        for (n, window) in self.vocoder.window.iter().enumerate() {
            // The inverse transform leaves out the division by its length.
            self.unfinished[n] += samples[n] * window / WINDOW as f32;
            self.weights[n] += window * window;
        }
        Ok(())
    }

    /// Moves one hop on. The sentence begins in the middle of the first frame: two hops on.
    fn release(&mut self, sound: &mut Vec<f32>) {
        self.hops += 1;
        if self.hops > 2 {
            let finished = self.unfinished.iter().zip(&self.weights).take(HOP);
            sound.extend(finished.map(|(sample, weight)| sample / weight.max(1e-11)));
        }
        for buffer in [&mut self.unfinished, &mut self.weights] {
            buffer.rotate_left(HOP);
            buffer[WINDOW - HOP..].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that let the pulses through as they are, with noise and the third part e to the given power.
    fn rows(frames: usize, noise: f32) -> Vec<f32> {
        let parts = [0.0, 0.0, noise, -100.0, 0.0];
        let row: Vec<f32> = parts.iter().flat_map(|part| [*part; BINS]).collect();
        row.repeat(frames)
    }

    fn speak(pitch: &[f32], windows: &[usize], noise: f32) -> Result<Vec<f32>, Error> {
        let vocoder = Vocoder::new();
        let mut utterance = vocoder.begin(pitch, 1);
        let sounds: Result<Vec<_>, Error> =
            windows.iter().map(|frames| utterance.add(&rows(*frames, noise))).collect();
        Ok(sounds?.concat())
    }

    #[test]
    fn an_open_filter_gives_the_pulses_back() -> Result<(), Error> {
        let pitch = [180.0; 40];
        let sound = speak(&pitch, &[40], -100.0)?;
        let scale = 4.0 / WINDOW as f32;
        let pulses = pulses::pulses(&pitch);
        assert_eq!(sound.len(), pulses.len());
        // The window of the analysis makes the edges softer; the middle must be the same up to the scale of 2/3.
        let middle = 10 * HOP..30 * HOP;
        let error = sound[middle.clone()]
            .iter()
            .zip(&pulses[middle])
            .map(|(sound, pulse)| (sound - pulse * scale).abs())
            .fold(0.0, f32::max);
        assert!(error < 1e-4, "{error}");
        Ok(())
    }

    #[test]
    fn windows_make_no_difference() -> Result<(), Error> {
        let pitch: Vec<f32> = (0..50).map(|frame| 150.0 + frame as f32).collect();
        let whole = speak(&pitch, &[50], -3.0)?;
        assert_eq!(whole, speak(&pitch, &[1, 2, 7, 40], -3.0)?);
        assert_eq!(whole.len(), 50 * HOP);
        Ok(())
    }

    #[test]
    fn very_short_sentences() -> Result<(), Error> {
        for frames in 1..6 {
            assert_eq!(speak(&vec![120.0; frames], &[frames], 0.0)?.len(), frames * HOP);
        }
        assert!(speak(&[], &[], 0.0)?.is_empty());
        Ok(())
    }
}
