//! Pace, pitch and loudness of samples that are there already.

use crate::{Layout, sinc::Sinc, stretch::Stretch};

/// Parts that an interval is counted in where samples are read between samples.
const PARTS: f64 = 1_048_576.0;

/// Changes pace, pitch and loudness. What is not asked for costs nothing.
pub struct Shaper {
    stretch: Option<Stretch>,
    sinc: Option<Sinc>,
    volume: f32,
    stretched: Vec<i16>,
}

impl Shaper {
    /// `speed` 2.0 is twice as fast at the same pitch, 0.25 to 4.0. `pitch_semitones` is higher or lower at
    /// the same pace, -12.0 to 12.0. `volume` is a factor of the amplitude, 0.0 to 10.0; what gets too loud
    /// by it is clipped. Outside of that the nearest holds.
    pub fn new(layout: Layout, speed: f32, pitch_semitones: f32, volume: f32) -> Self {
        let within = |value: f32, least: f32, most: f32, usual: f32| {
            if value.is_finite() { value.clamp(least, most) } else { usual }
        };
        let speed = f64::from(within(speed, 0.25, 4.0, 1.0));
        let pitch = (f64::from(within(pitch_semitones, -12.0, 12.0, 0.0)) / 12.0).exp2();
        let channels = layout.width();
        // Read faster it is higher and shorter: so it is made longer before.
        let pace = speed / pitch;
        let stretch = ((pace - 1.0).abs() > 1e-4).then(|| Stretch::new(layout.sample_rate, channels, pace));
        let sinc = ((pitch - 1.0).abs() > 1e-4)
            .then(|| Sinc::new((pitch * PARTS).round() as u64, PARTS as u64, channels));
        Self { stretch, sinc, volume: within(volume, 0.0, 10.0, 1.0), stretched: Vec::new() }
    }

    /// Takes whole frames, gives what they settle: all but some hundredths of a second.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        let before = out.len();
        match (&mut self.stretch, &mut self.sinc) {
            (None, None) => out.extend_from_slice(samples),
            (Some(stretch), None) => stretch.push(samples, out),
            (None, Some(sinc)) => sinc.push(samples, out),
            (Some(stretch), Some(sinc)) => {
                self.stretched.clear();
                stretch.push(samples, &mut self.stretched);
                sinc.push(&self.stretched, out);
            }
        }
        self.amplify(&mut out[before..]);
    }

    /// Gives the rest. All in all it is what went in divided by the speed.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        let before = out.len();
        match (&mut self.stretch, &mut self.sinc) {
            (None, None) => {}
            (Some(stretch), None) => stretch.finish(out),
            (None, Some(sinc)) => sinc.finish(out),
            (Some(stretch), Some(sinc)) => {
                self.stretched.clear();
                stretch.finish(&mut self.stretched);
                sinc.push(&self.stretched, out);
                sinc.finish(out);
            }
        }
        self.amplify(&mut out[before..]);
    }

    fn amplify(&self, samples: &mut [i16]) {
        if self.volume != 1.0 {
            // A cast of what is too large is the largest there is.
            samples.iter_mut().for_each(|sample| *sample = (f32::from(*sample) * self.volume).round() as i16);
        }
    }
}
