//! Finds everything that is wrong with a configuration, where serde would stop at the first.

use figment::{
    Figment,
    value::{Empty, Value},
};

/// Maps whose keys the operator chooses, by path; their values are checked when they are read.
const FREE: &[&str] = &["plugins"];

/// The built-in value at a path, which tells the type that belongs there.
pub(super) fn known<'v>(built_in: &'v Value, path: &str) -> Option<&'v Value> {
    let names: Vec<&str> = path.split('.').collect();
    match names[..] {
        // One plugin's limits are of the types of all plugins'.
        ["plugins", _, "limits", limit] => built_in.find_ref(&format!("runtime.limits.{limit}")),
        ["plugins", _, "grants"] => built_in.find_ref("speech.fallback_engines"),
        ["plugins", _, "enabled"] => built_in.find_ref("api.cors_localhost"),
        _ => built_in.find_ref(path),
    }
}

/// Unknown keys and wrong types, a sentence each.
pub(super) fn problems(figment: &Figment, built_in: &Value, merged: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    walk(figment, built_in, merged, "", &mut problems);
    problems
}

fn walk(figment: &Figment, expected: &Value, actual: &Value, path: &str, problems: &mut Vec<String>) {
    let (Value::Dict(_, expected), Value::Dict(_, actual)) = (expected, actual) else {
        if let Some(wanted) = mismatch(expected, actual) {
            problems.push(format!("{path}: expected {wanted}{}", place(figment, actual)));
        }
        return;
    };
    for (key, value) in actual {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if FREE.contains(&path.as_str()) {
            continue;
        }
        match expected.get(key) {
            Some(expected) => walk(figment, expected, value, &path, problems),
            None => problems.push(format!(
                "{path}: there is no such setting{}{}",
                place(figment, value),
                nearest(key, expected.keys())
            )),
        }
    }
}

/// What belongs there instead, or `None` when the value fits.
fn mismatch(expected: &Value, actual: &Value) -> Option<&'static str> {
    match (expected, actual) {
        (Value::String(..) | Value::Char(..), Value::String(..)) => None,
        (Value::String(..) | Value::Char(..), _) => Some("a text"),
        (Value::Bool(..), Value::Bool(..)) => None,
        (Value::Bool(..), _) => Some("true or false"),
        (Value::Num(_, wanted), Value::Num(_, given)) => {
            let whole = wanted.to_f64().is_none();
            if whole && given.to_f64().is_some() { Some("a whole number") } else { None }
        }
        (Value::Num(..), _) => Some("a number"),
        (Value::Array(..), Value::Array(..)) => None,
        (Value::Array(..), _) => Some("a list"),
        (Value::Dict(..), Value::Dict(..)) => None,
        (Value::Dict(..), _) => Some("a section"),
        // Something that is not set by default and may be anything; serde has the last word.
        (Value::Empty(_, Empty::None | Empty::Unit), _) => None,
    }
}

fn place(figment: &Figment, value: &Value) -> String {
    match figment.get_metadata(value.tag()) {
        Some(metadata) => match &metadata.source {
            Some(figment::Source::Custom(variable)) => format!(" (in {variable})"),
            Some(figment::Source::File(file)) => format!(" (in {})", file.display()),
            _ => String::new(),
        },
        None => String::new(),
    }
}

fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k String>) -> String {
    known
        .map(|candidate| (strsim::damerau_levenshtein(key, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 2)
        .min()
        .map(|(_, candidate)| format!("; did you mean `{candidate}`?"))
        .unwrap_or_default()
}

/// What serde or the TOML reader has to say, with the setting's path and its place.
pub(super) fn sentence(error: &figment::Error) -> String {
    let path = error.path.join(".");
    let place = match error.metadata.as_ref().and_then(|metadata| metadata.source.as_ref()) {
        Some(figment::Source::Custom(variable)) => format!(" (in {variable})"),
        Some(figment::Source::File(file)) => format!(" (in {})", file.display()),
        _ => String::new(),
    };
    if path.is_empty() { format!("{}{place}", error.kind) } else { format!("{path}: {}{place}", error.kind) }
}
