//! Samples to frames.

use crate::{Layout, bits::BitWriter};

use super::{
    analysis::{Analysis, GRANULE},
    header::{self, Header},
    quantize::Quantized,
};

/// Frames by which what is decoded comes after what was encoded. As much silence brings out the end.
const DELAY: usize = 1_105;
/// The most bits of a granule of one channel that its length can be told of.
const MOST_BITS: u32 = 4_095;
/// Bit rates of a channel, in kbit/s: from this sample rate on, and below.
const WIDE: (u32, u32) = (16_000, 64);
const NARROW: u32 = 32;
/// Above this nothing is kept, so that what can be heard gets the bits.
const HIGHEST: u32 = 15_000;
/// Two channels are written as what they share and what they do not when that is at most this much of it.
const LIKE: f32 = 0.3;

/// Encodes at a constant bit rate with long windows. No frame needs another one, so that streams may be
/// joined and cut at frames.
pub(crate) struct Mp3Encoder {
    layout: Layout,
    kbits: u32,
    analyses: Vec<Analysis>,
    /// Samples of each channel in a frame.
    frame: usize,
    held: Vec<i16>,
    /// By how many parts of a byte, of `sample_rate` each, frames have been too short.
    short: u32,
}

/// The frequencies of a granule, of each channel.
type Granule = Vec<[f32; GRANULE]>;

impl Mp3Encoder {
    pub(crate) fn new(layout: Layout) -> Self {
        let each = if layout.sample_rate >= WIDE.0 { WIDE.1 } else { NARROW };
        Self {
            layout,
            kbits: each * u32::from(layout.channels),
            analyses: (0..layout.width()).map(|_| Analysis::new()).collect(),
            frame: if layout.sample_rate >= 32_000 { 2 * GRANULE } else { GRANULE },
            held: Vec::new(),
            short: 0,
        }
    }

    pub(crate) fn push(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        self.held.extend_from_slice(samples);
        let held = std::mem::take(&mut self.held);
        let frames = held.chunks_exact(self.frame * self.layout.width());
        self.held.extend_from_slice(frames.remainder());
        frames.for_each(|frame| self.encode(frame, out));
    }

    pub(crate) fn finish(mut self, out: &mut Vec<u8>) {
        let width = self.layout.width();
        let all = (self.held.len() / width + DELAY).next_multiple_of(self.frame);
        let silence = vec![0; all * width - self.held.len()];
        self.push(&silence, out);
    }

    fn encode(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        let width = self.layout.width();
        let mut granules: Vec<Granule> = Vec::new();
        for samples in samples.chunks_exact(GRANULE * width) {
            let channels = self.analyses.iter_mut().enumerate();
            let frequencies = channels.map(|(index, analysis)| {
                analysis.granule(&std::array::from_fn(|n| f32::from(samples[n * width + index]) / 32_768.0))
            });
            granules.push(frequencies.collect());
        }
        let highest =
            (GRANULE as u64 * 2 * u64::from(HIGHEST)).div_ceil(self.layout.sample_rate.into()) as usize;
        for frequencies in granules.iter_mut().flatten() {
            frequencies.iter_mut().skip(highest).for_each(|frequency| *frequency = 0.0);
        }
        let shared = width == 2 && share(&mut granules);
        self.write(&granules, shared, out);
    }

    fn write(&mut self, granules: &[Granule], shared: bool, out: &mut Vec<u8>) {
        let (head, rate) = header::write(self.layout, self.kbits, self.is_padded(), shared);
        let Ok(header) = Header::read(head) else { return };
        let mut bits = (header.size - header.content) as u32 * 8;
        let mut needs: f32 = granules.iter().flatten().map(need).sum();
        let mut quantized = Vec::new();
        for frequencies in granules.iter().flatten() {
            let need = need(frequencies);
            let most = (bits as f32 * (need / needs).min(1.0)) as u32;
            let written = Quantized::new(frequencies, most.min(MOST_BITS), rate);
            bits -= written.plan.bits;
            needs -= need;
            quantized.push(written);
        }
        let mut writer = BitWriter::default();
        writer.put(u32::from_be_bytes(head), 32);
        self.write_side(&quantized, &mut writer);
        quantized.iter().for_each(|granule| granule.write(&mut writer));
        writer.align();
        let start = out.len();
        out.extend_from_slice(writer.bytes());
        // What is left over is nobody's.
        out.resize(start + header.size, 0);
    }

    /// What tells how the frame's content is to be read.
    fn write_side(&self, quantized: &[Quantized], writer: &mut BitWriter) {
        let first = self.frame > GRANULE;
        let (two, width) = (self.layout.width() == 2, self.layout.width() as u32);
        // Nothing of it is in frames before; unused bits; no granule has factors of another one.
        let bits = match (first, two) {
            (true, false) => 9 + 5 + 4 * width,
            (true, true) => 9 + 3 + 4 * width,
            (false, false) => 8 + 1,
            (false, true) => 8 + 2,
        };
        writer.put(0, bits);
        for granule in quantized {
            let plan = &granule.plan;
            writer.put(plan.bits, 12);
            writer.put(plan.pairs() as u32, 9);
            writer.put(granule.gain.into(), 8);
            // Factors of bands: of no bits, all 1.
            writer.put(0, if first { 4 } else { 9 });
            // A usual window.
            writer.put(0, 1);
            plan.tables.iter().for_each(|table| writer.put((*table).into(), 5));
            writer.put(plan.regions.0.into(), 4);
            writer.put(plan.regions.1.into(), 3);
            writer.put(0, if first { 2 } else { 1 });
            writer.put(plan.quad_table.into(), 1);
        }
    }

    /// Whether the next frame has a byte more, so that the bit rate is what it is said to be.
    fn is_padded(&mut self) -> bool {
        let bytes = self.frame as u32 / 8 * self.kbits * 1_000;
        self.short += bytes % self.layout.sample_rate;
        let padded = self.short >= self.layout.sample_rate;
        if padded {
            self.short -= self.layout.sample_rate;
        }
        padded
    }
}

/// About how many bits frequencies need, to divide what is there among them.
fn need(frequencies: &[f32; GRANULE]) -> f32 {
    1.0 + frequencies.iter().map(|frequency| (1.0 + frequency.abs() * 4_096.0).log2()).sum::<f32>()
}

/// Makes of left and right what they share and what they do not, where that is little.
fn share(granules: &mut [Granule]) -> bool {
    let (mut both, mut apart) = (0.0, 0.0);
    let pairs = |granules: &mut [Granule], each: &mut dyn FnMut(&mut f32, &mut f32)| {
        for granule in granules {
            let [left, right] = &mut granule[..] else { continue };
            left.iter_mut().zip(right).for_each(|(left, right)| each(left, right));
        }
    };
    pairs(granules, &mut |left, right| {
        both += (*left + *right).powi(2);
        apart += (*left - *right).powi(2);
    });
    let shared = apart <= both * LIKE * LIKE;
    if shared {
        pairs(granules, &mut |left, right| {
            let half = std::f32::consts::FRAC_1_SQRT_2;
            (*left, *right) = ((*left + *right) * half, (*left - *right) * half);
        });
    }
    shared
}
