//! What is wrong with an input, in sentences for the person who sent it.

use crate::{Failure, FieldError, InvalidInput};

/// Names the field at fault and says in a sentence what would be right.
pub(super) fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> Failure {
    let path = error.path().to_string();
    let path = if path == "." { String::new() } else { path };
    let message = error.inner().to_string();
    let (field, message) = sentence(&path, &message);
    if field.is_empty() {
        return Failure::invalid(message);
    }
    Failure::Invalid(InvalidInput { message: message.clone(), fields: vec![FieldError { field, message }] })
}

fn sentence(path: &str, message: &str) -> (String, String) {
    let inside = |name: &str| match path {
        "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let field = inside(name);
        let message = format!("`{field}` is missing.");
        return (field, message);
    }
    if let Some((name, expected)) =
        message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, "))
    {
        let field = inside(name);
        let known = match expected.strip_prefix("expected ") {
            Some(known) => format!(": it must be {known}"),
            None => String::new(),
        };
        let message = format!("`{field}` is not a known field{known}.");
        return (field, message);
    }
    let about = if path.is_empty() { "The input".to_owned() } else { format!("`{path}`") };
    if let Some((variant, expected)) =
        message.strip_prefix("unknown variant `").and_then(|rest| rest.split_once("`, expected "))
    {
        return (path.to_owned(), format!("{about} must be {expected}, not `{variant}`."));
    }
    let wrong = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((got, expected)) = wrong.and_then(|rest| rest.rsplit_once(", expected ")) {
        return (path.to_owned(), format!("{about} must be {}, not {}.", plain(expected), sent(got)));
    }
    let message = message.trim_end_matches('.');
    let says_what = ["must ", "is ", "has ", "needs "].iter().any(|verb| message.starts_with(verb));
    let colon = if says_what { "" } else { ":" };
    (path.to_owned(), format!("{about}{colon} {message}."))
}

/// What serde expects, in words for people.
fn plain(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "a borrowed string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("enum ") => "one of the known words",
        other => other,
    }
}

/// What serde found, in words for people and not longer than needed.
fn sent(got: &str) -> String {
    match got {
        "map" => return "an object".to_owned(),
        "sequence" => return "a list".to_owned(),
        "null" | "unit value" => return "null".to_owned(),
        _ => {}
    }
    let value = match got.split_once(' ') {
        Some((_, value)) => value.trim_matches('`'),
        None => got,
    };
    match value.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…\"", &value[..cut]),
        None => value.to_owned(),
    }
}
