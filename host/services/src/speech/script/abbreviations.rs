//! Whether a full stop ends a sentence, or only a word that is written short.
//!
//! Where it can be either, nothing ends: two sentences in one are spoken well, half a sentence is not.

use wheelhouse_core::language::primary;

/// What closes after the end of a sentence and belongs to it.
pub(super) const CLOSERS: [char; 16] =
    ['"', '\'', '”', '’', '»', '›', '“', '‘', ')', ']', '}', '」', '』', '）', '】', '》'];
/// What opens before the first word of a sentence.
const OPENERS: [char; 17] =
    ['"', '\'', '“', '‘', '„', '‚', '«', '‹', '(', '[', '{', '¿', '¡', '「', '『', '（', '【'];

/// No short form is longer than this, in bytes, with its spaces.
const LONGEST: usize = 40;

/// Never the end of a sentence.
const NEVER: &str = "\
    adm. brig. capt. cf. cmdr. col. cpl. dr. dra. drs. e.g. esp. gen. gov. hon. i.e. incl. lt. maj. \
    messrs. mr. mrs. ms. mt. mx. pres. prof. rep. rev. sen. sgt. st. supt. viz. vs. bzgl. bzw. d.h. \
    dipl.-ing. evtl. frl. ggf. hl. hr. hrn. i.d.r. ing. insb. inkl. m.e. o.g. s.o. s.u. sog. u.a. v.a. \
    vgl. z.b. z.t. zzgl. d. excmo. p.ej. sra. srta. ud. uds. vd. c.-à-d. m. mgr. mlle. mme. \
    mmes. p.ex. avv. dott. dott.ssa es. geom. p.es. rag. sig. sig.ra sigg. sig.na";

/// The end of a sentence only where no number follows.
const BEFORE_NUMBER: &str = "\
    abb. abs. apr. approx. art. aug. av. bd. c. ca. cap. ch. dec. dez. eq. feb. fig. jan. jul. jun. kap. \
    mar. max. min. mär. no. nos. nov. nr. num. núm. n.º oct. okt. op. p. pag. pág. par. pp. s. sec. \
    sect. sep. sept. tab. tel. vol. ziff.";

/// The end of a sentence only where a word follows that begins one.
const PERHAPS: &str = "\
    a.m. al. ave. bldg. blvd. bros. co. corp. dept. ecc. est. etc. inc. jr. ltd. m.a. p.m. ph.d. rd. \
    s.a. s.p.a. sr. str. u.k. u.n. u.s. univ. usf. usw.";

const ENGLISH: &str = "\
    A After All Also An And Are As At Before But By Did Do Does Each Every For From He Her Here His How \
    However I If In Is It Its Let Many Meanwhile My No Not Now On Or Our Please She So Some That The \
    Their Then There These They This Those To Was We Were What When Where While Who Why With Yes You \
    Your";
const GERMAN: &str = "\
    Aber Alle Als Am Auch Auf Bei Bitte Da Danach Dann Das Der Die Dies Diese Dieser Dieses Du Ein Eine \
    Er Es Für Heute Hier Ich Ihr Im In Ist Ja Man Mit Nach Nein Nicht Sie So Und Von Vor Was Wenn Wer \
    Wie Wir Wo";
const FRENCH: &str = "\
    Après Au Avec Ce Ces Cette Comme Dans Elle Elles En Et Il Ils Je La Le Les Mais Non Nous On Oui Ou \
    Pour Puis Quand Que Qui Si Tu Un Une Vous";
const SPANISH: &str = "\
    Al Con Cuando De Después El Ella Ellos En Es Ese Esta Este Esto Hay La Las Lo Los Luego No Para Pero \
    Por Que Se Si Sí Su Un Una Y Yo";
const ITALIAN: &str = "\
    Al Anche Che Con Da Di Dopo E Gli I Il In Io La Le Lei Lo Lui Ma Nel No Noi Non Per Poi Quando \
    Questa Questo Se Sì Si Un Una";

