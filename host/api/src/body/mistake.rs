//! Mistakes in JSON bodies, in words for the person who sent them.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use wheelhouse_core::Failure;

use crate::problem::Problem;

/// Reads a JSON object.
///
/// # Errors
/// 400 with the position for text that is not JSON; 422 naming the field for JSON that is not what was asked for.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        let empty = Failure::invalid("The body is empty; it must be a JSON object.");
        return Err(Problem::malformed(empty.with_code("malformed_json")));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    // A derived struct would take a list for its fields in order.
    if body.trim_ascii_start()[0] != b'{' {
        return Err(match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
            Ok(_) => Failure::invalid("The body must be a JSON object.").into(),
            Err(error) => malformed(&error),
        });
    }
    let value =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| match error.inner().classify() {
            Category::Data => field_error(&error.path().to_string(), &error.inner().to_string()).into(),
            Category::Syntax | Category::Eof | Category::Io => malformed(error.inner()),
        })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::malformed(Failure::malformed_json("body", error))
}

/// A field that is wrong, from serde's own words.
pub(crate) fn field_error(path: &str, message: &str) -> Failure {
    let message = message.rsplit_once(" at line ").map_or(message, |(said, _)| said);
    let path = if path == "." || path == "?" { "" } else { path.trim_end_matches(".?") };
    if let Some(name) = quoted_after(message, "missing field ") {
        return Failure::invalid_field(join(path, name), "is required");
    }
    if let Some(name) = quoted_after(message, "unknown field ") {
        let known = message.split_once("expected ").map(|(_, known)| known.trim_start_matches("one of "));
        let message = match known {
            Some(known) => format!("is not known here; there is {known}"),
            None => "is not known here".to_owned(),
        };
        return Failure::invalid_field(join(path, name), message);
    }
    if let Some(name) = quoted_after(message, "duplicate field ") {
        return Failure::invalid_field(join(path, name), "stands there twice");
    }
    let message = match message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        Some((found, expected)) => format!("must be {}, not {}", expected_kind(expected), found_kind(found)),
        None if message.starts_with("UUID parsing failed") => {
            "must be a UUID such as `0198a1f0-8c3e-7b5a-9d2e-4f6a8b0c1d2e`".to_owned()
        }
        None => message.to_owned(),
    };
    match path {
        "" => Failure::invalid(message),
        path => Failure::invalid_field(path, message),
    }
}

fn quoted_after<'m>(message: &'m str, prefix: &str) -> Option<&'m str> {
    message.strip_prefix(prefix)?.strip_prefix('`')?.split_once('`').map(|(name, _)| name)
}

/// serde names an unknown field both in the path and in the message.
fn join(path: &str, name: &str) -> String {
    if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) {
        return if path.is_empty() { name.to_owned() } else { path.to_owned() };
    }
    format!("{path}.{name}")
}

fn expected_kind(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" | "str" => "a string",
        "f32" | "f64" => "a number",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn found_kind(found: &str) -> &'static str {
    match found.split([' ', '`']).next().unwrap_or_default() {
        "string" => "a string",
        "integer" | "floating" | "number" => "a number",
        "boolean" => "true or false",
        "sequence" => "a list",
        "map" => "an object",
        "null" => "null",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use wheelhouse_core::FieldError;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        name: String,
        speed: Option<f32>,
        count: Option<u32>,
        inner: Option<Inner>,
        id: Option<uuid::Uuid>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        flag: bool,
    }

    fn field(body: &str) -> FieldError {
        let error =
            serde_path_to_error::deserialize::<_, Outer>(&mut serde_json::Deserializer::from_str(body))
                .expect_err("the body is wrong");
        let failure = field_error(&error.path().to_string(), &error.inner().to_string());
        assert_eq!(failure.fields.len(), 1, "{failure:?}");
        failure.fields[0].clone()
    }

    #[test]
    fn wrong_field_is_named_with_what_would_be_right() {
        for (body, name, message) in [
            ("{}", "name", "is required"),
            (r#"{"name": 5}"#, "name", "must be a string, not a number"),
            (r#"{"name": null}"#, "name", "must be a string, not null"),
            (r#"{"name": "a", "speed": "fast"}"#, "speed", "must be a number, not a string"),
            (
                r#"{"name": "a", "count": 1.5}"#,
                "count",
                "must be a whole number that is not negative, not a number",
            ),
            (r#"{"name": "a", "inner": {}}"#, "inner.flag", "is required"),
            (r#"{"name": "a", "inner": {"flag": 1}}"#, "inner.flag", "must be true or false, not a number"),
            (r#"{"name": "a", "inner": 3}"#, "inner", "must be an object, not a number"),
            (r#"{"name": "a", "name": "b"}"#, "name", "stands there twice"),
            (
                r#"{"name": "a", "id": "7"}"#,
                "id",
                "must be a UUID such as `0198a1f0-8c3e-7b5a-9d2e-4f6a8b0c1d2e`",
            ),
            (
                r#"{"name": "a", "nmae": 1}"#,
                "nmae",
                "is not known here; there is `name`, `speed`, `count`, `inner`, `id`",
            ),
            (
                r#"{"name": "a", "inner": {"flag": true, "x": 1}}"#,
                "inner.x",
                "is not known here; there is `flag`",
            ),
        ] {
            assert_eq!(
                field(body),
                FieldError { field: name.to_owned(), message: message.to_owned() },
                "{body}"
            );
        }
    }

    #[test]
    fn list_is_not_taken_for_an_object() {
        assert!(parse::<Outer>(br#"["a", null, null, null, null]"#).is_err());
    }

    #[test]
    fn text_after_the_object_is_refused() {
        assert!(parse::<Outer>(br#"{"name": "a"} x"#).is_err());
    }
}
