//! The buzz of the vocal cords.

use std::f32::consts::TAU;

use rten_simd::SimdUnaryOp;
use rten_vecmath::Sin;

use super::{HOP, SAMPLE_RATE};

/// Hertz below which a frame counts as without voice.
const VOICED: f32 = 40.0;
/// Hertz of the highest harmonic.
const HIGHEST: f32 = 11_000.0;

/// A train of pulses that follows the pitch of each frame: the sum of the cosines of all harmonics up to 11 kHz,
/// each of amplitude 1, and silence where there is no voice. `HOP` samples a frame.
pub(super) fn pulses(pitch: &[f32]) -> Vec<f32> {
    let frequencies = interpolate(pitch);
    let mut phases = Vec::with_capacity(frequencies.len());
    let mut phase = 0.0f64;
    for frequency in &frequencies {
        phase = (phase + f64::from(frequency.max(VOICED)) / f64::from(SAMPLE_RATE)).fract();
        phases.push(phase as f32 * TAU);
    }
    // Summed in closed form: sin((n + 1/2) t) / (2 sin(t / 2)) - 1/2 for n harmonics at phase t.
    let counts: Vec<f32> =
        frequencies.iter().map(|frequency| (HIGHEST / frequency.max(VOICED)).floor() + 0.5).collect();
    let mut above: Vec<f32> = phases.iter().zip(&counts).map(|(phase, count)| phase * count).collect();
    let mut below: Vec<f32> = phases.iter().map(|phase| phase * 0.5).collect();
    Sin::new().map_mut(&mut above);
    Sin::new().map_mut(&mut below);
    for (index, sample) in above.iter_mut().enumerate() {
        let divisor = 2.0 * below[index];
        *sample = match frequencies[index] > VOICED {
            false => 0.0,
            // At the peak both sines are near zero, and their quotient is the count.
            true if divisor.abs() <= 2e-3 => counts[index] - 0.5,
            true => *sample / divisor - 0.5,
        };
    }
    above
}

/// The pitch at every sample: straight lines between the middles of the frames.
fn interpolate(pitch: &[f32]) -> Vec<f32> {
    let mut samples = Vec::with_capacity(pitch.len() * HOP);
    for (index, &here) in pitch.iter().enumerate() {
        let before = pitch[index.saturating_sub(1)];
        let after = pitch.get(index + 1).copied().unwrap_or(here);
        for sample in 0..HOP {
            let offset = (sample as f32 + 0.5) / HOP as f32 - 0.5;
            let slope = if offset < 0.0 { here - before } else { after - here };
            samples.push(here + slope * offset);
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_without_voice() {
        assert!(pulses(&[0.0; 8]).iter().all(|sample| *sample == 0.0));
        assert!(pulses(&[]).is_empty());
    }

    #[test]
    fn one_pulse_a_period() {
        let samples = pulses(&[200.0; 80]);
        let harmonics = 55.0;
        let peaks =
            samples.windows(3).filter(|w| w[1] > harmonics * 0.7 && w[1] >= w[0] && w[1] > w[2]).count();
        assert!((199..=201).contains(&peaks), "{peaks}");
        assert!(samples.iter().all(|sample| sample.is_finite() && sample.abs() <= harmonics + 0.5));
    }
}
