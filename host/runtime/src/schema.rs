//! JSON Schemas of plugins: made self-contained, and held against values.

use std::sync::Arc;

use jsonschema::{PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value};
use wheelhouse_core::{Failure, FieldError, Result};

/// How deep references are followed. A recursive type becomes "anything" below that.
const DEPTH: usize = 12;
/// The most nodes that a schema may have once its references are put in place.
const NODES: usize = 20_000;
/// The most fields that one answer names.
const FIELD_ERRORS: usize = 16;

/// Reads a schema and puts what `$ref`s point at in their place, so that any part of it can stand alone.
///
/// # Errors
/// A sentence's end about what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    if !value.is_object() && !value.is_boolean() {
        return Err("is not a JSON Schema: an object is needed".to_owned());
    }
    let mut budget = NODES;
    let mut inlined = inline(&value, &value, DEPTH, &mut budget)?;
    if let Value::Object(object) = &mut inlined {
        object.remove("$defs");
        object.remove("definitions");
        object.remove("$schema");
    }
    compile(&inlined)?;
    Ok(inlined)
}

fn compile(schema: &Value) -> Result<Validator, String> {
    // The linear-time regex engine: a plugin's pattern must not be able to hold up the host.
    jsonschema::draft202012::options()
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| format!("is not a JSON Schema: {error}"))
}

fn inline(node: &Value, root: &Value, depth: usize, budget: &mut usize) -> Result<Value, String> {
    *budget = budget.checked_sub(1).ok_or("is too large")?;
    match node {
        Value::Array(items) => items.iter().map(|item| inline(item, root, depth, budget)).collect(),
        Value::Object(object) => {
            let Some(reference) = object.get("$ref").and_then(Value::as_str) else {
                return object
                    .iter()
                    // Only the root's definitions are referred to, and they are put in place one by one.
                    .filter(|(key, _)| !matches!(key.as_str(), "$defs" | "definitions"))
                    .map(|(key, value)| Ok((key.clone(), inline(value, root, depth, budget)?)))
                    .collect::<Result<Map<_, _>, String>>()
                    .map(Value::Object);
            };
            let pointer = reference
                .strip_prefix('#')
                .ok_or_else(|| format!("refers to `{reference}`, which is not inside it"))?;
            let target =
                root.pointer(pointer).ok_or_else(|| format!("refers to `{reference}`, which it has not"))?;
            let mut merged = match depth.checked_sub(1) {
                Some(depth) => inline(target, root, depth, budget)?,
                None => Value::Bool(true),
            };
            if let (Value::Object(merged), true) = (&mut merged, object.len() > 1) {
                for (key, value) in object.iter().filter(|(key, _)| *key != "$ref") {
                    merged.insert(key.clone(), inline(value, root, depth, budget)?);
                }
            }
            Ok(merged)
        }
        other => Ok(other.clone()),
    }
}

/// The arguments of a tool: read from text by the schema's types, and checked against it.
#[derive(Clone)]
pub(crate) struct Arguments {
    schema: Arc<Value>,
    validator: Arc<Validator>,
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arguments").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Arguments {
    /// For a schema that [`parse`] has returned.
    ///
    /// # Errors
    /// When it does not describe an object.
    pub(crate) fn new(schema: &Value) -> Result<Self, String> {
        match types_of(schema) {
            types if types.object => {
                Ok(Self { schema: Arc::new(schema.clone()), validator: Arc::new(compile(schema)?) })
            }
            _ => Err("does not describe an object".to_owned()),
        }
    }

    /// The schema of one argument.
    pub(crate) fn property(&self, name: &str) -> Option<&Value> {
        self.schema.get("properties")?.get(name)
    }

    /// Text pairs, as paths and queries carry them, as a JSON object. What does not read as its schema's type stays text, and what is
    /// there twice and is no list becomes one: [`check`](Self::check) says so.
    pub(crate) fn read(&self, pairs: &[(String, String)], into: &mut Map<String, Value>) {
        for (name, text) in pairs {
            let schema = self.property(name);
            let types = schema.map(types_of).unwrap_or_default();
            let items = schema.filter(|_| types.array).and_then(|schema| schema.get("items"));
            let value = items.map_or(types, types_of).read(text);
            match into.get_mut(name) {
                None if types.array => {
                    into.insert(name.clone(), Value::Array(vec![value]));
                }
                None => {
                    into.insert(name.clone(), value);
                }
                Some(Value::Array(all)) => all.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
    }

    /// # Errors
    /// `Invalid`, with the fields at fault.
    pub(crate) fn check(&self, arguments: &Value) -> Result<()> {
        if self.validator.is_valid(arguments) {
            return Ok(());
        }
        let fields: Vec<FieldError> = self
            .validator
            .iter_errors(arguments)
            .flat_map(|error| fields_of(&error))
            .take(FIELD_ERRORS)
            .collect();
        let summary = fields.first().map_or_else(String::new, |first| match first.field.as_str() {
            "" => first.message.clone(),
            field => format!("{field}: {}", first.message),
        });
        let mut failure = Failure::invalid(format!("The input does not fit: {summary}"));
        failure.fields = fields.into_iter().filter(|field| !field.field.is_empty()).collect();
        Err(failure)
    }
}

/// The fields that an error is about, and what is wrong with each. A field that is missing or too many is named itself, not
/// the object around it.
fn fields_of(error: &ValidationError<'_>) -> Vec<FieldError> {
    let path = error.instance_path().as_str().trim_start_matches('/').replace('/', ".");
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![FieldError { field: inside(name), message: "is missing".to_owned() }]
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| FieldError {
                field: inside(&shorten(name, 100)),
                message: "is not known here".to_owned(),
            })
            .collect(),
        _ => vec![FieldError { field: path, message: shorten(&error.to_string(), 200) }],
    }
}

