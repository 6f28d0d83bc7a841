//! Bits of bytes, the highest first.

/// Reads bits. `None` is that there are too few.
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, place: 0 }
    }

    /// The next bits in the highest places; those that are not there are 0.
    fn window(&self) -> u64 {
        let rest = self.bytes.get(self.place / 8..).unwrap_or_default();
        let word = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            word
        });
        u64::from_be_bytes(word) << (self.place % 8)
    }

    /// A number of up to 32 bits.
    pub(crate) fn take(&mut self, bits: u32) -> Option<u32> {
        if bits == 0 {
            return Some(0);
        }
        let value = (self.window() >> (64 - bits)) as u32;
        self.place += bits as usize;
        (self.place <= self.bytes.len() * 8).then_some(value)
    }

    /// The same with a sign.
    pub(crate) fn take_signed(&mut self, bits: u32) -> Option<i32> {
        let value = self.take(bits)?;
        let above = 32 - bits.max(1);
        Some((value << above) as i32 >> above)
    }

    /// How many zeros are before the next one.
    pub(crate) fn take_unary(&mut self) -> Option<u32> {
        let mut zeros = 0;
        loop {
            let known = 64 - (self.place % 8) as u32;
            let found = self.window().leading_zeros();
            if found < known {
                self.place += found as usize + 1;
                return (self.place <= self.bytes.len() * 8).then_some(zeros + found);
            }
            self.place += known as usize;
            zeros += known;
            if self.place >= self.bytes.len() * 8 {
                return None;
            }
        }
    }

    /// Bytes that have been begun.
    pub(crate) fn bytes_read(&self) -> usize {
        self.place.div_ceil(8)
    }
}

/// Writes bits.
#[derive(Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that are no byte yet, in the lowest places.
    rest: u64,
    bits: u32,
}

impl BitWriter {
    /// A number of up to 32 bits, of which higher ones are ignored.
    pub(crate) fn put(&mut self, value: u32, bits: u32) {
        self.rest = self.rest << bits | u64::from(value) & ((1 << bits) - 1);
        self.bits += bits;
        while self.bits >= 8 {
            self.bits -= 8;
            self.bytes.push((self.rest >> self.bits) as u8);
        }
    }

    /// So many zeros and a one.
    pub(crate) fn put_unary(&mut self, mut zeros: u32) {
        while zeros >= 32 {
            self.put(0, 32);
            zeros -= 32;
        }
        self.put(1, zeros + 1);
    }

    /// Fills up the last byte with zeros.
    pub(crate) fn align(&mut self) {
        if self.bits > 0 {
            self.put(0, 8 - self.bits);
        }
    }

    /// What has been written; whole bytes only.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut writer = BitWriter::default();
        writer.put(0b101, 3);
        writer.put_unary(0);
        writer.put_unary(77);
        writer.put(u32::MAX, 32);
        writer.put(-5_i32 as u32, 17);
        writer.align();
        let mut reader = BitReader::new(writer.bytes());
        assert_eq!(reader.take(3), Some(0b101));
        assert_eq!(reader.take_unary(), Some(0));
        assert_eq!(reader.take_unary(), Some(77));
        assert_eq!(reader.take(32), Some(u32::MAX));
        assert_eq!(reader.take_signed(17), Some(-5));
        assert_eq!(reader.bytes_read(), writer.bytes().len());
    }

    #[test]
    fn too_few_bits_are_none() {
        assert_eq!(BitReader::new(&[0xFF]).take(9), None);
        assert_eq!(BitReader::new(&[0; 100]).take_unary(), None);
        assert_eq!(BitReader::new(&[]).take(1), None);
    }
}
