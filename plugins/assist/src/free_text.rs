//! Words that a free slot takes, and those that it must leave to others.

use crate::{
    slots::{self, Lean, Money, Speaker, Value},
    template::{Kind, Slot},
    words::Word,
};

/// What stands between the first and the last of some words, as it was said.
pub(crate) fn said<'t>(text: &'t str, words: &[Word]) -> &'t str {
    match words {
        [first, .., last] => text.get(first.span.start..last.span.end).unwrap_or_default(),
        [only] => text.get(only.span.clone()).unwrap_or_default(),
        [] => "",
    }
}

/// Whether these words, as the value of a free slot, are really something else: a day or an amount that was said elsewhere than
/// expected.
pub(crate) fn belongs_elsewhere(slot: &Slot, words: &[Word], speaker: &Speaker, lean: Lean) -> bool {
    let is_whole = |kind: Kind| {
        slots::read(kind, words, 0, speaker, lean).into_iter().any(|reading| {
            reading.end == words.len() && !matches!(reading.value, Value::Money(Money { currency: None, .. }))
        })
    };
    let about_days = ["date", "day", "time", "when"].iter().any(|word| slot.name.contains(word));
    // Longer texts are neither.
    words.len() <= 8 && ((!about_days && is_whole(Kind::Date)) || is_whole(Kind::Money))
}

/// Whether another amount follows in these words, as in "gas and 30 or so dollars": where one amount has its slot, words with a second
/// one are a request of their own that was not understood.
pub(crate) fn has_second_amount(words: &[Word], speaker: &Speaker) -> bool {
    (1..words.len()).any(|at| {
        let is_joined = words[at].after_comma || words[at - 1].is("and");
        let in_digits = words[at].norm.starts_with(|char: char| char.is_ascii_digit());
        is_joined
            && slots::read(Kind::Money, words, at, speaker, Lean::Past).into_iter().any(|reading| {
                in_digits || !matches!(reading.value, Value::Money(Money { currency: None, .. }))
            })
    })
}

#[cfg(test)]
mod tests {
    use wheelhouse_sdk::jiff::civil::date;

    use super::*;
    use crate::words::words;

    fn speaker() -> Speaker {
        Speaker::new(date(2026, 11, 22), "en-US")
    }

    #[test]
    fn days_and_amounts_are_no_texts() {
        let belongs = |name: &str, text: &str| {
            let slot = Slot { name: name.into(), kind: Kind::Text };
            belongs_elsewhere(&slot, &words(text), &speaker(), Lean::Past)
        };
        for text in ["friday", "last friday", "november 3rd", "$20", "20 dollars"] {
            assert!(belongs("category", text), "{text}");
        }
        for text in ["gas", "black friday", "12", "may", "20 dollars worth of gas"] {
            assert!(!belongs("category", text), "{text}");
        }
        assert!(!belongs("due_date", "friday"));
    }

    #[test]
    fn a_second_amount_is_noticed() {
        let second = |text: &str| has_second_amount(&words(text), &speaker());
        assert!(
            second("gas and 30 or so dollars")
                && second("gas, $30 on food")
                && second("gas and twenty dollars")
        );
        assert!(
            !second("30 gas") && !second("food and one coffee") && !second("food and drinks") && !second("")
        );
    }

    #[test]
    fn texts_are_given_as_they_were_said() {
        let text = "on  Joe’s  Diner, today";
        assert_eq!(said(text, &words(text)[1..3]), "Joe’s  Diner");
        assert_eq!(said(text, &[]), "");
    }
}
