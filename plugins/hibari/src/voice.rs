//! The voice: from a text to sound, a little at a time.

use crate::Error;
use crate::model::{Acoustics, Melody};
use crate::phonemes::Phonemizer;
use crate::text::{self, Pause};
use crate::vocoder::{self, Utterance, Vocoder};

/// The speeds that the voice can speak at: 1.0 is its own.
pub const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=2.0;

/// Phonemes that the network gets at a time, at most. Its memory grows with their number.
const PHONEMES: usize = 400;
/// Frames of 12.5 ms in the first windows of a sentence, and in all others. Short ones come sooner, long ones
/// cost less.
const WINDOWS: [usize; 4] = [32, 64, 160, 360];
/// Loudness at which samples are full.
const FULL: f32 = 32_767.0;
/// What is softer than this is silence, in units of a sample.
const SILENCE: u16 = 100;
/// Frames that are kept of the silence before a sentence, for the onset of its first sound.
const ONSET: usize = 6;
/// Samples that are kept of the silence behind a sentence, for the end of its last sound.
const FADE: usize = 1_440;

/// The voice "heart", loaded and ready to speak.
pub struct Voice {
    phonemizer: Phonemizer,
    acoustics: Acoustics,
    vocoder: Vocoder,
}

impl Voice {
    /// Samples a second of all sound that the voice gives; there is one channel.
    pub const SAMPLE_RATE: u32 = vocoder::SAMPLE_RATE;

    /// Loads the networks and tables, which are all in the binary.
    ///
    /// # Errors
    ///
    /// [`Error::Load`] if one of them cannot be read.
    pub fn load() -> Result<Voice, Error> {
        Ok(Voice { phonemizer: Phonemizer::new(), acoustics: Acoustics::load()?, vocoder: Vocoder::new() })
    }

    /// Speaks a text. The iterator gives 16-bit samples, from a third of a second to five seconds of them at a
    /// time, each computed when it is asked for; the first come soon, however long the text is. The same text
    /// at the same speed always gives the same samples.
    ///
    /// # Errors
    ///
    /// The iterator gives [`Error::Speed`] if the speed is not in [`SPEEDS`], [`Error::NothingToSay`] if there
    /// is nothing speakable in the text, and [`Error::Run`] if a network fails. It ends after an error.
    pub fn pieces<'v>(&'v self, text: &'v str, speed: f32) -> Pieces<'v> {
        Pieces {
            voice: self,
            texts: text::Pieces::new(text),
            speed,
            queue: Vec::new(),
            sentence: None,
            spoken: 0,
            gap: Vec::new(),
            heard: false,
            over: false,
        }
    }
}

/// The sound of a text; see [`Voice::pieces`].
pub struct Pieces<'v> {
    voice: &'v Voice,
    texts: text::Pieces<'v>,
    speed: f32,
    /// What the network gets next, last first.
    queue: Vec<(Vec<i32>, Pause)>,
    sentence: Option<Sentence<'v>>,
    /// Sentences so far.
    spoken: u64,
    /// Silence before the next sentence.
    gap: Vec<i16>,
    heard: bool,
    over: bool,
}

/// A sentence, or a part of one, on its way.
struct Sentence<'v> {
    melody: Melody,
    utterance: Utterance<'v>,
    /// Frames that are done.
    done: usize,
    windows: usize,
    /// Silence that is held back until it is known whether sound follows in the sentence.
    held: Vec<i16>,
    pause: Pause,
}

impl Iterator for Pieces<'_> {
    type Item = Result<Vec<i16>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let piece = self.advance();
        self.over = !matches!(piece, Ok(Some(_)));
        piece.transpose()
    }
}

impl Pieces<'_> {
    /// The next samples, or none at the end of the text.
    fn advance(&mut self) -> Result<Option<Vec<i16>>, Error> {
        if !SPEEDS.contains(&self.speed) {
            return Err(Error::Speed(self.speed));
        }
        loop {
            if let Some(sentence) = &mut self.sentence {
                let mut samples = std::mem::take(&mut self.gap);
                samples.extend(sentence.window(&self.voice.acoustics)?);
                if sentence.done == sentence.melody.frames() {
                    self.gap = vec![0; silence(sentence.pause, self.speed)];
                    self.sentence = None;
                }
                if samples.is_empty() {
                    continue;
                }
                self.heard = true;
                return Ok(Some(samples));
            }
            match self.queue.pop() {
                Some((phonemes, pause)) => {
                    let melody = self.voice.acoustics.melody(&phonemes, self.speed)?;
                    let done = melody.lead.saturating_sub(ONSET).min(melody.frames());
                    let utterance = self.voice.vocoder.begin(&melody.pitch[done..], self.spoken);
                    self.spoken += 1;
                    self.sentence =
                        Some(Sentence { melody, utterance, done, windows: 0, held: Vec::new(), pause });
                }
                None => match self.texts.next() {
                    Some(piece) => self.enqueue(&piece),
                    None if !self.heard => return Err(Error::NothingToSay),
                    None => return Ok(None),
                },
            }
        }
    }

    /// Puts the phonemes of a piece into the queue, in as many parts as the network needs.
    fn enqueue(&mut self, piece: &text::Piece) {
        let phonemes = self.voice.phonemizer.phonemes(&piece.text);
        let mut parts = Vec::new();
        let mut part = Vec::new();
        for word in phonemes.split_inclusive(' ') {
            let numbers = self.voice.acoustics.numbers(word);
            if part.len() + numbers.len() > PHONEMES && !part.is_empty() {
                parts.push((std::mem::take(&mut part), Pause::None));
            }
            part.extend(numbers.into_iter().take(PHONEMES));
        }
        if phonemes.contains(char::is_alphabetic) && !part.is_empty() {
            parts.push((part, piece.pause));
        }
        self.queue.extend(parts.into_iter().rev());
    }
}

