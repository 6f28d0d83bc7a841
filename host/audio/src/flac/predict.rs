//! Guesses a sample from those before it.

/// The predictors that need no numbers of their own, by order.
pub(super) const FIXED: [&[i32]; 5] = [&[], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]];

/// The most samples before it that a guess is made of.
const MOST_ORDER: usize = 8;

/// A guess: the samples before, the last one first, by their coefficients, divided by a power of two.
pub(super) struct Predictor {
    pub(super) coefficients: Vec<i32>,
    pub(super) shift: u32,
}

impl Predictor {
    /// Bits of a coefficient: with samples of 17 bits and as many as are used a sum stays within 32, for
    /// which decoders are quickest.
    pub(super) const PRECISION: u32 = 12;

    /// The fixed one that is off by least.
    pub(super) fn best_fixed(samples: &[i32]) -> Option<Self> {
        let mut differences = samples.to_vec();
        let mut best: Option<(usize, u64)> = None;
        for order in 0..FIXED.len().min(samples.len()) {
            if order > 0 {
                for index in (order..differences.len()).rev() {
                    differences[index] -= differences[index - 1];
                }
            }
            let off = differences[order..].iter().map(|number| u64::from(number.unsigned_abs())).sum();
            if best.is_none_or(|(_, least)| off < least) {
                best = Some((order, off));
            }
        }
        best.map(|(order, _)| Self { coefficients: FIXED[order].to_vec(), shift: 0 })
    }

    /// One that is made for these samples; `None` where none can be.
    pub(super) fn linear(samples: &[i32]) -> Option<Self> {
        let most = MOST_ORDER.min(samples.len() / 4);
        let products = autocorrelation(samples, most);
        if most == 0 || products[0] <= 0.0 {
            return None;
        }
        // By Levinson and Durbin: the best of each order is made of the best of the one before.
        let mut row = [0.0; MOST_ORDER];
        let mut error = products[0];
        let mut best: Option<(f64, Vec<f64>)> = None;
        for order in 0..most {
            let known: f64 = (0..order).map(|index| row[index] * products[order - index]).sum();
            let reflection = (products[order + 1] - known) / error;
            let before = row;
            row[order] = reflection;
            for index in 0..order {
                row[index] = before[index] - reflection * before[order - 1 - index];
            }
            error *= 1.0 - reflection * reflection;
            if error <= 0.0 || !error.is_finite() {
                break;
            }
            let count = samples.len() as f64;
            let bits = (error / count).max(1e-9).log2().max(-2.0) * 0.5 * count
                + (order + 1) as f64 * f64::from(Self::PRECISION + 16);
            if best.as_ref().is_none_or(|(least, _)| bits < *least) {
                best = Some((bits, row[..=order].to_vec()));
            }
        }
        Self::quantized(&best?.1)
    }

    fn quantized(row: &[f64]) -> Option<Self> {
        let largest = row.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if largest == 0.0 {
            return None;
        }
        let whole = largest.log2().floor() as i32 + 1;
        let shift = (Self::PRECISION as i32 - 1 - whole).min(15);
        if shift < 0 {
            return None;
        }
        let most = (1 << (Self::PRECISION - 1)) - 1;
        // What rounding takes from one, the next one gets.
        let mut left = 0.0;
        let coefficients = row.iter().map(|value| {
            let exact = value * f64::from(1 << shift) + left;
            let rounded = (exact.round() as i32).clamp(-most - 1, most);
            left = exact - f64::from(rounded);
            rounded
        });
        Some(Self { coefficients: coefficients.collect(), shift: shift as u32 })
    }

    fn guess(&self, before: &[i32]) -> i32 {
        let pairs = self.coefficients.iter().zip(before.iter().rev());
        let sum: i64 =
            pairs.map(|(a, b)| i64::from(*a).wrapping_mul(i64::from(*b))).fold(0, i64::wrapping_add);
        (sum >> self.shift) as i32
    }

    /// What the guesses are off by; `None` when that is too much to be written.
    pub(super) fn residual(&self, samples: &[i32]) -> Option<Vec<i32>> {
        let order = self.coefficients.len();
        let off = (order..samples.len()).map(|index| {
            let off = samples[index].wrapping_sub(self.guess(&samples[index - order..index]));
            (off.unsigned_abs() < 1 << 24).then_some(off)
        });
        off.collect()
    }

    /// The samples, of the first ones and what the guesses are off by.
    pub(super) fn restore(&self, first: Vec<i32>, residual: &[i32]) -> Vec<i32> {
        let order = self.coefficients.len();
        let mut samples = first;
        samples.reserve(residual.len());
        for off in residual {
            let guess = self.guess(&samples[samples.len() - order..]);
            samples.push(guess.wrapping_add(*off));
        }
        samples
    }
}

/// How like the signal is to itself some samples later, faded at both ends.
fn autocorrelation(samples: &[i32], most: usize) -> [f64; MOST_ORDER + 1] {
    let middle = (samples.len() - 1) as f64 / 2.0;
    let faded: Vec<f64> = samples
        .iter()
        .enumerate()
        .map(|(index, sample)| {
            let place = (index as f64 - middle) / (middle + 1.0);
            f64::from(*sample) * (1.0 - place * place)
        })
        .collect();
    let mut products = [0.0; MOST_ORDER + 1];
    for (lag, product) in products.iter_mut().enumerate().take(most + 1) {
        *product = faded[lag..].iter().zip(&faded).map(|(a, b)| a * b).sum();
    }
    products
}
