//! From any text to short pieces of plain English words.

mod abbreviations;
mod characters;
mod clock;
mod counts;
mod dates;
mod measures;
mod money;
mod numbers;
mod pieces;
mod rules;
mod web;

pub(crate) use pieces::{Pause, Piece, Pieces};

/// Writes everything out in words: what is left are letters, apostrophes, hyphens, brackets, quotes and
/// `. , ; : ! ? … —`, with single spaces, and full stops only where a sentence ends.
fn normalize(text: &str) -> String {
    let mut text = web::speak(characters::clean(text));
    if text.contains(|c: char| c.is_ascii_digit()) {
        // The order matters: what reads a longer pattern goes before what reads its parts.
        for speak in [dates::speak, clock::speak, money::speak, measures::speak, counts::speak] {
            text = speak(text);
        }
    }
    characters::speak_symbols(&abbreviations::expand(&text))
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn everyday_texts() {
        for (text, words) in [
            (
                "Dr. Smith's appt. is at 7:30 p.m. on Nov. 5, 2026, & costs $85.50 (20% off).",
                "Doctor Smith's appt. is at seven thirty P.M on November fifth, twenty twenty six, and costs \
                 eighty five dollars and fifty cents (twenty percent off).",
            ),
            (
                "It's 72°F; drive 5 mi at 60 mph to 12 Elm St.",
                "It's seventy two degrees Fahrenheit; drive five miles at sixty miles per hour to twelve Elm Street.",
            ),
            ("Read https://example.com/x?y=1 & reply!", "Read example dot com and reply!"),
            ("See you at 9:00.\nOK", "See you at nine o'clock. OK"),
            ("Wins: 3rd in a row 🎉🎉", "Wins: third in a row"),
            ("- **Item 1**: $5/day", "Item one: five dollars per day"),
            ("", ""),
            ("🙂", ""),
            ("日本語", ""),
        ] {
            assert_eq!(normalize(text), words);
        }
    }

    #[test]
    fn only_plain_characters_are_left() {
        let nasty: String = (0..0x3000).filter_map(char::from_u32).collect();
        for text in [nasty.as_str(), "a\\b/c|d <b>x</b> {}[]()^~`\"'", "1e5 0x1F 5'10\" №5 ١٢٣"] {
            let words = normalize(text);
            let strange = words.chars().find(|c| !c.is_alphabetic() && !" '-()\".,;:!?…—".contains(*c));
            assert_eq!(strange, None, "{words}");
        }
    }
}
