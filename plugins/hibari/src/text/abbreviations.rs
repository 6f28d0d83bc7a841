//! Abbreviations in full, without their full stops, so that every full stop that is left ends a sentence.

/// Before a name: how it is written and said.
const TITLES: &[(&str, &str)] = &[
    ("Mr", "Mister"),
    ("Mrs", "Missus"),
    ("Ms", "Miz"),
    ("Dr", "Doctor"),
    ("Prof", "Professor"),
    ("St", "Saint"),
    ("Mt", "Mount"),
    ("Ft", "Fort"),
    ("Gen", "General"),
    ("Gov", "Governor"),
    ("Sen", "Senator"),
    ("Rep", "Representative"),
    ("Capt", "Captain"),
    ("Lt", "Lieutenant"),
    ("Col", "Colonel"),
    ("Sgt", "Sergeant"),
    ("Rev", "Reverend"),
    ("Hon", "Honorable"),
    ("Pres", "President"),
];

/// With a full stop, anywhere.
const ANYWHERE: &[(&str, &str)] = &[
    ("Mr", "Mister"),
    ("Mrs", "Missus"),
    ("Ms", "Miz"),
    ("Prof", "Professor"),
    ("Dr", "Drive"),
    ("St", "Street"),
    ("Ave", "Avenue"),
    ("Blvd", "Boulevard"),
    ("Rd", "Road"),
    ("Ln", "Lane"),
    ("Hwy", "Highway"),
    ("Apt", "Apartment"),
    ("Bldg", "Building"),
    ("Jr", "Junior"),
    ("Sr", "Senior"),
    ("Inc", "Incorporated"),
    ("Corp", "Corporation"),
    ("Ltd", "Limited"),
    ("Co", "Company"),
    ("Bros", "Brothers"),
    ("Dept", "Department"),
    ("dept", "department"),
    ("Univ", "University"),
    ("approx", "approximately"),
    ("est", "estimated"),
    ("misc", "miscellaneous"),
    ("incl", "including"),
    ("excl", "excluding"),
    ("max", "maximum"),
    ("min", "minimum"),
    ("avg", "average"),
    ("temp", "temperature"),
    ("tel", "telephone"),
    ("ext", "extension"),
    ("vol", "volume"),
    ("Vol", "Volume"),
    ("fig", "figure"),
    ("Fig", "Figure"),
    ("ch", "chapter"),
    ("Ch", "Chapter"),
    ("pp", "pages"),
    ("No", "No."),
    ("etc", "et cetera"),
    ("vs", "versus"),
    ("cf", "compare"),
    ("al", "al"),
    ("e.g", "for example"),
    ("i.e", "that is"),
    ("a.k.a", "also known as"),
    ("a.m", "A.M"),
    ("p.m", "P.M"),
    ("Jan", "January"),
    ("Feb", "February"),
    ("Mar", "March"),
    ("Apr", "April"),
    ("Jun", "June"),
    ("Jul", "July"),
    ("Aug", "August"),
    ("Sep", "September"),
    ("Sept", "September"),
    ("Oct", "October"),
    ("Nov", "November"),
    ("Dec", "December"),
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Tues", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Thur", "Thursday"),
    ("Thurs", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// Without a full stop.
const BARE: &[(&str, &str)] = &[
    ("w/", "with"),
    ("w/o", "without"),
    ("vs", "versus"),
    ("aka", "also known as"),
    ("mph", "miles per hour"),
    ("btw", "by the way"),
];

/// Replaces abbreviations word by word.
pub(super) fn expand(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let start = word.len() - word.trim_start_matches(['(', '"', '“', '\'', '[']).len();
        let (opening, word) = word.split_at(start);
        let end = word.trim_end_matches([',', ';', ':', '!', '?', ')', '"', '”', '\'', ']']).len();
        let (word, closing) = word.split_at(end);
        let next = words.get(index + 1).filter(|_| closing.is_empty());
        out.push_str(opening);
        out.push_str(&full(word, closing, next.copied()));
        out.push_str(closing);
    }
    out
}

/// One word in full. `next` is the word behind it, unless a mark stands between.
fn full(word: &str, closing: &str, next: Option<&str>) -> String {
    let find = |table: &[(&str, &'static str)], word: &str| {
        table.iter().find(|(short, _)| *short == word).map(|(_, full)| *full)
    };
    if let Some(full) = find(BARE, word) {
        return full.to_owned();
    }
    let next_is_name = next.is_some_and(|next| next.starts_with(char::is_uppercase));
    let Some(short) = word.strip_suffix('.') else {
        return match find(TITLES, word).filter(|_| next_is_name && word != "Hon" && word != "Rep") {
            Some(full) => full.to_owned(),
            None => word.to_owned(),
        };
    };
    if let Some(full) = find(TITLES, short).filter(|_| next_is_name) {
        return full.to_owned();
    }
    // The rules for times have decided already whether a sentence ends there.
    if matches!(short, "A.M" | "P.M") {
        return word.to_owned();
    }
    let is_initial = short.chars().count() == 1 && short.starts_with(char::is_uppercase) && short != "I";
    let is_dotted = short.contains('.') && short.split('.').all(|part| part.chars().count() == 1);
    let full = match find(ANYWHERE, short) {
        // "No." is a number only before one; numbers are words by now.
        Some("No.") => {
            return if next.is_some_and(is_number_word) { "Number".to_owned() } else { word.to_owned() };
        }
        Some(full) => full,
        None if is_initial && next_is_name => return short.to_owned(),
        None if is_dotted => short,
        None => return word.to_owned(),
    };
    let ends = next.is_none() && (closing.is_empty() || closing.starts_with(['"', '”', ')', '\'']));
    let may_end = next_is_name && !matches!(full, "for example" | "that is" | "versus") && !is_dotted;
    if ends || may_end { format!("{full}.") } else { full.to_owned() }
}

fn is_number_word(word: &str) -> bool {
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ]
    .contains(&word.trim_end_matches(['.', ',', '!', '?', ')']))
        || word.ends_with("teen")
        || word.ends_with("ty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_full() {
        for (text, words) in [
            ("Dr. Smith of Elm Dr. called.", "Doctor Smith of Elm Drive called."),
            ("Mr. and Mrs. Jones", "Mister and Missus Jones"),
            ("(Mr. Hyde)", "(Mister Hyde)"),
            ("St. Louis, Main St.", "Saint Louis, Main Street."),
            ("fruit, e.g. apples, etc.", "fruit, for example apples, et cetera."),
            ("Acme Inc. The next", "Acme Incorporated. The next"),
            ("J. K. Rowling", "J K Rowling"),
            ("So do I. Then", "So do I. Then"),
            ("the U.S. economy", "the U.S economy"),
            ("No. five", "Number five"),
            ("No. I mean it.", "No. I mean it."),
            ("cats vs dogs", "cats versus dogs"),
            ("tea w/ milk", "tea with milk"),
            ("The end.", "The end."),
            ("on Mon. at noon", "on Monday at noon"),
        ] {
            assert_eq!(expand(text), words);
        }
    }
}
