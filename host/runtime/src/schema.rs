//! JSON Schemas of plugins: made self-contained, and held against values.

use std::sync::Arc;

use jsonschema::{PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value};
use wheelhouse_core::{Failure, FieldError, Result};

/// How deep references are followed. A recursive type becomes "anything" below that.
const DEPTH: usize = 12;
/// How deep a schema may be nested once its references are put in place: readers of JSON take 128 levels, and it stands inside of other
/// things.
const NESTING: usize = 96;
/// How deep references are followed inside of one another's nesting.
const REFERENCE_NESTING: usize = 48;
/// The most nodes that a schema may have once its references are put in place.
const NODES: usize = 20_000;
/// The most patterns in all schemas of a plugin, and the most that a compiled one may take: together as much as a small plugin's memory.
pub(crate) const PATTERNS: usize = 256;
const PATTERN_BYTES: usize = 2 << 20;
/// The most fields that one answer names.
const FIELD_ERRORS: usize = 16;

/// Reads a schema and puts what `$ref`s point at in their place, so that any part of it can stand alone. `patterns` is how many it may
/// have, and less by those that it has afterwards.
///
/// # Errors
/// A sentence's end about what is wrong with it.
pub(crate) fn parse(text: &str, patterns: &mut usize) -> Result<Value, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    if !root.is_object() && !root.is_boolean() {
        return Err("is not a JSON Schema: an object is needed".to_owned());
    }
    let mut inlined = Inlining { root: &root, nodes: NODES, patterns }.inline(&root, DEPTH, 0)?;
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
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES))
        .build(schema)
        .map_err(|error| format!("is not a JSON Schema: {}", shorten(&error.to_string(), 200)))
}

/// A schema whose references are being put in place, and what is left of what it may have.
struct Inlining<'a> {
    root: &'a Value,
    nodes: usize,
    patterns: &'a mut usize,
}

impl Inlining<'_> {
    fn inline(&mut self, node: &Value, depth: usize, nesting: usize) -> Result<Value, String> {
        self.nodes = self.nodes.checked_sub(1).ok_or("is too large")?;
        if nesting > NESTING {
            return Err(format!("is nested deeper than {NESTING} levels"));
        }
        match node {
            Value::Array(items) => items.iter().map(|item| self.inline(item, depth, nesting + 1)).collect(),
            Value::Object(object) => match object.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.follow(reference, object, depth, nesting),
                None => self.members(object, depth, nesting),
            },
            other => Ok(other.clone()),
        }
    }

    fn members(
        &mut self,
        object: &Map<String, Value>,
        depth: usize,
        nesting: usize,
    ) -> Result<Value, String> {
        let mut inlined = Map::new();
        // Only the root's definitions are referred to, and they are put in place one by one.
        for (key, value) in object.iter().filter(|(key, _)| !matches!(key.as_str(), "$defs" | "definitions"))
        {
            let patterns = match (key.as_str(), value) {
                ("pattern", Value::String(_)) => 1,
                ("patternProperties", Value::Object(patterns)) => patterns.len(),
                _ => 0,
            };
            *self.patterns = self
                .patterns
                .checked_sub(patterns)
                .ok_or_else(|| format!("has patterns beyond the {PATTERNS} that a plugin may have in all"))?;
            inlined.insert(key.clone(), self.inline(value, depth, nesting + 1)?);
        }
        Ok(Value::Object(inlined))
    }

    fn follow(
        &mut self,
        reference: &str,
        object: &Map<String, Value>,
        depth: usize,
        nesting: usize,
    ) -> Result<Value, String> {
        let shown = shorten(reference, 200);
        let pointer = reference
            .strip_prefix('#')
            .ok_or_else(|| format!("refers to `{shown}`, which is not inside it"))?;
        let target =
            self.root.pointer(pointer).ok_or_else(|| format!("refers to `{shown}`, which it has not"))?;
        let mut merged = match depth.checked_sub(1).filter(|_| nesting <= REFERENCE_NESTING) {
            Some(depth) => self.inline(target, depth, nesting)?,
            None => Value::Bool(true),
        };
        if let (Value::Object(merged), true) = (&mut merged, object.len() > 1) {
            for (key, value) in object.iter().filter(|(key, _)| *key != "$ref") {
                merged.insert(key.clone(), self.inline(value, depth, nesting + 1)?);
            }
        }
        Ok(merged)
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

    fn parse(text: &str) -> Result<Value, String> {
        let mut patterns = PATTERNS;
        super::parse(text, &mut patterns)
    }

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
    fn a_schema_stays_within_what_readers_of_json_take() {
        let mut bottomless = json!({"$ref": "#"});
        for _ in 0..20 {
            bottomless = json!({"type": "object", "properties": {"down": bottomless}});
        }
        let inlined = parse(&bottomless.to_string()).unwrap().to_string();
        assert!(serde_json::from_str::<Value>(&inlined).is_ok());
        for _ in 0..30 {
            bottomless = json!({"type": "object", "properties": {"down": bottomless}});
        }
        assert_eq!(parse(&bottomless.to_string()).unwrap_err(), "is nested deeper than 96 levels");
    }

    #[test]
    fn patterns_are_counted_and_bounded() {
        let pattern = |text: &str| json!({"type": "string", "pattern": text}).to_string();
        let mut left = 1;
        assert!(super::parse(&pattern("^a+$"), &mut left).is_ok());
        assert_eq!(left, 0);
        assert!(super::parse(&pattern("^a+$"), &mut left).unwrap_err().contains("256"));
        let properties = json!({"patternProperties": {"^a": true, "^b": true}}).to_string();
        assert!(super::parse(&properties, &mut 1).is_err());
        assert!(parse(&pattern(r"\pL{1000}")).is_err());
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