impl Sentence<'_> {
    /// The samples of the next window, without the silence at its end.
    fn window(&mut self, acoustics: &Acoustics) -> Result<Vec<i16>, Error> {
        let length = WINDOWS[self.windows.min(WINDOWS.len() - 1)];
        let end = (self.done + length).min(self.melody.frames());
        let spectra = acoustics.spectra(&self.melody, self.done..end)?;
        self.windows += 1;
        self.done = end;
        let sound = self.utterance.add(&spectra)?;
        let mut samples = std::mem::take(&mut self.held);
        samples.extend(sound.iter().map(|sample| (sample.clamp(-1.0, 1.0) * FULL) as i16));
        let heard = samples.iter().rposition(|sample| sample.unsigned_abs() > SILENCE);
        let kept = heard.map_or(0, |last| last + FADE).min(samples.len());
        self.held = samples.split_off(kept);
        Ok(samples)
    }
}

/// Samples of silence behind a piece, besides what is left of its own.
fn silence(pause: Pause, speed: f32) -> usize {
    let seconds = match pause {
        Pause::None => 0.0,
        Pause::Clause => 0.12,
        Pause::Sentence => 0.3,
        Pause::Paragraph => 0.55,
    };
    (seconds / speed * Voice::SAMPLE_RATE as f32) as usize
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    #[allow(clippy::expect_used, reason = "a test")]
    static VOICE: LazyLock<Voice> = LazyLock::new(|| Voice::load().expect("the data of the crate"));

    fn samples(text: &str, speed: f32) -> Result<Vec<i16>, Error> {
        Ok(VOICE.pieces(text, speed).collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn seconds(samples: &[i16]) -> f32 {
        samples.len() as f32 / Voice::SAMPLE_RATE as f32
    }

    #[test]
    fn a_sentence_is_heard() -> Result<(), Error> {
        let samples = samples("Hello there, how are you today?", 1.0)?;
        assert!((1.5..4.0).contains(&seconds(&samples)), "{}", seconds(&samples));
        let power = samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64;
        assert!(power.sqrt() > 500.0, "{power}");
        assert!(samples.iter().filter(|s| s.unsigned_abs() > 32_000).count() < 10);
        Ok(())
    }

    #[test]
    fn the_same_text_gives_the_same_sound() -> Result<(), Error> {
        let text = "One sentence. And another one!";
        assert_eq!(samples(text, 1.0)?, samples(text, 1.0)?);
        Ok(())
    }

    #[test]
    fn speed_changes_the_length() -> Result<(), Error> {
        let text = "The quick brown fox jumps over the lazy dog.";
        let [slow, usual, fast] = [0.5, 1.0, 2.0].map(|speed| samples(text, speed));
        let (slow, usual, fast) = (seconds(&slow?), seconds(&usual?), seconds(&fast?));
        assert!(slow > 1.6 * usual && usual > 1.6 * fast, "{slow} {usual} {fast}");
        for speed in [0.0, 0.49, 2.01, -1.0, f32::NAN, f32::INFINITY] {
            assert!(matches!(samples(text, speed), Err(Error::Speed(_))));
        }
        Ok(())
    }

    #[test]
    fn nothing_to_say_is_an_error() {
        for text in ["", " \n\t ", "...", "?!,;:", "🙂👋🏽", "你好，世界。", "*** --- ***", "\u{0}"]
        {
            assert!(matches!(samples(text, 1.0), Err(Error::NothingToSay)), "{text}");
        }
    }

    #[test]
    fn the_first_sound_comes_early_and_the_rest_in_order() -> Result<(), Error> {
        let prose = "It was the best of times and it was the worst of times and we had everything before us ";
        let text = prose.repeat(34);
        let mut pieces = VOICE.pieces(&text, 1.0);
        let first = pieces.next().ok_or(Error::NothingToSay)??;
        assert!((0.2..0.6).contains(&seconds(&first)), "{}", seconds(&first));
        let next = pieces.take(4).try_fold(0.0, |sum, piece| piece.map(|piece| sum + seconds(&piece)))?;
        assert!((4.0..20.0).contains(&next), "{next}");
        Ok(())
    }

    #[test]
    fn no_text_is_too_odd() -> Result<(), Error> {
        let digits = "7".repeat(5_000);
        let letters = "x".repeat(2_000);
        let words = "buffalo ".repeat(400);
        for text in
            [&digits, &letters, &words, "a", "I", ".a.", "ÆØÅ ß ñ", "Привет, мир", "1/0 -- 5%%", "C:\\x\\y"]
        {
            // What comes later is computed in the same way; the whole would take minutes in a debug build.
            let piece = VOICE.pieces(text, 2.0).next().ok_or(Error::NothingToSay)??;
            assert!(!piece.is_empty());
        }
        Ok(())
    }
}