/// The first `most` bytes of a text at most, cut between characters.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

/// Whether a schema says that its value is a text, or may be one.
pub(crate) fn takes_text(schema: &Value) -> bool {
    types_of(schema).string
}

/// The JSON types that a schema lets through, as far as text can be read by them.
#[derive(Debug, Clone, Copy, Default)]
struct Types {
    integer: bool,
    number: bool,
    boolean: bool,
    string: bool,
    array: bool,
    object: bool,
}

fn types_of(schema: &Value) -> Types {
    let mut types = Types::default();
    collect_types(schema, &mut types);
    types
}

fn collect_types(schema: &Value, types: &mut Types) {
    let mut add = |name: &str| match name {
        "integer" => types.integer = true,
        "number" => types.number = true,
        "boolean" => types.boolean = true,
        "string" => types.string = true,
        "array" => types.array = true,
        "object" => types.object = true,
        _ => {}
    };
    match schema.get("type") {
        Some(Value::String(name)) => add(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).for_each(add),
        _ => {}
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        for part in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            collect_types(part, types);
        }
    }
}

impl Types {
    fn read(self, text: &str) -> Value {
        if self.integer
            && let Ok(value) = text.parse::<i64>()
        {
            return value.into();
        }
        if self.number
            && let Ok(Some(value)) = text.parse::<f64>().map(serde_json::Number::from_f64)
        {
            return Value::Number(value);
        }
        if self.boolean && matches!(text, "true" | "false") {
            return Value::Bool(text == "true");
        }
        Value::String(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn arguments(schema: &Value) -> Arguments {
        Arguments::new(&parse(&schema.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn references_are_put_in_place() {
        let schema = parse(
            &json!({
                "type": "object",
                "properties": {"amount": {"$ref": "#/$defs/Money", "description": "how much"}},
                "$defs": {"Money": {"type": "number", "description": "money"}},
            })
            .to_string(),
        )
        .unwrap();
        assert_eq!(
            schema,
            json!({"type": "object", "properties": {"amount": {"type": "number", "description": "how much"}}})
        );
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = json!({
            "type": "object",
            "properties": {"child": {"$ref": "#"}},
        });
        assert!(parse(&schema.to_string()).is_ok());
    }

    #[test]
    fn a_schema_that_explodes_is_refused() {
        let mut defs = Map::new();
        for level in 0..10 {
            let next = format!("#/$defs/d{}", level + 1);
            defs.insert(format!("d{level}"), json!({"allOf": vec![json!({"$ref": next}); 8]}));
        }
        defs.insert("d10".to_owned(), json!({"type": "string"}));
        let schema = json!({"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": defs});
        assert_eq!(parse(&schema.to_string()).unwrap_err(), "is too large");
    }

    #[test]
    fn references_to_the_outside_are_refused() {
        assert!(parse(r#"{"$ref": "https://example.com/x"}"#).unwrap_err().contains("not inside it"));
    }

    #[test]
    fn a_backtracking_pattern_is_refused() {
        assert!(parse(r#"{"type": "string", "pattern": "(?=a)b"}"#).is_err());
    }

    #[test]
    fn text_is_read_by_the_schemas_types() {
        let arguments = arguments(&json!({"type": "object", "properties": {
            "days": {"type": ["integer", "null"]},
            "amount": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            "past": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "name": {"type": "string"},
        }}));
        let pairs =
            [("days", "7"), ("amount", "1.5"), ("past", "true"), ("tags", "a"), ("tags", "b"), ("name", "7")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut read = Map::new();
        arguments.read(&pairs, &mut read);
        assert_eq!(
            Value::Object(read),
            json!({"days": 7, "amount": 1.5, "past": true, "tags": ["a", "b"], "name": "7"})
        );
    }

    #[test]
    fn what_does_not_fit_is_invalid_and_names_the_field() {
        let arguments = arguments(&json!({
            "type": "object",
            "properties": {"days": {"type": "integer"}},
            "additionalProperties": false,
        }));
        let failure = arguments.check(&json!({"days": "many"})).unwrap_err();
        assert_eq!(failure.fields[0].field, "days");
        assert!(arguments.check(&json!({"weeks": 1})).unwrap_err().message.contains("weeks"));
        assert!(arguments.check(&json!({"days": 3})).is_ok());
    }
}
