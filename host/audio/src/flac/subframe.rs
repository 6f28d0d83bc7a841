//! The samples of one channel in a frame.

use crate::bits::{BitReader, BitWriter};

use super::predict::{FIXED, Predictor};

/// The most bits of a partition's parameter that are tried: more need the other way of writing them.
const MOST_PARAMETER: u32 = 14;
/// Halvings of a frame into partitions that are tried.
const MOST_HALVINGS: u32 = 6;

/// Reads the samples of a channel. `None` when the bits are too few or wrong: the frame's checksum tells
/// which.
pub(super) fn read(reader: &mut BitReader<'_>, count: usize, bits: u32) -> Option<Vec<i32>> {
    let (zero, kind, wasted) = (reader.take(1)?, reader.take(6)?, reader.take(1)?);
    let wasted = if wasted == 1 { reader.take_unary()? + 1 } else { 0 };
    if zero != 0 || wasted >= bits {
        return None;
    }
    let bits = bits - wasted;
    let mut samples = match kind {
        0 => vec![reader.take_signed(bits)?; count],
        1 => (0..count).map(|_| reader.take_signed(bits)).collect::<Option<_>>()?,
        8..=12 => {
            let order = kind as usize - 8;
            let first = warm_up(reader, order, count, bits)?;
            let predictor = Predictor { coefficients: FIXED[order].to_vec(), shift: 0 };
            predictor.restore(first, &read_residual(reader, order, count)?)
        }
        32.. => {
            let order = kind as usize - 31;
            let first = warm_up(reader, order, count, bits)?;
            let precision = reader.take(4)? + 1;
            let shift = reader.take_signed(5)?;
            if precision == 16 || shift < 0 {
                return None;
            }
            let coefficients = (0..order).map(|_| reader.take_signed(precision)).collect::<Option<_>>()?;
            let predictor = Predictor { coefficients, shift: shift as u32 };
            predictor.restore(first, &read_residual(reader, order, count)?)
        }
        _ => return None,
    };
    if wasted > 0 {
        samples.iter_mut().for_each(|sample| *sample <<= wasted);
    }
    Some(samples)
}

fn warm_up(reader: &mut BitReader<'_>, order: usize, count: usize, bits: u32) -> Option<Vec<i32>> {
    let first = (0..order).map(|_| reader.take_signed(bits)).collect::<Option<Vec<_>>>()?;
    (order <= count).then_some(first)
}

/// What the prediction of all samples behind the first `order` was off by.
fn read_residual(reader: &mut BitReader<'_>, order: usize, count: usize) -> Option<Vec<i32>> {
    let width = match reader.take(2)? {
        0 => 4,
        1 => 5,
        _ => return None,
    };
    let halvings = reader.take(4)?;
    let partition = count >> halvings;
    if partition << halvings != count || partition < order {
        return None;
    }
    let mut residual = Vec::with_capacity(count - order);
    for index in 0..1_usize << halvings {
        let numbers = if index == 0 { partition - order } else { partition };
        let parameter = reader.take(width)?;
        if parameter == (1 << width) - 1 {
            let bits = reader.take(5)?;
            for _ in 0..numbers {
                residual.push(reader.take_signed(bits)?);
            }
            continue;
        }
        for _ in 0..numbers {
            let high = reader.take_unary()?;
            let folded = high.wrapping_shl(parameter) | reader.take(parameter)?;
            residual.push((folded >> 1) as i32 ^ -((folded & 1) as i32));
        }
    }
    Some(residual)
}

/// A way to write the samples of a channel, and how many bits it takes.
pub(super) struct Plan<'a> {
    samples: &'a [i32],
    bits: u32,
    way: Way,
    /// About; of use only to compare.
    pub(super) cost: u64,
}

enum Way {
    Constant,
    Verbatim,
    Predicted { predictor: Predictor, fixed: bool, residual: Vec<i32>, parameters: Vec<u32> },
}

impl<'a> Plan<'a> {
    /// The shortest of some ways. `samples` has at least one, each of at most `bits`.
    pub(super) fn new(samples: &'a [i32], bits: u32) -> Self {
        let plan = |way, cost| Self { samples, bits, way, cost };
        if samples.iter().all(|sample| *sample == samples[0]) {
            return plan(Way::Constant, u64::from(bits));
        }
        let mut best = plan(Way::Verbatim, samples.len() as u64 * u64::from(bits));
        let fixed = Predictor::best_fixed(samples).map(|predictor| (predictor, true));
        let made = Predictor::linear(samples).map(|predictor| (predictor, false));
        for (predictor, fixed) in fixed.into_iter().chain(made) {
            let order = predictor.coefficients.len();
            let Some(residual) = predictor.residual(samples) else { continue };
            let (parameters, cost) = partitions(&residual, order);
            let around = if fixed { 0 } else { order as u64 * u64::from(Predictor::PRECISION) + 9 };
            let cost = cost + around + order as u64 * u64::from(bits);
            if cost < best.cost {
                best = plan(Way::Predicted { predictor, fixed, residual, parameters }, cost);
            }
        }
        best
    }

