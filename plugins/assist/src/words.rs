//! From a text to its words, in the form in which they are compared.

use std::ops::Range;

/// Longest sentence that can be understood, in words. Longer ones are no commands.
pub(crate) const LONGEST_SENTENCE: usize = 256;

/// A word of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// In small letters, contractions written out: `what's` is `what` and `is`.
    pub(crate) norm: String,
    /// Where it stands in the text, in bytes. Parts of a contraction share a place.
    pub(crate) span: Range<usize>,
    /// Whether a comma stands before it.
    pub(crate) after_comma: bool,
}

impl Word {
    /// Whether it is this word, given in small letters.
    pub(crate) fn is(&self, norm: &str) -> bool {
        self.norm == norm
    }

    /// What is compared with templates.
    pub(crate) fn stem(&self) -> &str {
        stem(&self.norm)
    }

    /// Whether it says nothing, so that a template need not have it.
    pub(crate) fn is_noise(&self) -> bool {
        matches!(
            self.norm.as_str(),
            "please" | "just" | "um" | "uh" | "actually" | "also" | "kindly" | "basically"
        )
    }
}

/// A word without the `s` of a plural or a possessive.
pub(crate) fn stem(word: &str) -> &str {
    if let Some(owner) = word.strip_suffix("'s") {
        return owner;
    }
    match word.strip_suffix('s') {
        Some(singular) if word.len() > 3 && !singular.ends_with(['s', 'u', 'i', '\'']) => singular,
        _ => word,
    }
}

/// The words at `at` and after it are these.
pub(crate) fn starts_with(words: &[Word], at: usize, phrase: &[&str]) -> bool {
    let rest = words.get(at..).unwrap_or_default();
    rest.len() >= phrase.len() && rest.iter().zip(phrase).all(|(word, norm)| word.is(norm))
}

/// The word at `at`, or nothing behind the end.
pub(crate) fn norm(words: &[Word], at: usize) -> &str {
    words.get(at).map_or("", |word| word.norm.as_str())
}

/// All words of a text.
pub(crate) fn words(text: &str) -> Vec<Word> {
    sentences(text).into_iter().flatten().collect()
}

/// The words of each sentence of a text; sentences without a word are left out.
pub(crate) fn sentences(text: &str) -> Vec<Vec<Word>> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut sentences = Vec::new();
    let mut sentence = Vec::new();
    let mut after_comma = false;
    let mut at = 0;
    while let Some(&(start, char)) = chars.get(at) {
        let mut end = at + 1;
        let is_word = if begins_word(&chars, at) {
            while end < chars.len() && goes_on(&chars, end) {
                end += 1;
            }
            true
        } else {
            matches!(char, '$' | '€' | '£' | '¥' | '₹' | '&' | '%') || is_minus(&chars, at)
        };
        if is_word {
            let span = start..chars.get(end).map_or(text.len(), |&(byte, _)| byte);
            push_word(&mut sentence, &text[span.clone()], &span, after_comma);
            after_comma = false;
        } else if char == ',' {
            after_comma = true;
        } else if ends_sentence(&chars, at, &sentence) {
            after_comma = false;
            sentences.push(std::mem::take(&mut sentence));
        }
        at = end;
    }
    sentences.push(sentence);
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

fn char_at(chars: &[(usize, char)], at: Option<usize>) -> char {
    at.and_then(|at| chars.get(at)).map_or(' ', |&(_, char)| char)
}

fn begins_word(chars: &[(usize, char)], at: usize) -> bool {
    let char = char_at(chars, Some(at));
    char.is_alphanumeric() || (char == '.' && char_at(chars, Some(at + 1)).is_ascii_digit())
}

/// Whether the character at `at`, which follows one of a word, belongs to that word.
fn goes_on(chars: &[(usize, char)], at: usize) -> bool {
    let char = char_at(chars, Some(at));
    if char.is_alphanumeric() {
        return true;
    }
    let (before, after) = (char_at(chars, at.checked_sub(1)), char_at(chars, Some(at + 1)));
    match char {
        '\'' | '’' | '‘' | 'ʼ' => before.is_alphabetic() && after.is_alphabetic(),
        '.' | ',' | '-' | '/' | ':' => before.is_ascii_digit() && after.is_ascii_digit(),
        // Marks inside the words of many scripts are no letters; general and CJK punctuation is neither.
        _ => {
            !char.is_ascii()
                && !char.is_whitespace()
                && !matches!(char, '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{2bff}' | '\u{3000}'..='\u{303f}')
                && before.is_alphabetic()
                && after.is_alphanumeric()
        }
    }
}

fn is_minus(chars: &[(usize, char)], at: usize) -> bool {
    let (before, after) = (char_at(chars, at.checked_sub(1)), char_at(chars, Some(at + 1)));
    matches!(char_at(chars, Some(at)), '-' | '−')
        && !before.is_alphanumeric()
        && (after.is_ascii_digit() || matches!(after, '.' | '$' | '€' | '£' | '¥' | '₹'))
}

