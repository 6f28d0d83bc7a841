//! Repeatable noise.

/// A stream of random numbers that is the same for the same seed (SplitMix64).
pub(super) struct Noise(u64);

impl Noise {
    pub(super) fn new(seed: u64) -> Noise {
        Noise(seed)
    }

    /// A number with mean 0 and variance 1. The sum of four uniform ones is near enough to a Gaussian here: the
    /// inverse transform sums hundreds of them into every sample.
    pub(super) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        // Four times the mean of 0..=65535, and the root of four times its variance.
        (sum as f32 - 131_070.0) / 37_837.2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_variance_and_repetition() {
        let take = |seed| {
            let mut noise = Noise::new(seed);
            (0..100_000).map(|_| noise.next()).collect::<Vec<f32>>()
        };
        let numbers = take(7);
        let mean = numbers.iter().sum::<f32>() / 100_000.0;
        let variance = numbers.iter().map(|x| x * x).sum::<f32>() / 100_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
        assert_eq!(numbers, take(7));
        assert_ne!(numbers, take(8));
    }
}
