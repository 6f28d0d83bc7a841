//! Faster and slower at the same pitch.

use crate::product::product;

/// What is joined at once, in seconds: longer than a period of a low voice, shorter than a sound of speech.
const JOIN: f64 = 0.015;
/// How far from its place a piece may be taken, in seconds: a period of a low voice, so that one fits.
const REACH: f64 = 0.010;
/// How coarsely a fitting place is looked for at first, in samples a second.
const COARSE: u32 = 8_000;

/// Waveform-similarity overlap-add: pieces of the signal are laid over each other more or less densely than
/// they were, each taken from where it goes on best from the one before.
pub(crate) struct Stretch {
    channels: usize,
    /// Frames that went in for one that comes out.
    pace: f64,
    /// Frames that are joined at once.
    join: usize,
    reach: usize,
    coarse: usize,
    /// What is still needed, interleaved and as one channel.
    samples: Vec<i16>,
    mono: Vec<f32>,
    /// Frames that went in before the held ones, and with them.
    dropped: u64,
    taken: u64,
    /// Joins so far, and frames that came out.
    joins: u64,
    given: u64,
    /// Where the piece before goes on.
    tail: u64,
}

impl Stretch {
    /// `pace` 2.0 makes half of it; 0.05 to 20.
    pub(crate) fn new(sample_rate: u32, channels: usize, pace: f64) -> Self {
        let rate = f64::from(sample_rate);
        Self {
            channels,
            pace,
            join: ((rate * JOIN) as usize).max(16),
            reach: ((rate * REACH) as usize).max(8),
            coarse: (sample_rate / COARSE).max(1) as usize,
            samples: Vec::new(),
            mono: Vec::new(),
            dropped: 0,
            taken: 0,
            joins: 0,
            given: 0,
            tail: 0,
        }
    }

    pub(crate) fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        // Piece by piece, so that no more is held however much comes at once.
        for piece in samples.chunks(4_096 * self.channels) {
            self.take(piece);
            // Whole joins only, and none that is not due: where much is left out, one could reach beyond the
            // end.
            let due = (self.taken as f64 / self.pace) as u64;
            self.give(due / self.join as u64 * self.join as u64, out);
        }
    }

    /// Gives the rest: all in all what went in divided by the pace.
    pub(crate) fn finish(&mut self, out: &mut Vec<i16>) {
        let all = (self.taken as f64 / self.pace).round() as u64;
        let silence = vec![0; self.join * self.channels];
        while self.given < all {
            self.take(&silence);
            self.give(all, out);
        }
    }

    fn take(&mut self, samples: &[i16]) {
        self.samples.extend_from_slice(samples);
        for frame in samples.chunks_exact(self.channels) {
            self.mono.push(frame.iter().copied().map(f32::from).sum());
        }
        self.taken += (samples.len() / self.channels) as u64;
    }

    fn give(&mut self, until: u64, out: &mut Vec<i16>) {
        let (join, reach) = (self.join as u64, self.reach as u64);
        while self.given < until {
            let place = (self.joins as f64 * join as f64 * self.pace) as u64;
            if self.taken < (place + reach + join).max(self.tail + join) {
                break;
            }
            let start = if self.joins == 0 { 0 } else { self.find(place) };
            let frames = (until - self.given).min(join) as usize;
            self.join(start, frames, out);
            self.given += frames as u64;
            self.joins += 1;
            self.tail = start + join;
        }
        let next = (self.joins as f64 * join as f64 * self.pace) as u64;
        let needed = self.tail.min(next.saturating_sub(reach));
        let gone = (needed.min(self.taken) - self.dropped) as usize;
        self.samples.drain(..gone * self.channels);
        self.mono.drain(..gone);
        self.dropped += gone as u64;
    }

    /// Where about `place` the signal is most like what would follow the piece before.
    fn find(&self, place: u64) -> u64 {
        let tail = (self.tail - self.dropped) as usize;
        let place = (place - self.dropped) as usize;
        let wanted = &self.mono[tail..tail + self.join];
        let (first, last) = (place.saturating_sub(self.reach), place + self.reach);
        let coarse = |samples: &[f32]| -> Vec<f32> { samples.iter().step_by(self.coarse).copied().collect() };
        let area = coarse(&self.mono[first..last + self.join]);
        let Some(about) = most_like(&coarse(wanted), &area) else { return place as u64 + self.dropped };
        let about = first + about * self.coarse;
        let (from, to) =
            (about.saturating_sub(self.coarse - 1).max(first), (about + self.coarse - 1).min(last));
        let found = most_like(wanted, &self.mono[from..to + self.join]);
        found.map_or(about, |found| from + found) as u64 + self.dropped
    }

    /// Fades from the tail into what begins at `start`.
    fn join(&self, start: u64, frames: usize, out: &mut Vec<i16>) {
        let from = (self.tail - self.dropped) as usize * self.channels;
        let to = (start - self.dropped) as usize * self.channels;
        for frame in 0..frames {
            let turn = (frame as f32 + 0.5) / self.join as f32;
            let share = 0.5 - 0.5 * (std::f32::consts::PI * turn).cos();
            for channel in 0..self.channels {
                let at = frame * self.channels + channel;
                let (old, new) = (f32::from(self.samples[from + at]), f32::from(self.samples[to + at]));
                out.push((old + (new - old) * share).round() as i16);
            }
        }
    }
}

/// Where in `area` is what is most like `wanted`. `None` when nothing is, as in silence.
fn most_like(wanted: &[f32], area: &[f32]) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (place, piece) in area.windows(wanted.len()).enumerate() {
        let alike = product(wanted, piece) / (1.0 + product(piece, piece)).sqrt();
        if alike > best.map_or(0.0, |(_, most)| most) {
            best = Some((place, alike));
        }
    }
    best.map(|(place, _)| place)
}
