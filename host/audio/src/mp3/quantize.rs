//! Frequencies as whole numbers that fit into so many bits.

use crate::bits::BitWriter;

use super::{
    analysis::GRANULE,
    huffman::{QUADS, pair_table, pair_tables},
};

/// The largest number that can be written.
const MOST: u32 = 8_191 + 15;
/// The gain at which a step is 1.
const UNIT_GAIN: f32 = 210.0;
/// What is added before the fraction is cut off: less than a half, as smaller numbers are more likely.
const ROUNDING: f32 = 0.405_4;
/// Bands of the first two regions, less one, by the band in which the large numbers end.
const REGIONS: [(u8, u8); 23] = [
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 1),
    (1, 1),
    (1, 1),
    (1, 2),
    (2, 2),
    (2, 3),
    (2, 3),
    (3, 4),
    (3, 4),
    (3, 4),
    (4, 5),
    (4, 5),
    (4, 6),
    (5, 6),
    (5, 6),
    (5, 7),
    (6, 7),
    (6, 7),
];
/// Where bands end, by the number of the sample rate: 44,100, 48,000, 32,000 Hz, halves and quarters.
const BANDS: [[u16; 22]; 9] = [
    [4, 8, 12, 16, 20, 24, 30, 36, 44, 52, 62, 74, 90, 110, 134, 162, 196, 238, 288, 342, 418, 576],
    [4, 8, 12, 16, 20, 24, 30, 36, 42, 50, 60, 72, 88, 106, 128, 156, 190, 230, 276, 330, 384, 576],
    [4, 8, 12, 16, 20, 24, 30, 36, 44, 54, 66, 82, 102, 126, 156, 194, 240, 296, 364, 448, 550, 576],
    [6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576],
    [6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 114, 136, 162, 194, 232, 278, 332, 394, 464, 540, 576],
    [6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576],
    [6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576],
    [6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576],
    [12, 24, 36, 48, 60, 72, 88, 108, 132, 160, 192, 232, 280, 336, 400, 476, 566, 568, 570, 572, 574, 576],
];

/// The frequencies of a granule of one channel as they are written.
pub(super) struct Quantized {
    numbers: [u32; GRANULE],
    negative: [bool; GRANULE],
    /// How large a step is.
    pub(super) gain: u8,
    pub(super) plan: Plan,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Plan {
    /// Numbers in pairs, from the lowest frequency.
    pairs_end: usize,
    /// Numbers in fours behind them; then nothing but zeros.
    quads_end: usize,
    /// Where the first two regions of pairs end.
    ends: [usize; 2],
    /// Bands in them, less one.
    pub(super) regions: (u8, u8),
    pub(super) tables: [u8; 3],
    pub(super) quad_table: u8,
    pub(super) bits: u32,
}

impl Plan {
    pub(super) fn pairs(&self) -> usize {
        self.pairs_end / 2
    }
}

impl Quantized {
    /// As fine as `bits` allow. `rate` is the number of the sample rate.
    pub(super) fn new(frequencies: &[f32; GRANULE], bits: u32, rate: usize) -> Self {
        // Loud ones in larger steps: numbers are powers of 3/4.
        let powers = frequencies.map(|frequency| (frequency.abs() * frequency.abs().sqrt()).sqrt());
        let loudest = powers.iter().copied().fold(0.0, f32::max);
        let mut numbers = [0; GRANULE];
        let mut tried = |gain: u8| {
            let factor = (-0.187_5 * (f32::from(gain) - UNIT_GAIN)).exp2();
            if loudest * factor + ROUNDING > MOST as f32 {
                return None;
            }
            for (number, power) in numbers.iter_mut().zip(&powers) {
                *number = (power * factor + ROUNDING) as u32;
            }
            let plan = plan(&numbers, rate);
            (plan.bits <= bits).then_some((numbers, plan))
        };
        // At the largest gain nothing is left that would need a bit.
        let (mut too_fine, mut gain) = (-1, 255);
        let mut best = tried(255).unwrap_or(([0; GRANULE], Plan::default()));
        while loudest > 0.0 && gain - too_fine > 1 {
            let middle = (gain + too_fine) / 2;
            match tried(middle as u8) {
                Some(found) => (best, gain) = (found, middle),
                None => too_fine = middle,
            }
        }
        let negative = frequencies.map(|frequency| frequency < 0.0);
        Self { numbers: best.0, negative, gain: gain as u8, plan: best.1 }
    }

