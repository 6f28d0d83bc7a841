//! Words around a request that are no part of it.

use crate::words::{Word, starts_with};

const BEFORE: [&[&str]; 42] = [
    &["please"],
    &["hey"],
    &["hi"],
    &["hello"],
    &["pam"],
    &["okay"],
    &["alright"],
    &["so"],
    &["well"],
    &["um"],
    &["uh"],
    &["hmm"],
    &["oh"],
    &["now"],
    &["and"],
    &["also"],
    &["then"],
    &["just"],
    &["actually"],
    &["kindly"],
    &["thanks"],
    &["thank", "you"],
    &["good", "morning"],
    &["good", "afternoon"],
    &["good", "evening"],
    &["can", "you"],
    &["could", "you"],
    &["would", "you"],
    &["will", "you"],
    &["can", "i"],
    &["i", "would", "like", "to"],
    &["i", "would", "like", "you", "to"],
    &["i", "want", "to"],
    &["i", "want", "you", "to"],
    &["i", "need", "to"],
    &["i", "need", "you", "to"],
    &["go", "ahead", "and"],
    &["do", "me", "a", "favor", "and"],
    &["tell", "me"],
    &["let", "me", "know"],
    &["quick", "question"],
    &["i", "wanted", "to"],
];

const AFTER: [&[&str]; 17] = [
    &["please"],
    &["thanks"],
    &["thank", "you"],
    &["thanks", "a", "lot"],
    &["so", "much"],
    &["very", "much"],
    &["pam"],
    &["okay"],
    &["for", "me"],
    &["now"],
    &["right", "now"],
    &["will", "you"],
    &["would", "you"],
    &["if", "you", "can"],
    &["as", "well"],
    &["too"],
    &["then"],
];

/// Where a request may begin: at the first word, or after any number of phrases that only lead up to it.
pub(crate) fn beginnings(words: &[Word]) -> Vec<usize> {
    let mut found = vec![0];
    let mut next = 0;
    while let Some(&at) = found.get(next) {
        next += 1;
        for phrase in BEFORE {
            let after = at + phrase.len();
            if starts_with(words, at, phrase) && !found.contains(&after) {
                found.push(after);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Where a request may end: for each place between two words, whether only phrases follow that round it off.
pub(crate) fn endings(words: &[Word]) -> Vec<bool> {
    let mut ends = vec![false; words.len() + 1];
    ends[words.len()] = true;
    for at in (0..words.len()).rev() {
        ends[at] = AFTER.iter().any(|phrase| starts_with(words, at, phrase) && ends[at + phrase.len()]);
    }
    ends
}

/// Whether the words say nothing but such phrases.
pub(crate) fn is_only_filler(words: &[Word]) -> bool {
    let ends = endings(words);
    beginnings(words).into_iter().any(|start| ends[start])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn requests_begin_after_what_leads_up_to_them() {
        let said = words("Hey Pam, could you please log it");
        assert_eq!(beginnings(&said), [0, 1, 2, 4, 5]);
        assert_eq!(beginnings(&words("do not log it")), [0]);
    }

    #[test]
    fn requests_end_before_what_rounds_them_off() {
        let said = words("log it for me, thank you");
        let ends: Vec<usize> =
            endings(&said).iter().enumerate().filter(|(_, end)| **end).map(|(at, _)| at).collect();
        assert_eq!(ends, [2, 4, 6]);
    }

    #[test]
    fn politeness_alone_is_no_request() {
        assert!(is_only_filler(&words("Hey Pam, good morning!")));
        assert!(is_only_filler(&words("ok thanks")));
        assert!(!is_only_filler(&words("hey gas")));
    }
}
