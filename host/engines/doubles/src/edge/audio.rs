//! Audio that can be read: MP3 of silence with words in it.

use std::time::Duration;

/// How long a word is heard at the voice's own pace.
pub const WORD: Duration = Duration::from_millis(240);
/// Bytes of that.
pub const WORD_BYTES: usize = FRAME * FRAMES;

/// Bytes of a frame: 24 ms at 48 kbit/s.
const FRAME: usize = 144;
const FRAMES: usize = 10;
/// MPEG-2 layer 3 without CRC, 48 kbit/s, 24 kHz, one channel (ISO 11172-3, 2.4.2.3 and ISO 13818-3).
const HEAD: [u8; 4] = [0xff, 0xf3, 0x64, 0xc0];
/// Head and side information. With the latter all zero, the frame has no sound, and what comes after it is of
/// no meaning.
const BEFORE: usize = HEAD.len() + 9;

/// A word's audio at so many hundredths of the voice's own pace. The word itself is in its first frame.
pub(super) fn of_word(word: &str, pace: usize) -> Vec<u8> {
    let mut frame = [0; FRAME];
    frame[..HEAD.len()].copy_from_slice(&HEAD);
    let mut audio = frame.repeat((FRAMES * 100 / pace).max(1));
    let word = &word.as_bytes()[..word.len().min(FRAME - BEFORE)];
    audio[BEFORE..BEFORE + word.len()].copy_from_slice(word);
    audio
}

/// The words that a piece of audio says; `None` when it is not whole frames of such audio.
pub fn words(audio: &[u8]) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for frame in audio.chunks(FRAME) {
        let text = frame.strip_prefix(&HEAD).filter(|_| frame.len() == FRAME)?;
        let word: Vec<u8> =
            text[BEFORE - HEAD.len()..].iter().copied().take_while(|byte| *byte != 0).collect();
        words.extend((!word.is_empty()).then(|| String::from_utf8_lossy(&word).into_owned()));
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_again_in_their_audio() {
        let audio = [of_word("turn", 100), of_word("left", 100)].concat();
        assert_eq!(words(&audio), Some(vec!["turn".to_owned(), "left".to_owned()]));
        assert_eq!(audio.len() * 8 * 1_000 / 48_000, 2 * 240, "milliseconds at 48 kbit/s");
        assert_eq!(words(&audio[1..]), None);
        assert_eq!(words(&of_word("left", 200)), Some(vec!["left".to_owned()]));
        assert_eq!(of_word("left", 200).len(), WORD_BYTES / 2);
    }
}