    /// Writes [`Plan::bits`].
    pub(super) fn write(&self, writer: &mut BitWriter) {
        let plan = &self.plan;
        let starts = [0, plan.ends[0], plan.ends[1]];
        let ends = [plan.ends[0], plan.ends[1], plan.pairs_end];
        for ((start, end), number) in starts.into_iter().zip(ends).zip(plan.tables) {
            let table = pair_table(number);
            for at in (start..end).step_by(2).filter(|_| number > 0) {
                let [x, y] = [self.numbers[at], self.numbers[at + 1]];
                let (code, length) = table.code(x.min(15) as usize, y.min(15) as usize);
                writer.put(code, length);
                for (value, at) in [(x, at), (y, at + 1)] {
                    if value >= 15 && table.more_bits > 0 {
                        writer.put(value - 15, table.more_bits);
                    }
                    self.put_sign(at, writer);
                }
            }
        }
        for at in (plan.pairs_end..plan.quads_end).step_by(4) {
            let (length, code) = QUADS[usize::from(plan.quad_table)][quad(&self.numbers[at..at + 4])];
            writer.put(code.into(), length.into());
            (at..at + 4).for_each(|at| self.put_sign(at, writer));
        }
    }

    fn put_sign(&self, at: usize, writer: &mut BitWriter) {
        if self.numbers[at] != 0 {
            writer.put(self.negative[at].into(), 1);
        }
    }
}

/// The shortest way to write the numbers.
fn plan(numbers: &[u32; GRANULE], rate: usize) -> Plan {
    let end = numbers.iter().rposition(|number| *number != 0).map_or(0, |last| (last + 2) / 2 * 2);
    let mut plan = Plan { pairs_end: end, quads_end: end, ..Plan::default() };
    while plan.pairs_end >= 4 && numbers[plan.pairs_end - 4..plan.pairs_end].iter().all(|number| *number <= 1)
    {
        plan.pairs_end -= 4;
    }
    let quads = &numbers[plan.pairs_end..plan.quads_end];
    let signs = |numbers: &[u32]| numbers.iter().filter(|number| **number != 0).count() as u32;
    let costs = [0, 1].map(|table: usize| -> u32 {
        quads.chunks_exact(4).map(|four| u32::from(QUADS[table][quad(four)].0)).sum()
    });
    plan.quad_table = u8::from(costs[1] < costs[0]);
    plan.bits = costs[0].min(costs[1]) + signs(&numbers[..plan.quads_end]);
    let bands = &BANDS[rate];
    let end_of = |bands_in: usize| usize::from(bands[bands_in - 1]).min(plan.pairs_end);
    let last = bands.iter().position(|end| usize::from(*end) >= plan.pairs_end).unwrap_or(bands.len() - 1);
    plan.regions = if plan.pairs_end == 0 { (0, 0) } else { REGIONS[last + 1] };
    let first = usize::from(plan.regions.0) + 1;
    plan.ends = [end_of(first), end_of(first + usize::from(plan.regions.1) + 1)];
    let regions = [0..plan.ends[0], plan.ends[0]..plan.ends[1], plan.ends[1]..plan.pairs_end];
    for (table, region) in plan.tables.iter_mut().zip(regions) {
        let (best, bits) = shortest(&numbers[region]);
        *table = best;
        plan.bits += bits;
    }
    plan
}

/// The table that pairs are shortest in, and their bits without the signs.
fn shortest(pairs: &[u32]) -> (u8, u32) {
    let most = pairs.iter().copied().max().unwrap_or(0);
    let cost = |number: u8| {
        let table = pair_table(number);
        let mut bits = 0;
        for pair in pairs.as_chunks::<2>().0 {
            let [x, y] = pair.map(|value| value.min(15) as usize);
            bits += table.code(x, y).1 + table.more_bits * (u32::from(x == 15) + u32::from(y == 15));
        }
        bits
    };
    if most == 0 {
        return (0, 0);
    }
    let costs = pair_tables(most).iter().map(|number| (*number, cost(*number)));
    costs.min_by_key(|(_, bits)| *bits).unwrap_or((0, 0))
}

fn quad(four: &[u32]) -> usize {
    four.iter().fold(0, |index, number| index << 1 | *number as usize)
}
