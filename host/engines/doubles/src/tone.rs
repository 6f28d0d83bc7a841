//! What a double says: a tone, as long as the words that it is asked for.

/// How long a word is at the pace 1, in milliseconds.
pub const WORD_MS: u64 = 250;

/// How long a text is at this pace, in milliseconds. A text without words is as long as one word.
pub fn duration_ms(text: &str, speed: f32) -> u64 {
    let words = text.split_whitespace().count().max(1) as u64;
    ((words * WORD_MS) as f32 / speed.max(0.01)) as u64
}

/// That tone: 440 Hz at a fifth of full scale, one channel, signed 16-bit little-endian samples.
pub fn pcm(text: &str, speed: f32, sample_rate: u32) -> Vec<u8> {
    let samples = duration_ms(text, speed) * u64::from(sample_rate) / 1_000;
    let step = 440.0 * std::f32::consts::TAU / sample_rate as f32;
    (0..samples).flat_map(|at| (((at as f32 * step).sin() * 6_553.0) as i16).to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_is_as_long_as_its_words_at_the_pace() {
        assert_eq!(pcm("one two", 1.0, 24_000).len(), 24_000);
        assert_eq!(pcm("one two", 2.0, 24_000).len(), 12_000);
        assert_eq!(duration_ms("", 1.0), WORD_MS);
    }
}