/// Whether a sentence ends with the character at `at`. A full stop may also be part of `St. Louis` or `Nov. 3`.
fn ends_sentence(chars: &[(usize, char)], at: usize, sentence: &[Word]) -> bool {
    let (mark, after) = (char_at(chars, Some(at)), char_at(chars, Some(at + 1)));
    match mark {
        '\n' | ';' => return true,
        '.' | '!' | '?' => {}
        _ => return false,
    }
    if !after.is_whitespace() && !matches!(after, '.' | '!' | '?' | '"' | '”' | ')') {
        return false;
    }
    let is_abbreviated = |word: &Word| {
        let mut chars = word.norm.chars();
        let is_letter = chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none();
        (is_letter && !word.is("i")) || ABBREVIATIONS.contains(&word.norm.as_str())
    };
    mark != '.' || !sentence.last().is_some_and(is_abbreviated)
}

const ABBREVIATIONS: [&str; 33] = [
    "st", "mt", "ft", "dr", "mr", "mrs", "ms", "jr", "sr", "vs", "ave", "blvd", "rd", "hwy", "approx", "jan",
    "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
    "thur", "fri",
];

fn push_word(sentence: &mut Vec<Word>, text: &str, span: &Range<usize>, after_comma: bool) {
    let lower: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|char| match char {
            '’' | '‘' | 'ʼ' => '\'',
            '−' => '-',
            char => char,
        })
        .collect();
    let mut push = |norm: &str, after_comma: bool| {
        sentence.push(Word { norm: norm.to_owned(), span: span.clone(), after_comma });
    };
    match written_out(&lower) {
        Some((first, second)) => {
            push(first, after_comma);
            push(second, false);
        }
        None => push(same_word(&lower).unwrap_or(&lower), after_comma),
    }
}

/// Whether the word, given in any case, is compared as it is written.
pub(crate) fn is_plain(word: &str) -> bool {
    let is_short = |word: &str| word.len() <= 6 && (written_out(word).is_some() || same_word(word).is_some());
    word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !is_short(&word.to_ascii_lowercase())
}

/// The two words of a contraction.
fn written_out(word: &str) -> Option<(&str, &str)> {
    Some(match word {
        "can't" | "cannot" | "cant" => ("can", "not"),
        "won't" => ("will", "not"),
        "let's" => ("let", "us"),
        "dont" => ("do", "not"),
        "didnt" => ("did", "not"),
        "ive" => ("i", "have"),
        "im" => ("i", "am"),
        "whats" => ("what", "is"),
        "hows" => ("how", "is"),
        "wanna" => ("want", "to"),
        "gonna" => ("going", "to"),
        word => {
            let (first, ending) = word.rsplit_once('\'')?;
            match ending {
                "t" => (first.strip_suffix('n').filter(|first| !first.is_empty())?, "not"),
                "ve" => (first, "have"),
                "re" => (first, "are"),
                "ll" => (first, "will"),
                "m" => (first, "am"),
                "d" => (first, "would"),
                "s" if ASKED.contains(&first) => (first, "is"),
                _ => return None,
            }
        }
    })
}

const ASKED: [&str; 9] = ["what", "how", "where", "when", "who", "that", "it", "there", "here"];

/// Another way to write the same word.
fn same_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "ok" => "okay",
        "pls" => "please",
        "thx" => "thanks",
        "&" => "and",
        "%" => "percent",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norms(text: &str) -> String {
        words(text).iter().map(|word| word.norm.clone()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn punctuation_and_case_do_not_matter() {
        assert_eq!(norms("  I SPENT: $85.50, on \"Gas\"!! "), "i spent $ 85.50 on gas");
        assert_eq!(norms("€40 & 1,200 bucks (20-dollar) 50%"), "€ 40 and 1,200 bucks 20 dollar 50 percent");
        assert_eq!(norms("on 2026-11-03 or 11/3 at 5:30"), "on 2026-11-03 or 11/3 at 5:30");
        assert_eq!(norms("-5 or -$5 or .50 but check-in"), "- 5 or - $ 5 or .50 but check in");
    }

    #[test]
    fn contractions_are_written_out() {
        assert_eq!(
            norms("What’s up, I've paid and don't can't"),
            "what is up i have paid and do not can not"
        );
        assert_eq!(norms("whats Joe's budget"), "what is joe's budget");
    }

    #[test]
    fn sentences_end_where_they_end() {
        let count = |text: &str| sentences(text).len();
        assert_eq!(count("I spent 20 on gas. Thanks!"), 2);
        assert_eq!(count("From St. Louis to Mt. Rushmore on Nov. 3."), 1);
        assert_eq!(count("Um... one?! two\nthree; four"), 5);
        assert_eq!(count("It cost 85.50 at example.com today"), 1);
        assert_eq!(count(" \n. !"), 0);
    }

    #[test]
    fn words_know_their_place() {
        let text = "on Café Zoë’s";
        let found: Vec<&str> = words(text).iter().map(|word| &text[word.span.clone()]).collect();
        assert_eq!(found, ["on", "Café", "Zoë’s"]);
        assert!(words("a, b")[1].after_comma);
        assert_eq!(norms("हिन्दी नमस्ते"), "हिन्दी नमस्ते");
    }

    #[test]
    fn a_plural_is_its_singular() {
        assert_eq!(stem("expenses"), "expense");
        assert_eq!(stem("month's"), "month");
        for word in ["gas", "this", "bus", "less", "spent", "s", ""] {
            assert_eq!(stem(word), word);
        }
    }
}
