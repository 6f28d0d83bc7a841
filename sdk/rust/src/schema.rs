//! JSON Schemas from types.

use std::any::TypeId;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

/// A type's schema, whole in itself, and the doc comment that stood on the type.
pub(crate) struct Described {
    pub(crate) schema: Map<String, Value>,
    pub(crate) summary: String,
}

pub(crate) fn describe<T: JsonSchema>() -> Described {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("title");
    let summary = match schema.remove("description") {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let Value::Object(schema) = schema.into() else { return Described { schema: Map::new(), summary } };
    Described { schema, summary }
}

/// The schema of what a tool or route answers; none for `()`.
pub(crate) fn answer<T: JsonSchema + 'static>() -> Option<String> {
    if TypeId::of::<T>() == TypeId::of::<()>() {
        return None;
    }
    let Described { mut schema, summary } = describe::<T>();
    if !summary.is_empty() {
        schema.insert("description".into(), summary.into());
    }
    Some(Value::Object(schema).to_string())
}

/// The type's name in snake_case.
pub(crate) fn name<T: JsonSchema>() -> String {
    let mut name = String::new();
    for letter in T::schema_name().chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    #![allow(dead_code)]
    use super::*;

    /// Does something
    /// over two lines.
    #[derive(schemars::JsonSchema)]
    struct DoSomething {
        /// How often.
        times: u32,
        nested: Option<Inner>,
    }

    #[derive(schemars::JsonSchema)]
    struct Inner {
        word: String,
    }

    #[test]
    fn a_schema_is_whole_and_its_summary_apart() {
        let described = describe::<DoSomething>();
        assert_eq!(described.summary, "Does something\nover two lines.");
        let schema = Value::Object(described.schema);
        assert_eq!(schema["properties"]["times"]["description"], "How often.");
        assert_eq!(schema["required"], serde_json::json!(["times"]));
        assert!(!schema.to_string().contains("$ref"), "{schema}");
    }

    #[test]
    fn names_are_in_snake_case() {
        assert_eq!(name::<DoSomething>(), "do_something");
    }
}
