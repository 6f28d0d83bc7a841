//! Numbers that look random and are the same every time, for tests: xorshift.

pub(super) struct Dice(pub u64);

impl Dice {
    /// 0 to `sides` - 1.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("small")
    }

    /// This many of the pieces, one after the other.
    pub(super) fn text(&mut self, pieces: &[&str], count: usize) -> String {
        (0..count).map(|_| pieces[self.roll(pieces.len())]).collect()
    }
}
