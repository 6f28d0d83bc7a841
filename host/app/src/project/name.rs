//! Names of plugins.

use super::{Language, ProjectError};

/// The longest.
const BYTES: usize = 64;

/// Names that no package in Rust can have: keywords, and crates that are always there.
const OF_RUST: &[&str] = &[
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "const", "continue", "core",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
    "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "self", "static", "std", "struct", "super", "test", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual", "where", "while", "yield",
];

/// # Errors
/// `Usage`, with what is wrong and a name that would be right.
pub(super) fn check(name: &str, language: Language) -> Result<(), ProjectError> {
    let Some(problem) = problem(name, language) else { return Ok(()) };
    let advice = match suggestion(name) {
        Some(other) if problem_free(&other, language) => format!("; `{other}` would do"),
        _ => String::new(),
    };
    Err(ProjectError::Usage(format!(
        "`{name}` {problem}: a plugin's name is kebab-case, such as trip-weather{advice}"
    )))
}

fn problem_free(name: &str, language: Language) -> bool {
    problem(name, language).is_none()
}

fn problem(name: &str, language: Language) -> Option<String> {
    let strange = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if name.is_empty() {
        return Some("is empty".to_owned());
    }
    if name.len() > BYTES {
        return Some(format!("is longer than {BYTES} bytes"));
    }
    if let Some(c) = name.chars().find(|c| strange(*c)) {
        return Some(if c.is_ascii_uppercase() {
            "has capital letters".to_owned()
        } else {
            format!("has `{}` in it", c.escape_debug())
        });
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("does not begin with a letter".to_owned());
    }
    if name.ends_with('-') || name.contains("--") {
        return Some("has a hyphen with nothing behind it".to_owned());
    }
    if language == Language::Rust && OF_RUST.contains(&name) {
        return Some("is a word that Rust keeps for itself".to_owned());
    }
    None
}

/// The nearest name that is one: words of letters and digits with hyphens between.
fn suggestion(name: &str) -> Option<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && was_small {
                words.push(String::new());
            }
            was_small = !c.is_ascii_uppercase();
            words.last_mut()?.push(c.to_ascii_lowercase());
        } else {
            was_small = false;
            words.push(String::new());
        }
    }
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    let mut name = name.trim_start_matches(|c: char| !c.is_ascii_lowercase()).to_owned();
    name.truncate(BYTES);
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        return None;
    }
    Some(if OF_RUST.contains(&name) { format!("{name}-plugin") } else { name.to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn kebab_case_is_taken() {
        for name in ["tally", "trip-weather", "a1-b2", &"a".repeat(64)] {
            assert_eq!(check(name, Language::Rust), Ok(()), "{name}");
        }
        assert_eq!(check("test", Language::Python), Ok(()));
    }

    #[test]
    fn what_is_wrong_with_a_name_is_said_beside_one_that_would_do() {
        for (name, problem, other) in [
            ("TripWeather", "capital letters", "`trip-weather` would do"),
            ("trip_weather", "has `_` in it", "`trip-weather` would do"),
            ("Trip Weather!", "capital letters", "`trip-weather` would do"),
            ("2nd-trip", "begin with a letter", "`nd-trip` would do"),
            ("trip--weather-", "a hyphen", "`trip-weather` would do"),
            ("test", "keeps for itself", "`test-plugin` would do"),
            (&"a".repeat(65), "longer than 64", "would do"),
        ] {
            let error = check(name, Language::Rust).unwrap_err().to_string();
            assert!(error.contains(problem) && error.contains(other), "{error}");
        }
        for name in ["", "!!", "42"] {
            let error = check(name, Language::Rust).unwrap_err().to_string();
            assert!(error.contains("trip-weather") && !error.contains("would do"), "{error}");
        }
    }
}
