//! Categories: words for what money is spent on, so that `Diesel` and `gas` are found under `fuel`.

use wheelhouse_sdk::Failure;

/// Usual names and the other words that mean the same.
const SYNONYMS: [(&str, &[&str]); 8] = [
    ("fuel", &["gas", "gasoline", "petrol", "diesel", "fuel up"]),
    ("groceries", &["grocery", "grocery shopping", "supermarket"]),
    ("dining", &["restaurant", "restaurants", "dining out", "eating out", "takeout", "takeaway"]),
    (
        "camping",
        &["campground", "campgrounds", "campsite", "campsites", "camping fees", "rv park", "rv parks"],
    ),
    ("lodging", &["hotel", "hotels", "motel", "motels", "accommodation"]),
    ("maintenance", &["repair", "repairs", "vehicle repair", "vehicle repairs", "car repair", "car repairs"]),
    ("tolls", &["toll", "road tolls"]),
    ("propane", &["lpg"]),
];

/// A category as it was said and as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Category {
    /// In lower case, without an article.
    pub(crate) said: String,
    /// The usual name of it.
    pub(crate) name: String,
}

impl Category {
    /// Reads what a person or a model wrote.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let words = match words.as_slice() {
            [article, rest @ ..]
                if !rest.is_empty() && ["a", "an", "the", "my", "some"].contains(&article.as_str()) =>
            {
                rest
            }
            all => all,
        };
        let said = words.join(" ");
        if said.is_empty() {
            return Err(Failure::invalid_field("category", "Please say what it was for, such as groceries."));
        }
        // The name is also the id of a budget, which has room for 128 bytes.
        if said.len() > 100 || said.chars().any(char::is_control) {
            return Err(Failure::invalid_field(
                "category",
                "A category is a word or two, such as groceries: at most 100 bytes.",
            ));
        }
        let known = SYNONYMS.iter().find(|(_, others)| others.contains(&said.as_str()));
        let name = known.map_or_else(|| said.clone(), |(name, _)| (*name).to_owned());
        Ok(Self { said, name })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_for_one_thing_are_one_category() {
        for text in ["gas", "Diesel", "  FUEL ", "the gas", "petrol"] {
            assert_eq!(Category::parse(text).unwrap().name, "fuel", "{text}");
        }
        assert_eq!(Category::parse("RV  park").unwrap().name, "camping");
        assert_eq!(Category::parse("a tow bar").unwrap().name, "tow bar");
    }

    #[test]
    fn what_is_no_category_names_its_field() {
        for text in ["", "  ", "a\u{0}b", &"long ".repeat(30)] {
            let failure = Category::parse(text).unwrap_err();
            assert_eq!(failure.fields().collect::<Vec<_>>(), ["category"], "{text:?}");
        }
    }
}
