//! The two checksums of a frame.

const fn table(polynomial: u16, bits: u32) -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut rest = (byte as u16) << (bits - 8);
        let mut bit = 0;
        while bit < 8 {
            let carry = rest >> (bits - 1) & 1 != 0;
            rest = (rest << 1) ^ if carry { polynomial } else { 0 };
            bit += 1;
        }
        table[byte] = rest;
        byte += 1;
    }
    table
}

static HEADER: [u16; 256] = table(0x07, 8);
static FRAME: [u16; 256] = table(0x8005, 16);

/// Of a header: CRC-8.
pub(super) fn header(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| HEADER[usize::from(sum ^ byte)] as u8)
}

/// Of a whole frame: CRC-16, continued from what came before. With the checksum itself behind it, it is 0.
pub(super) fn frame(before: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(before, |sum, byte| (sum << 8) ^ FRAME[usize::from((sum >> 8) as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_usual_test() {
        assert_eq!(header(b"123456789"), 0xF4);
        assert_eq!(frame(0, b"123456789"), 0xFEE8);
        assert_eq!(frame(0, b"123456789\xFE\xE8"), 0);
    }
}
