//! Stress of a word that was read in parts.

use misaki_rs::Lexicon;

const PRIMARY: char = 'ˈ';

/// Weakens some of the parts, so that a compound such as `rice-cake` has one main stress.
///
/// `letters` is the number of letters of each part.
pub(super) fn balance(lexicon: &Lexicon, parts: &mut [String], letters: &[usize]) {
    let weight = |part: &str| part.chars().map(|c| if "AIOQWYʤʧ".contains(c) { 2 } else { 1 }).sum::<usize>();
    let mut spoken: Vec<(bool, usize, usize)> = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| (part.contains(PRIMARY), weight(part), index))
        .collect();
    let stressed = spoken.iter().filter(|(stressed, ..)| *stressed).count();
    let weaker: Vec<usize> = match spoken.as_slice() {
        [(.., first), (.., second)] if letters.get(*first) == Some(&1) => vec![*second],
        _ if spoken.len() < 2 || stressed <= spoken.len().div_ceil(2) => return,
        _ => {
            spoken.sort_unstable();
            spoken.iter().take(spoken.len() / 2).map(|(.., index)| *index).collect()
        }
    };
    for index in weaker {
        parts[index] = lexicon.apply_stress(&parts[index], Some(-0.5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phonemes::dictionary::lexicon_for;

    #[test]
    fn a_compound_keeps_one_main_stress() {
        let lexicon = lexicon_for([]);
        let mut parts = ["kˈɔkəs".to_owned(), String::new(), "ɹˈAs".to_owned()];
        balance(&lexicon, &mut parts, &[6, 1, 4]);
        assert_eq!(parts.concat(), "kˈɔkəsɹˌAs");
        let mut one = ["wˈʌn".to_owned()];
        balance(&lexicon, &mut one, &[3]);
        assert_eq!(one.concat(), "wˈʌn");
    }
}
