//! From plain words to phonemes: dictionary and rules of misaki first, a network for the rest.

mod dictionary;
mod stress;
mod unknown;
mod words;

use std::sync::OnceLock;

use misaki_rs::Lexicon;
use misaki_rs::lexicon::TokenContext;

use self::unknown::Unknown;
use self::words::{Part, Splitter};

const VOWELS: &str = "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ";
const CONSONANTS: &str = "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ";
const STOPS: &str = ";:,.!?—…";

/// Turns sentences into phonemes.
pub(crate) struct Phonemizer {
    splitter: Splitter,
    /// Loaded with the first word that needs it. `None` where that failed: such words are then spelled.
    unknown: OnceLock<Option<Unknown>>,
}

impl Phonemizer {
    pub(crate) fn new() -> Phonemizer {
        Phonemizer { splitter: Splitter::new(), unknown: OnceLock::new() }
    }

    /// The phonemes of a sentence in plain words, in misaki's alphabet, with its marks and single spaces.
    pub(crate) fn phonemes(&self, sentence: &str) -> String {
        let words = self.splitter.words(sentence);
        let texts: Vec<String> = words.iter().flat_map(|word| spans(&word.parts)).collect();
        let lexicon = dictionary::lexicon_for(texts.iter().map(String::as_str));
        let mut context = TokenContext::default();
        let mut readings = Vec::with_capacity(words.len());
        // How a word sounds can depend on the sound that follows ("the end", "the car"): from back to front.
        for word in words.iter().rev() {
            let reading = self.word(&lexicon, &word.parts, &mut context);
            readings.push((reading, word.space));
        }
        let mut phonemes = String::new();
        for (reading, space) in readings.iter().rev() {
            phonemes.push_str(reading);
            if *space && !phonemes.ends_with(' ') {
                phonemes.push(' ');
            }
        }
        let mut phonemes = phonemes.trim().replace('ɾ', "T").replace('ʔ', "t");
        // The tokenizer keeps a full stop behind letters such as "P.M." as a part of the word.
        let stop = sentence.trim_end().chars().next_back().filter(|c| STOPS.contains(*c));
        if let Some(stop) = stop.filter(|_| phonemes.ends_with(char::is_alphabetic)) {
            phonemes.push(stop);
        }
        phonemes
    }

    /// Reads a word whole if it can, or else in the longest parts that it can, from back to front.
    fn word(&self, lexicon: &Lexicon, parts: &[Part], context: &mut TokenContext) -> String {
        if let [Part { mark: Some(mark), .. }] = parts {
            *context = following(context, mark, "", "");
            return mark.clone();
        }
        let mut readings = vec![String::new(); parts.len()];
        let mut right = parts.len();
        while right > 0 {
            let known = (0..right).find_map(|left| {
                let (text, tag) = joined(&parts[left..right]);
                look_up(lexicon, &text, tag, context).map(|reading| (left, text, tag, reading))
            });
            if let Some((left, text, tag, reading)) = known {
                *context = following(context, &reading, &text, tag);
                readings[left] = reading;
                right = left;
            } else if is_junk(&parts[right - 1].text) {
                right -= 1;
            } else {
                // As misaki does: one unknown part makes the whole word unknown.
                let (text, tag) = joined(parts);
                let reading = self.unknown(lexicon, &text);
                *context = following(context, &reading, &text, tag);
                return reading;
            }
        }
        let letters: Vec<usize> = parts.iter().map(|part| part.text.chars().count()).collect();
        stress::balance(lexicon, &mut readings, &letters);
        readings.concat()
    }

    /// The phonemes of a word that is in no dictionary. Never fails: what cannot be read is spelled, and what
    /// cannot be spelled is silent.
    fn unknown(&self, lexicon: &Lexicon, word: &str) -> String {
        let unknown = self.unknown.get_or_init(|| Unknown::load().ok());
        let pieces = word.split(|c: char| !c.is_alphabetic() && c != '\'').filter(|piece| !piece.is_empty());
        let readings: Vec<String> = pieces
            .map(|piece| {
                let reading = unknown.as_ref().map(|unknown| unknown.read(piece)).unwrap_or_default();
                if reading.is_empty() { spell(lexicon, piece) } else { reading }
            })
            .collect();
        readings.join(" ")
    }
}

/// Every run of neighbouring parts, as one text.
fn spans(parts: &[Part]) -> Vec<String> {
    let spans = (0..parts.len()).flat_map(|left| (left + 1..=parts.len()).map(move |right| (left, right)));
    spans.map(|(left, right)| joined(&parts[left..right]).0).collect()
}

