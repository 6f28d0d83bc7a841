//! Schemas that operations share.
//!
//! A plugin's schema refers to its own `$defs`, and `#` inside of it means the schema. Inside of a document `#` means the document, so
//! definitions move to `#/components/schemas/<plugin>.<name>` and what refers to them follows.

use serde_json::{Map, Value};

/// `#/components/schemas`.
#[derive(Default)]
pub(super) struct Components(Map<String, Value>);

impl Components {
    pub(super) fn insert(&mut self, name: String, schema: Value) {
        self.0.insert(name, schema);
    }

    pub(super) fn into_schemas(self) -> Map<String, Value> {
        self.0
    }

    /// A plugin's schema as it can stand in the document.
    pub(super) fn adopt(&mut self, plugin: &str, schema: &Value) -> Value {
        let mut schema = schema.clone();
        let mut names = Vec::new();
        let mut definitions = Vec::new();
        if let Some(object) = schema.as_object_mut() {
            object.remove("$schema");
            object.remove("$id");
            for place in ["$defs", "definitions"] {
                let Some(Value::Object(found)) = object.remove(place) else { continue };
                for (name, definition) in found {
                    names.push((
                        format!("#/{place}/{}", escape(&name)),
                        self.free_name(plugin, &name, &definition),
                    ));
                    definitions.push(definition);
                }
            }
        }
        // A schema that refers to itself as a whole becomes a component of its own.
        let whole = refers_to(&schema, "#").then(|| self.free_name(plugin, "Value", &schema));
        if let Some(name) = &whole {
            names.push(("#".to_owned(), name.clone()));
        }
        for ((_, name), mut definition) in names.clone().into_iter().zip(definitions) {
            redirect(&mut definition, &names);
            self.0.insert(name, definition);
        }
        redirect(&mut schema, &names);
        match whole {
            Some(name) => {
                let reference = reference(&name);
                self.0.insert(name, schema);
                reference
            }
            None => schema,
        }
    }

    /// `<plugin>.<name>`, with a number where another schema has it.
    fn free_name(&self, plugin: &str, name: &str, schema: &Value) -> String {
        let clean: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
            .collect();
        let base = format!("{plugin}.{clean}");
        let mut free = base.clone();
        let mut number = 2;
        // Tools of one plugin tend to bring the same definition each.
        while self.0.get(&free).is_some_and(|taken| !same_shape(taken, schema)) {
            free = format!("{base}{number}");
            number += 1;
        }
        free
    }
}

/// Whether two schemas are equal, leaving aside where their references lead: those of the one have been redirected already.
fn same_shape(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((key, a), (other, b))| {
                    key == other && ((key == "$ref" && last_part(a) == last_part(b)) || same_shape(a, b))
                })
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_shape(a, b))
        }
        (a, b) => a == b,
    }
}

fn last_part(reference: &Value) -> Option<&str> {
    reference.as_str()?.rsplit(['/', '.']).next()
}

fn reference(name: &str) -> Value {
    serde_json::json!({"$ref": format!("#/components/schemas/{name}")})
}

/// As JSON Pointer writes a name.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn refers_to(schema: &Value, target: &str) -> bool {
    match schema {
        Value::Object(object) => {
            object.get("$ref").is_some_and(|reference| reference == target)
                || object.values().any(|value| refers_to(value, target))
        }
        Value::Array(items) => items.iter().any(|item| refers_to(item, target)),
        _ => false,
    }
}

fn redirect(schema: &mut Value, names: &[(String, String)]) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some((_, name)) = names.iter().find(|(from, _)| from == reference)
            {
                *reference = format!("#/components/schemas/{name}");
            }
            object.values_mut().for_each(|value| redirect(value, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn definitions_move_into_the_components() {
        let mut components = Components::default();
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"money": {"$ref": "#/$defs/Money"}},
            "$defs": {
                "Money": {"type": "object", "properties": {"currency": {"$ref": "#/$defs/Currency"}}},
                "Currency": {"type": "string"},
            },
        });
        let adopted = components.adopt("wins", &schema);
        assert_eq!(
            adopted,
            json!({"type": "object", "properties": {"money": {"$ref": "#/components/schemas/wins.Money"}}})
        );
        let schemas = components.into_schemas();
        assert_eq!(
            schemas["wins.Money"]["properties"]["currency"]["$ref"],
            "#/components/schemas/wins.Currency"
        );
        assert_eq!(schemas["wins.Currency"], json!({"type": "string"}));
    }

    #[test]
    fn equal_definitions_are_shared_and_others_get_a_number() {
        let mut components = Components::default();
        let with = |kind: &str| json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": kind}}});
        assert_eq!(components.adopt("p", &with("string"))["$ref"], "#/components/schemas/p.A");
        assert_eq!(components.adopt("p", &with("string"))["$ref"], "#/components/schemas/p.A");
        assert_eq!(components.adopt("p", &with("number"))["$ref"], "#/components/schemas/p.A2");
        assert_eq!(components.adopt("q", &with("number"))["$ref"], "#/components/schemas/q.A");
        assert_eq!(components.into_schemas().len(), 3);
    }

    #[test]
    fn schema_that_refers_to_itself_becomes_a_component() {
        let mut components = Components::default();
        let tree =
            json!({"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#"}}}});
        let adopted = components.adopt("p", &tree);
        assert_eq!(adopted, json!({"$ref": "#/components/schemas/p.Value"}));
        let schemas = components.into_schemas();
        assert_eq!(
            schemas["p.Value"]["properties"]["children"]["items"]["$ref"],
            "#/components/schemas/p.Value"
        );
    }
}
