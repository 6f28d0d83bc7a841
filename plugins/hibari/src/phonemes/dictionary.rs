//! The dictionaries of misaki, searched where they lie in the binary.

use std::collections::HashMap;

use misaki_rs::lexicon::PhonemeEntry;
use misaki_rs::{Language, Lexicon};

/// Checked by hand, with readings by part of speech. See `build.rs` for the form.
static GOLD: &str = include_str!(concat!(env!("OUT_DIR"), "/gold.txt"));
/// Larger and less certain; asked where `GOLD` has nothing.
static SILVER: &str = include_str!(concat!(env!("OUT_DIR"), "/silver.txt"));

/// Words that misaki's rules look up by themselves, whatever the text is.
const BY_RULES: [&str; 12] =
    ["am", "and", "at", "dot", "minus", "percent", "plus", "point", "slash", "to", "used", "versus"];

/// Misaki's rules over just those entries that they can ask for when they read `words`.
pub(super) fn lexicon_for<'w>(words: impl IntoIterator<Item = &'w str>) -> Lexicon {
    let mut lexicon = Lexicon {
        lang: Language::EnglishUS,
        cap_stresses: (0.5, 2.0),
        golds: HashMap::new(),
        silvers: HashMap::new(),
    };
    for letter in 'A'..='Z' {
        add(&mut lexicon, letter.encode_utf8(&mut [0; 4]));
    }
    for word in BY_RULES {
        add(&mut lexicon, word);
    }
    for word in words {
        add_stems(&mut lexicon, word);
    }
    lexicon
}

/// The rules take endings off: what they look up is always a start of the word, or one with an `e`, a `y` or
/// an `'s` behind it, in any of three cases.
fn add_stems(lexicon: &mut Lexicon, word: &str) {
    let longest_ending = 4;
    let shortest = word.len().saturating_sub(longest_ending).max(1);
    for end in (shortest..=word.len()).filter(|end| word.is_char_boundary(*end)) {
        let stem = &word[..end];
        for suffix in ["", "e", "y", "'s"] {
            let lower = stem.to_lowercase() + suffix;
            add(lexicon, &format!("{stem}{suffix}"));
            add(lexicon, &capitalized(&lower));
            add(lexicon, &lower);
        }
    }
}

fn capitalized(lower: &str) -> String {
    let mut chars = lower.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

fn add(lexicon: &mut Lexicon, word: &str) {
    for (table, text) in [(&mut lexicon.golds, GOLD), (&mut lexicon.silvers, SILVER)] {
        if !table.contains_key(word)
            && let Some(value) = find(text, word)
        {
            table.insert(word.to_owned(), entry(value));
        }
    }
}

/// What a packed dictionary says about a word.
fn find<'d>(dictionary: &'d str, word: &str) -> Option<&'d str> {
    let bytes = dictionary.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = bytes[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
        let end = bytes[middle..high].iter().position(|byte| *byte == b'\n').map_or(high, |at| middle + at);
        let (key, value) = dictionary.get(start..end)?.split_once('\t')?;
        match key.cmp(word) {
            std::cmp::Ordering::Equal => return Some(value),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

fn entry(value: &str) -> PhonemeEntry {
    let Some(readings) = value.strip_prefix('=') else {
        return PhonemeEntry::Simple(value.to_owned());
    };
    let reading = |reading: &str| {
        let (tag, phonemes) = reading.split_once(' ').unwrap_or((reading, ""));
        (tag.to_owned(), (!phonemes.is_empty()).then(|| phonemes.to_owned()))
    };
    PhonemeEntry::Tagged(readings.split('=').map(reading).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_word_and_no_other() {
        for dictionary in [GOLD, SILVER] {
            for line in dictionary.lines().step_by(97).chain(dictionary.lines().next_back()) {
                let (word, value) = line.split_once('\t').unwrap_or_default();
                assert_eq!(find(dictionary, word), Some(value));
                assert_eq!(find(dictionary, &format!("{word}~")), None);
            }
        }
        assert_eq!(find(GOLD, ""), None);
        assert_eq!(find("", "word"), None);
    }

    #[test]
    fn says_the_same_as_the_whole_dictionary() {
        let whole = Lexicon::new(Language::EnglishUS);
        let words = "dogs cities boxes walked tried begging making panicking Used FBI PDFs Paris's paris \
                     HELLO iPhone dentist's run's o'clock record ME reading bigger";
        for word in words.split(' ') {
            let few = lexicon_for([word]);
            for tag in ["NN", "NNP", "VBD", "JJ"] {
                assert_eq!(
                    few.get_word(word, tag, None, None),
                    whole.get_word(word, tag, None, None),
                    "{word}"
                );
            }
        }
    }
}