/// The text of neighbouring parts, and the tag of the longest of them.
fn joined(parts: &[Part]) -> (String, &str) {
    let text = parts.iter().map(|part| part.text.as_str()).collect();
    let weight = |part: &&Part| part.text.chars().map(|c| 1 + usize::from(c.is_uppercase())).sum::<usize>();
    // The first of equals, where `max_by_key` alone would take the last.
    let tag = parts.iter().rev().max_by_key(weight).map_or("", |part| part.tag.as_str());
    (text, tag)
}

fn look_up(lexicon: &Lexicon, word: &str, tag: &str, context: &TokenContext) -> Option<String> {
    // The rules of misaki-rs cut words by bytes, and its dictionaries are ASCII throughout.
    if !word.is_ascii() || !word.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let stress = match word {
        _ if word == word.to_lowercase() => None,
        _ if word == word.to_uppercase() => Some(lexicon.cap_stresses.1),
        _ => Some(lexicon.cap_stresses.0),
    };
    // misaki-rs gives back the letters, not the phonemes, of a stem with a doubled consonant ("vlogging").
    if let Some(stem) = doubled_stem(word).filter(|_| !lexicon.is_known(word, tag)) {
        let known = [&word[..word.len() - 3], &format!("{}e", &word[..word.len() - 3])]
            .iter()
            .any(|stem| lexicon.is_known(stem, tag));
        if !known && lexicon.is_known(stem, tag) {
            let (reading, _) = lexicon.lookup(stem, tag, stress.or(Some(0.5)), Some(context))?;
            return lexicon.append_ing(&reading);
        }
    }
    lexicon.get_word(word, tag, stress, Some(context)).map(|(reading, _)| reading)
}

/// `vlog` of `vlogging`, `panic` of `panicking`.
fn doubled_stem(word: &str) -> Option<&str> {
    let stem = word.strip_suffix("ing")?;
    let [.., last_but_one, last] = stem.as_bytes() else { return None };
    (stem.len() > 2 && (last == last_but_one || (*last_but_one, *last) == (b'c', b'k')))
        .then(|| &stem[..stem.len() - 1])
}

/// What the word in front must know of this one.
fn following(context: &TokenContext, phonemes: &str, text: &str, tag: &str) -> TokenContext {
    let first =
        phonemes.chars().find(|c| STOPS.contains(*c) || VOWELS.contains(*c) || CONSONANTS.contains(*c));
    let future_vowel = match first {
        Some(c) if STOPS.contains(c) => None,
        Some(c) => Some(VOWELS.contains(c)),
        None => context.future_vowel,
    };
    let future_to = matches!(text, "to" | "To") || (text == "TO" && matches!(tag, "TO" | "IN"));
    TokenContext { future_vowel, future_to }
}

fn is_junk(text: &str) -> bool {
    text.chars().all(|c| "',-._/".contains(c))
}

/// The names of the letters of a word.
fn spell(lexicon: &Lexicon, word: &str) -> String {
    let names: Vec<String> = word
        .chars()
        .filter_map(|c| {
            let letter = c.to_uppercase().to_string();
            let (name, _) = letter.is_ascii().then(|| lexicon.lookup(&letter, "NN", None, None))??;
            Some(name)
        })
        .collect();
    names.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use misaki_rs::{G2P, Language};

    #[test]
    fn the_same_as_misaki_where_its_dictionary_reaches() {
        let ours = Phonemizer::new();
        let theirs = G2P::new(Language::EnglishUS);
        for sentence in [
            "Good morning, I have put the meeting with the dentist on Thursday at nine.",
            "Please read the report I read yesterday.",
            "They record a record every week!",
            "The apple is on the table; the end of the story used to be sad.",
            "\"Well,\" she said, \"it's the well-known Mister Jones's dog, isn't it?\"",
            "I can't, you don't, we're going to the U.S.A and back to an old house.",
            "An FBI agent and a NASA engineer met in Paris (France).",
            "He lives near the live music — lives are short…",
            "My iPhone and your eBooks are in the kitchen.",
            "WHAT A DAY! I am happy, am I not?",
        ] {
            let (expected, _) = theirs.g2p(sentence).unwrap_or_default();
            assert_eq!(ours.phonemes(sentence), expected.trim(), "{sentence}");
        }
    }

    #[test]
    fn anything_is_read() {
        let phonemizer = Phonemizer::new();
        for (sentence, expected) in [
            ("", ""),
            ("hibari", "hɪbˈɑɹɹi"),
            ("vlogging", "vlˈɑɡɪŋ"),
            ("at nine P.M.", "æt nˈIn pˌiˈɛm."),
            (".", "."),
            ("-", "—"),
        ] {
            assert_eq!(phonemizer.phonemes(sentence), expected);
        }
        for sentence in
            ["Привет", "qzxwv-zzkk'", "éxéing éés ééd", "'''", "a'b'c'", "((((", "-'-'-", "αβγδ ωmega"]
        {
            phonemizer.phonemes(sentence);
        }
    }
}
