//! What a tool takes, read from the JSON Schema of its arguments.

use wheelhouse_sdk::serde_json::{self, Map, Value};

use crate::words::words;

/// A tool's arguments.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    properties: Map<String, Value>,
    /// Names of arguments that must be given, in the order of the schema.
    pub(crate) required: Vec<String>,
}

impl Schema {
    /// Reads a schema. One that cannot be read names no arguments.
    pub(crate) fn parse(text: &str) -> Self {
        let Ok(Value::Object(mut schema)) = serde_json::from_str(text) else { return Self::default() };
        let properties = match schema.remove("properties") {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let required = match schema.remove("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        Self { properties, required }
    }

    /// The argument of this name.
    pub(crate) fn find_property(&self, name: &str) -> Option<Property<'_>> {
        self.properties.get(name).map(Property)
    }
}

/// One argument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property<'s>(&'s Value);

impl<'s> Property<'s> {
    /// The schema itself and those that it offers as alternatives, as `Option` and enums have them.
    fn variants(self) -> impl Iterator<Item = &'s Value> {
        let alternatives =
            ["anyOf", "oneOf"].into_iter().filter_map(|key| self.0.get(key)?.as_array()).flatten();
        std::iter::once(self.0).chain(alternatives)
    }

    /// Whether values of this JSON type fit.
    pub(crate) fn takes(self, json_type: &str) -> bool {
        self.variants().any(|schema| match schema.get("type") {
            Some(Value::String(one)) => one == json_type,
            Some(Value::Array(several)) => several.iter().any(|one| one == json_type),
            _ => false,
        })
    }

    /// Whether nothing is said about the type.
    pub(crate) fn takes_anything(self) -> bool {
        self.variants().all(|schema| schema.get("type").is_none()) && self.choices().is_empty()
    }

    /// `date` for texts such as 2026-11-22.
    pub(crate) fn has_format(self, format: &str) -> bool {
        self.variants().any(|schema| schema.get("format").and_then(Value::as_str) == Some(format))
    }

    /// The texts that it is limited to; empty for no limit.
    pub(crate) fn choices(self) -> Vec<&'s str> {
        let listed = self.variants().filter_map(|schema| schema.get("enum")?.as_array()).flatten();
        let single = self.variants().filter_map(|schema| schema.get("const"));
        listed.chain(single).filter_map(Value::as_str).collect()
    }

    /// The choice that these words name: `rental cars` for `rental_car`.
    pub(crate) fn find_choice(self, said: &str) -> Option<&'s str> {
        let said = words(said);
        self.choices().into_iter().find(|choice| {
            let choice = words(&choice.replace('_', " "));
            choice.len() == said.len()
                && choice.iter().zip(&said).all(|(choice, said)| choice.stem() == said.stem())
        })
    }

    /// An example that the schema gives.
    pub(crate) fn example(self) -> Option<&'s str> {
        self.0.get("examples").and_then(|examples| examples.get(0)).and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SCHEMA: &str = r#"{
        "type": "object",
        "properties": {
            "amount": { "type": "number" },
            "date": { "type": ["string", "null"], "format": "date" },
            "kind": { "anyOf": [{ "type": "string", "enum": ["gas", "rental_car"] }, { "type": "null" }] },
            "unit": { "oneOf": [{ "type": "string", "const": "mile" }, { "type": "string", "const": "km" }] },
            "note": {}
        },
        "required": ["amount"]
    }"#;

    #[test]
    fn types_are_found_where_they_are_written() {
        let schema = Schema::parse(SCHEMA);
        assert_eq!(schema.required, ["amount"]);
        assert!(schema.find_property("amount").unwrap().takes("number"));
        let date = schema.find_property("date").unwrap();
        assert!(date.takes("string") && date.has_format("date") && !date.takes("number"));
        assert!(schema.find_property("kind").unwrap().takes("string"));
        assert!(schema.find_property("note").unwrap().takes_anything());
        assert!(schema.find_property("other").is_none());
    }

    #[test]
    fn choices_are_found_by_what_is_said() {
        let schema = Schema::parse(SCHEMA);
        assert_eq!(schema.find_property("kind").unwrap().find_choice("Rental Cars"), Some("rental_car"));
        assert_eq!(schema.find_property("unit").unwrap().find_choice("miles"), Some("mile"));
        assert_eq!(schema.find_property("kind").unwrap().find_choice("boat"), None);
    }

    #[test]
    fn what_is_no_schema_names_nothing() {
        for text in ["", "[]", "{", "{\"properties\": 3, \"required\": {}}", "null"] {
            let schema = Schema::parse(text);
            assert!(schema.required.is_empty() && schema.properties.is_empty());
        }
    }
}
