//! Values made from JSON Schemas.

use regex::Regex;
use serde_json::{Map, Value, json};

/// How deep objects in objects go.
const DEPTH: usize = 8;

/// Texts of common forms: one of them fits most patterns.
const TEXTS: &[&str] = &[
    "example",
    "USD",
    "en",
    "en-US",
    "a1",
    "A1",
    "1",
    "12345",
    "2026-11-22",
    "10:30",
    "2026-11-22T10:30:00Z",
    "example-1",
    "ann@example.com",
    "https://example.com/",
];

/// An object with what a schema requires and nothing else.
pub(super) fn required(schema: &Value) -> Map<String, Value> {
    object(schema, DEPTH)
}

/// What an operator has to set for a plugin to be loaded.
pub(super) fn settings(schema: Option<&Value>) -> Map<String, Value> {
    let Some(schema) = schema else { return Map::new() };
    let has_default =
        |name: &str| schema["properties"][name].get("default").is_some_and(|default| !default.is_null());
    let mut settings = required(schema);
    settings.retain(|name, _| !has_default(name));
    settings
}

fn object(schema: &Value, depth: usize) -> Map<String, Value> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let member = |name: &str| schema.get("properties").and_then(|properties| properties.get(name));
    let members = names.filter_map(Value::as_str);
    members.map(|name| (name.to_owned(), value_at(member(name).unwrap_or(&Value::Null), depth))).collect()
}

/// A value that fits, as far as the common words of schemas say.
pub(super) fn value(schema: &Value) -> Value {
    value_at(schema, DEPTH)
}

fn value_at(schema: &Value, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return Value::Null };
    let first = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|values| values.first());
    let given = schema
        .get("const")
        .or_else(|| first("examples"))
        .or_else(|| schema.get("default").filter(|default| !default.is_null()))
        .or_else(|| first("enum"));
    if let Some(given) = given {
        return given.clone();
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        let mut options = schema.get(choice).and_then(Value::as_array).into_iter().flatten();
        if let Some(option) = options.find(|option| option["type"] != "null") {
            return value_at(option, depth);
        }
    }
    match types(schema).iter().map(String::as_str).find(|kind| *kind != "null") {
        Some("integer" | "number") => number(schema),
        Some("boolean") => json!(true),
        Some("array") => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or_default().min(16);
            let item = schema.get("items").unwrap_or(&Value::Null);
            (0..least).map(|_| value_at(item, depth)).collect()
        }
        Some("object") => Value::Object(object(schema, depth)),
        Some("string") => json!(text(schema)),
        _ if schema.get("properties").is_some() => Value::Object(object(schema, depth)),
        _ => json!(TEXTS[0]),
    }
}

/// The smallest positive number that may be.
fn number(schema: &Value) -> Value {
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    let least = bound("minimum").or(bound("exclusiveMinimum").map(|bound| bound + 1));
    let most = bound("maximum").or(bound("exclusiveMaximum").map(|bound| bound - 1));
    json!(least.unwrap_or(1).max(1).min(most.unwrap_or(i64::MAX)))
}

fn text(schema: &Value) -> String {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let formed = match format {
        "date" => Some("2026-11-22"),
        "time" => Some("10:30:00Z"),
        "date-time" => Some("2026-11-22T10:30:00Z"),
        "uuid" => Some("018f3b5e-8f3a-7c1d-9e2b-0a1b2c3d4e5f"),
        "email" => Some("ann@example.com"),
        "uri" | "url" => Some("https://example.com/"),
        _ => None,
    };
    if let Some(formed) = formed {
        return formed.to_owned();
    }
    let pattern = schema.get("pattern").and_then(Value::as_str).and_then(|pattern| Regex::new(pattern).ok());
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let (least, most) = (length("minLength").unwrap_or_default(), length("maxLength").unwrap_or(usize::MAX));
    let fits = |text: &&&str| {
        (least..=most).contains(&text.len()) && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    };
    match TEXTS.iter().find(fits) {
        Some(text) => (*text).to_owned(),
        None => "x".repeat(least.clamp(1, 10_000).min(most)),
    }
}

/// The JSON types that a schema names.
pub(super) fn types(schema: &Value) -> Vec<String> {
    let mut types = Vec::new();
    collect(schema, &mut types, DEPTH);
    types
}

fn collect(schema: &Value, types: &mut Vec<String>, depth: usize) {
    match schema.get("type") {
        Some(Value::String(name)) => types.push(name.clone()),
        Some(Value::Array(names)) => types.extend(names.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    }
    let Some(depth) = depth.checked_sub(1) else { return };
    for choice in ["anyOf", "oneOf", "allOf"] {
        for option in schema.get(choice).and_then(Value::as_array).into_iter().flatten() {
            collect(option, types, depth);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_the_common_words() {
        for (schema, expected) in [
            (json!({"type": "integer"}), json!(1)),
            (json!({"type": "integer", "minimum": 5, "maximum": 9}), json!(5)),
            (json!({"type": "number", "exclusiveMaximum": 1}), json!(0)),
            (json!({"type": ["string", "null"], "format": "date"}), json!("2026-11-22")),
            (json!({"type": "string", "pattern": "^[A-Za-z]{3}$"}), json!("USD")),
            (json!({"type": "string", "minLength": 20}), json!("2026-11-22T10:30:00Z")),
            (json!({"enum": ["metric", "imperial"]}), json!("metric")),
            (json!({"anyOf": [{"type": "null"}, {"type": "boolean"}]}), json!(true)),
            (json!({"type": "array", "minItems": 2, "items": {"type": "integer"}}), json!([1, 1])),
            (json!({"type": "string", "examples": ["Moab"]}), json!("Moab")),
        ] {
            assert_eq!(value(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn objects_have_what_is_required_and_settings_what_has_no_default() {
        let schema = json!({
            "type": "object",
            "properties": {
                "key": {"type": "string"},
                "days": {"type": "integer", "default": 3},
                "more": {"type": "string"},
            },
            "required": ["key", "days"],
        });
        assert_eq!(Value::Object(required(&schema)), json!({"key": "example", "days": 3}));
        assert_eq!(Value::Object(settings(Some(&schema))), json!({"key": "example"}));
    }
}
