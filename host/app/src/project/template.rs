//! The example that a project begins with. Its template is the plugin `tally` as it stands; another name is put in its place.

use super::{Files, Language};

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The project's own files.
pub(super) fn files(name: &str, language: Language) -> Files {
    let own = format!("{}/", language.folder());
    let of = |folder: &str| {
        let folder = folder.to_owned();
        TEMPLATES.iter().filter_map(move |(path, text)| {
            Some((path.strip_prefix(folder.as_str())?.to_owned(), named(text, name)))
        })
    };
    of(&own).chain(of("all/")).collect()
}

/// A text about `tally` as one about the plugin with this name.
fn named(text: &str, name: &str) -> String {
    let words: Vec<String> = name.split('-').map(capitalized).collect();
    let (pascal, title) = (words.concat(), words.join(" "));
    text.replace("CountTally", &format!("Count{pascal}"))
        .replace("ListTally", &format!("List{pascal}"))
        .replace("countTally", &format!("count{pascal}"))
        .replace("listTally", &format!("list{pascal}"))
        .replace("count_tally", &format!("count_{}", name.replace('-', "_")))
        .replace("list_tally", &format!("list_{}", name.replace('-', "_")))
        .replace("Tally", &title)
        .replace("tally", name)
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_takes_the_examples_place_in_each_of_its_forms() {
        let text = named("CountTally count_tally countTally Tally /tally", "trip-weather");
        assert_eq!(text, "CountTripWeather count_trip_weather countTripWeather Trip Weather /trip-weather");
    }

    #[test]
    fn every_language_has_its_files_and_those_of_all() {
        for (language, own) in
            [(Language::Rust, "src/lib.rs"), (Language::Python, "app.py"), (Language::JavaScript, "app.js")]
        {
            let paths: Vec<String> =
                files("trip-weather", language).into_iter().map(|(path, _)| path).collect();
            for path in [own, "README.md", ".gitignore", "cases/example.toml"] {
                assert!(paths.iter().any(|known| known == path), "{path} is not in {paths:?}");
            }
        }
    }
}