/// Languages that write `3.` for the third.
const WITH_ORDINALS: [&str; 16] =
    ["cs", "da", "de", "et", "fi", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk", "sl", "tr"];

/// Whether a sentence goes on where Unicode sees its end: `before` is what it has so far, without white space
/// at its end, and `after` what comes next, without white space at its beginning. `None` is taken for
/// English.
pub(super) fn goes_on(before: &str, after: &str, language: Option<&str>) -> bool {
    let open = before.trim_end_matches(CLOSERS);
    let next = after.trim_start_matches(OPENERS);
    // “Really?” he asked.
    if (open.len() < before.len() || open.ends_with('.')) && next.starts_with(char::is_lowercase) {
        return true;
    }
    if !open.ends_with('.') || open.ends_with("..") {
        return false;
    }
    let endings = last_words(open);
    let short_form = |forms: &str| forms.split(' ').any(|form| endings.iter().any(|words| words == form));
    let number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let Some(word) = open.split_whitespace().next_back().and_then(|word| word.strip_suffix('.')) else {
        return false;
    };
    let word = word.trim_start_matches(OPENERS);
    let language = language.map_or("en", primary).to_ascii_lowercase();
    // The label of a point in a list.
    if number(open.strip_suffix('.').unwrap_or(open)) {
        return true;
    }
    let is_ordinal = number(word) && word.len() <= 2 && WITH_ORDINALS.contains(&language.as_str());
    let may_end = is_ordinal || are_initials(word) || short_form(PERHAPS);
    short_form(NEVER)
        || short_form(BEFORE_NUMBER) && next.starts_with(|c: char| c.is_ascii_digit())
        || may_end && !begins_sentence(next, &language)
}

/// The last word, the last two and the last three, in lower case and without white space: `b.`, `z.b.`.
fn last_words(text: &str) -> Vec<String> {
    let mut from = text.len().saturating_sub(LONGEST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut words = Vec::new();
    for word in text[from..].split_whitespace().rev().take(3) {
        let word = word.trim_start_matches(OPENERS).to_lowercase();
        // Only words that are short themselves make one together.
        if words.is_empty() || word.ends_with('.') {
            let behind = words.last().map_or("", String::as_str);
            words.push(format!("{word}{behind}"));
        } else {
            break;
        }
    }
    words
}

/// `J`, `U.S`, and the `z` of `z. B.`
fn are_initials(word: &str) -> bool {
    let initial = |part: &str| {
        let mut chars = part.chars();
        matches!((chars.next(), chars.next()), (Some(c), None) if c.is_uppercase() || c.is_ascii_lowercase())
    };
    word.len() <= LONGEST && word.split(['.', '-']).filter(|part| !part.is_empty()).all(initial)
}

fn begins_sentence(text: &str, language: &str) -> bool {
    let word = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let words = match language {
        "en" => ENGLISH,
        "de" => GERMAN,
        "fr" => FRENCH,
        "es" => SPANISH,
        "it" => ITALIAN,
        _ => return false,
    };
    words.split(' ').any(|beginning| beginning == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at_bar(text: &str, language: Option<&str>) -> bool {
        let (before, after) = text.split_once(" | ").expect("a bar");
        goes_on(before, after, language)
    }

    #[test]
    fn short_forms_of_names_and_of_words_never_end_a_sentence() {
        for text in [
            "Ask Dr. | The",
            "(e.g. | The",
            "z. B. | Die",
            "p. ej. | El",
            "M. | Le Pen",
            "il dott. | Il",
            "Ave. and St. | He",
        ] {
            assert!(at_bar(text, None), "{text}");
        }
    }

    #[test]
    fn some_short_forms_end_nothing_before_a_number() {
        assert!(at_bar("It is No. | 5", None) && at_bar("Siehe Nr. | 7", Some("de")));
        assert!(!at_bar("I say no. | Five", None) && !at_bar("It is art. | The end", None));
    }

    #[test]
    fn some_short_forms_end_a_sentence_before_a_word_that_begins_one() {
        assert!(at_bar("the U.S. | Army", None) && at_bar("at 5 p.m. | Monday", None));
        assert!(!at_bar("in the U.S. | He", None) && !at_bar("at 5 p.m. | Then", Some("en-GB")));
        assert!(at_bar("Obst usw. | Gemüse", Some("de")) && !at_bar("Obst usw. | Dann", Some("de-CH")));
        assert!(at_bar("etc. | O", Some("pt")));
    }

    #[test]
    fn initials_and_labels_end_nothing() {
        assert!(at_bar("by J. | R. R. Tolkien", None) && at_bar("J.-P. | Sartre", Some("fr")));
        assert!(at_bar("1. | Moab", None) && at_bar("12. | The end", None));
    }

    #[test]
    fn ordinals_end_nothing_where_they_are_written_with_a_full_stop() {
        assert!(at_bar("am 3. | Oktober", Some("de")) && !at_bar("Es waren 20. | Dann", Some("de")));
        assert!(!at_bar("She is 20. | Mary left", Some("en")));
    }

    #[test]
    fn who_said_it_belongs_to_what_is_said() {
        assert!(at_bar("“Really?” | he asked", None) && !at_bar("“Really?” | He asked", None));
    }
}
