//! Another rate, and other channels.

use crate::{Layout, sinc::Sinc};

/// Makes samples of one layout into those of another. Of the same layout they pass as they are.
pub struct Resampler {
    from: Layout,
    to: Layout,
    sinc: Option<Sinc>,
    mixed: Vec<i16>,
    resampled: Vec<i16>,
}

impl Resampler {
    /// Rates are 1,000 to 384,000.
    pub fn new(from: Layout, to: Layout) -> Self {
        let (before, after) = (from.sample_rate.max(1), to.sample_rate.max(1));
        // Mixed where there is less: before it when channels go, after it when they come.
        let channels = from.width().min(to.width());
        let sinc = (before != after).then(|| Sinc::new(before.into(), after.into(), channels));
        Self { from, to, sinc, mixed: Vec::new(), resampled: Vec::new() }
    }

    /// Takes whole frames, gives what they settle: all but the last few milliseconds.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        let (before, after) = (self.from.width(), self.to.width());
        let Some(sinc) = &mut self.sinc else { return mix(samples, before, after, out) };
        if before == after {
            return sinc.push(samples, out);
        }
        let between = before.min(after);
        self.mixed.clear();
        mix(samples, before, between, &mut self.mixed);
        self.resampled.clear();
        sinc.push(&self.mixed, &mut self.resampled);
        mix(&self.resampled, between, after, out);
    }

    /// Gives the rest. All in all it is what went in by the ratio of the rates, rounded up.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        let Some(sinc) = &mut self.sinc else { return };
        self.resampled.clear();
        sinc.finish(&mut self.resampled);
        mix(&self.resampled, self.from.width().min(self.to.width()), self.to.width(), out);
    }
}

/// One channel is the mean of all; where channels come, the last one stands in for them.
fn mix(samples: &[i16], from: usize, to: usize, out: &mut Vec<i16>) {
    if from == to {
        return out.extend_from_slice(samples);
    }
    for frame in samples.chunks_exact(from) {
        if to == 1 {
            let sum: i32 = frame.iter().copied().map(i32::from).sum();
            out.push((sum / from as i32) as i16);
        } else {
            out.extend((0..to).map(|channel| frame[channel.min(from - 1)]));
        }
    }
}