    pub(super) fn write(&self, writer: &mut BitWriter) {
        let mut head = |kind: u32| writer.put(kind << 1, 8);
        match &self.way {
            Way::Constant => {
                head(0);
                writer.put(self.samples[0] as u32, self.bits);
            }
            Way::Verbatim => {
                head(1);
                self.put_samples(self.samples.len(), writer);
            }
            Way::Predicted { predictor, fixed, residual, parameters } => {
                let order = predictor.coefficients.len();
                head(if *fixed { 8 + order as u32 } else { 31 + order as u32 });
                self.put_samples(order, writer);
                if !fixed {
                    writer.put(Predictor::PRECISION - 1, 4);
                    writer.put(predictor.shift, 5);
                    for coefficient in &predictor.coefficients {
                        writer.put(*coefficient as u32, Predictor::PRECISION);
                    }
                }
                write_residual(residual, order, parameters, writer);
            }
        }
    }

    fn put_samples(&self, count: usize, writer: &mut BitWriter) {
        self.samples[..count].iter().for_each(|sample| writer.put(*sample as u32, self.bits));
    }
}

fn write_residual(residual: &[i32], order: usize, parameters: &[u32], writer: &mut BitWriter) {
    let halvings = parameters.len().trailing_zeros();
    writer.put(0, 2);
    writer.put(halvings, 4);
    let partition = (residual.len() + order) >> halvings;
    let mut rest = residual;
    for (index, parameter) in parameters.iter().enumerate() {
        let (numbers, behind) = rest.split_at(if index == 0 { partition - order } else { partition });
        rest = behind;
        writer.put(*parameter, 4);
        for number in numbers {
            let folded = fold(*number);
            writer.put_unary(folded >> parameter);
            writer.put(folded, *parameter);
        }
    }
}

/// Small numbers of either sign to small ones without.
fn fold(number: i32) -> u32 {
    (number << 1 ^ number >> 31) as u32
}

/// Parameters of as many partitions as make it shortest, and the bits that takes.
fn partitions(residual: &[i32], order: usize) -> (Vec<u32>, u64) {
    let count = residual.len() + order;
    let fits = |halvings: &u32| count.is_multiple_of(1 << halvings) && count >> halvings > order;
    let most = (0..=MOST_HALVINGS).take_while(fits).last().unwrap_or(0);
    let partition = count >> most;
    let mut sums: Vec<(u64, u64)> = Vec::with_capacity(1 << most);
    let mut rest = residual;
    for index in 0..1 << most {
        let (numbers, behind) = rest.split_at(if index == 0 { partition - order } else { partition });
        rest = behind;
        sums.push((numbers.len() as u64, numbers.iter().map(|number| u64::from(fold(*number))).sum()));
    }
    let mut best: (Vec<u32>, u64) = (Vec::new(), u64::MAX);
    loop {
        let chosen = sums.iter().map(|(numbers, sum)| parameter(*numbers, *sum));
        let (parameters, costs): (Vec<u32>, Vec<u64>) = chosen.unzip();
        let cost = 6 + costs.iter().map(|cost| cost + 4).sum::<u64>();
        if cost < best.1 {
            best = (parameters, cost);
        }
        if sums.len() == 1 {
            return best;
        }
        sums = sums.chunks(2).map(|pair| (pair[0].0 + pair[1].0, pair[0].1 + pair[1].1)).collect();
    }
}

/// The parameter for so many numbers of such a sum, and about the bits that they take.
fn parameter(numbers: u64, sum: u64) -> (u32, u64) {
    let cost = |parameter: u32| numbers * u64::from(parameter + 1) + (sum >> parameter);
    let about = sum.checked_div(numbers).unwrap_or(0).checked_ilog2().unwrap_or(0).min(MOST_PARAMETER);
    let least = about.saturating_sub(1)..=(about + 1).min(MOST_PARAMETER);
    least.map(|parameter| (parameter, cost(parameter))).min_by_key(|(_, cost)| *cost).unwrap_or((0, cost(0)))
}
