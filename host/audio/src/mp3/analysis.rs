//! A signal as 576 frequencies for each 576 samples of it.

use std::f64::consts::PI;

use crate::product::product;

/// Frequencies of a granule, and samples that it is made of.
pub(super) const GRANULE: usize = 576;
const BANDS: usize = 32;
/// Values of a band in a granule.
const SLOTS: usize = 18;
/// Samples that a value of a band is made of.
const WINDOW: usize = 512;

/// Splits one channel into bands, and bands into frequencies, with long windows alone.
pub(super) struct Analysis {
    /// Samples before the next granule.
    before: [f32; WINDOW - BANDS],
    /// Of each band the values of the granule before.
    bands: Box<[[f32; SLOTS]; BANDS]>,
    tables: Tables,
}

struct Tables {
    window: Vec<f32>,
    /// Of each band, by folded values.
    cosines: Vec<[f32; BANDS]>,
    /// Of each frequency of a band, by its values of two granules.
    transform: Vec<[f32; SLOTS * 2]>,
    /// How much of two values changes places where bands meet: what stays and what goes.
    aliases: [(f32, f32); 8],
}

impl Analysis {
    pub(super) fn new() -> Self {
        Self { before: [0.0; WINDOW - BANDS], bands: Box::new([[0.0; SLOTS]; BANDS]), tables: Tables::new() }
    }

    /// The frequencies of the next samples, of which 1.0 is the loudest.
    pub(super) fn granule(&mut self, samples: &[f32; GRANULE]) -> [f32; GRANULE] {
        let all: Vec<f32> = self.before.iter().chain(samples).copied().collect();
        self.before.copy_from_slice(&all[GRANULE..]);
        let mut bands = [[0.0; SLOTS]; BANDS];
        for slot in 0..SLOTS {
            let values = self.tables.filter(&all[slot * BANDS..slot * BANDS + WINDOW]);
            for (band, value) in values.into_iter().enumerate() {
                // Every other band is upside down.
                bands[band][slot] = if band % 2 == 1 && slot % 2 == 1 { -value } else { value };
            }
        }
        let mut frequencies = [0.0; GRANULE];
        for band in 0..BANDS {
            let out = &mut frequencies[band * SLOTS..(band + 1) * SLOTS];
            for (out, row) in out.iter_mut().zip(&self.tables.transform) {
                let (old, new) = row.split_at(SLOTS);
                let sum =
                    |row: &[f32], values: &[f32]| row.iter().zip(values).map(|(a, b)| a * b).sum::<f32>();
                *out = sum(old, &self.bands[band]) + sum(new, &bands[band]);
            }
        }
        *self.bands = bands;
        for edge in (SLOTS..GRANULE).step_by(SLOTS) {
            for (index, (stay, go)) in self.tables.aliases.into_iter().enumerate() {
                let (below, above) = (frequencies[edge - 1 - index], frequencies[edge + index]);
                frequencies[edge - 1 - index] = below * stay + above * go;
                frequencies[edge + index] = above * stay - below * go;
            }
        }
        frequencies
    }
}

impl Tables {
    fn new() -> Self {
        let window = |index: usize| {
            let value = f64::from(PROTOTYPE[index.min(WINDOW - index)]) / (65_536.0 * 32.0);
            (if (index / 64).is_multiple_of(2) { value } else { -value }) as f32
        };
        let cosine =
            |band: usize, place: usize| ((2 * band + 1) as f64 * place as f64 * PI / 64.0).cos() as f32;
        let transform = |frequency: usize, slot: usize| {
            let fade = (PI / 36.0 * (slot as f64 + 0.5)).sin();
            let turn = PI / 72.0 * (2 * slot + 19) as f64 * (2 * frequency + 1) as f64;
            (fade * turn.cos() / 9.0) as f32
        };
        let share = |c: f64| ((1.0 / (1.0 + c * c).sqrt()) as f32, (c / (1.0 + c * c).sqrt()) as f32);
        Self {
            window: (0..WINDOW).map(window).collect(),
            cosines: (0..BANDS).map(|band| std::array::from_fn(|place| cosine(band, place))).collect(),
            transform: (0..SLOTS).map(|k| std::array::from_fn(|slot| transform(k, slot))).collect(),
            aliases: [-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037].map(share),
        }
    }

    /// A value of each band, of the samples up to the last one.
    fn filter(&self, samples: &[f32]) -> [f32; BANDS] {
        let mut sums = [0.0_f32; 64];
        for (block, window) in self.window.as_chunks::<64>().0.iter().enumerate() {
            let newest = WINDOW - 1 - block * 64;
            for (index, (sum, factor)) in sums.iter_mut().zip(window).enumerate() {
                *sum += factor * samples[newest - index];
            }
        }
        // The cosines are the same, or the same with the other sign, on both sides of 16 and of 48.
        let folded: [f32; BANDS] = std::array::from_fn(|place| match place {
            0 => sums[16],
            1..=16 => sums[16 + place] + sums[16 - place],
            _ => sums[16 + place] - sums[80 - place],
        });
        std::array::from_fn(|band| product(&folded, &self.cosines[band]))
    }
}

/// The first half of the window of ISO/IEC 11172-3, table D.1, and its middle, in 65,536ths of what a decoder
/// has. The second half is the first one turned round.
#[rustfmt::skip]
static PROTOTYPE: [i32; WINDOW / 2 + 1] = [
    0, -1, -1, -1, -1, -1, -1, -2, -2, -2, -2, -3, -3, -4, -4, -5, -5, -6, -7, -7, -8, -9, -10, -11, -13,
    -14, -16, -17, -19, -21, -24, -26, -29, -31, -35, -38, -41, -45, -49, -53, -58, -63, -68, -73, -79, -85,
    -91, -97, -104, -111, -117, -125, -132, -139, -147, -154, -161, -169, -176, -183, -190, -196, -202,
    -208, -213, -218, -222, -225, -227, -228, -228, -227, -224, -221, -215, -208, -200, -189, -177, -163,
    -146, -127, -106, -83, -57, -29, 2, 36, 72, 111, 153, 197, 244, 294, 347, 401, 459, 519, 581, 645, 711,
    779, 848, 919, 991, 1064, 1137, 1210, 1283, 1356, 1428, 1498, 1567, 1634, 1698, 1759, 1817, 1870, 1919,
    1962, 2001, 2032, 2057, 2075, 2085, 2087, 2080, 2063, 2037, 2000, 1952, 1893, 1822, 1739, 1644, 1535,
    1414, 1280, 1131, 970, 794, 605, 402, 185, -45, -288, -545, -814, -1095, -1388, -1692, -2006, -2330,
    -2663, -3004, -3351, -3705, -4063, -4425, -4788, -5153, -5517, -5879, -6237, -6589, -6935, -7271, -7597,
    -7910, -8209, -8491, -8755, -8998, -9219, -9416, -9585, -9727, -9838, -9916, -9959, -9966, -9935, -9863,
    -9750, -9592, -9389, -9139, -8840, -8492, -8092, -7640, -7134, -6574, -5959, -5288, -4561, -3776, -2935,
    -2037, -1082, -70, 998, 2122, 3300, 4533, 5818, 7154, 8540, 9975, 11455, 12980, 14548, 16155, 17799,
    19478, 21189, 22929, 24694, 26482, 28289, 30112, 31947, 33791, 35640, 37489, 39336, 41176, 43006, 44821,
    46617, 48390, 50137, 51853, 53534, 55178, 56778, 58333, 59838, 61289, 62684, 64019, 65290, 66494, 67629,
    68692, 69679, 70590, 71420, 72169, 72835, 73415, 73908, 74313, 74630, 74856, 74992, 75038,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_is_where_its_frequency_is() {
        for place in [10, 100, 301, 500] {
            let mut analysis = Analysis::new();
            let turn = PI * (place as f64 + 0.5) / GRANULE as f64;
            let mut found = [0.0; GRANULE];
            for granule in 0..4 {
                let sample = |index: usize| (turn * (granule * GRANULE + index) as f64).sin() as f32;
                found = analysis.granule(&std::array::from_fn(sample));
            }
            let energy =
                |range: std::ops::Range<usize>| found[range].iter().map(|value| value * value).sum::<f32>();
            let (near, all) = (energy(place - 3..place + 4), energy(0..GRANULE));
            assert!(near > all * 0.98, "{place}: {near} of {all}");
        }
    }
}
