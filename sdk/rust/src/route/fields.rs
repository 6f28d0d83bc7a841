//! The fields of a route's struct: where they stand in a request, and in the route's description.

use serde_json::{Map, Value};

use crate::{
    Failure, Method, Request,
    bindings::routes::exports::wheelhouse::plugin::routes as wit,
    input::{self, Part},
};

/// The fields of a request, those of the path first.
pub(super) fn parts(method: Method, request: &Request) -> Result<Vec<(String, Part)>, Failure> {
    let text = |pair: &wit::Pair| (pair.name.clone(), Part::Text(vec![pair.value.clone()]));
    let mut parts: Vec<(String, Part)> = request.path.iter().map(text).collect();
    let in_path = parts.len();
    if method.has_body() {
        for (name, value) in input::read_object(&request.body)? {
            if request.path.iter().any(|pair| pair.name == name) {
                let message = format!("`{name}` stands in the path already.");
                return Err(Failure::invalid_field(name, message));
            }
            parts.push((name, Part::Json(value)));
        }
        // What no body takes may not be ignored in silence either.
        if let Some(pair) = request.query.first() {
            let message = format!("`{}` belongs into the body, not into the query.", pair.name);
            return Err(Failure::invalid_field(&pair.name, message));
        }
        return Ok(parts);
    }
    for pair in &request.query {
        match parts[in_path..].iter_mut().find(|(name, _)| *name == pair.name) {
            Some((_, Part::Text(values))) => values.push(pair.value.clone()),
            _ if request.path.iter().any(|part| part.name == pair.name) => {
                let message = format!("`{}` stands in the path already.", pair.name);
                return Err(Failure::invalid_field(&pair.name, message));
            }
            _ => parts.push(text(pair)),
        }
    }
    Ok(parts)
}

/// A struct's schema as parameters and body.
pub(super) fn split_schema(
    method: Method,
    path: &str,
    mut schema: Map<String, Value>,
) -> (Vec<wit::Parameter>, Option<String>) {
    let Some(Value::Object(mut properties)) = schema.remove("properties") else {
        return (Vec::new(), None);
    };
    let required: Vec<Value> = match schema.remove("required") {
        Some(Value::Array(names)) => names,
        _ => Vec::new(),
    };
    let in_path = |name: &str| {
        path.split('/').any(|part| part.strip_prefix('{').is_some_and(|p| p.strip_suffix('}') == Some(name)))
    };
    let names: Vec<String> = properties.keys().cloned().collect();
    let mut parameters = Vec::new();
    for name in names {
        let place = match (in_path(&name), method.has_body()) {
            (true, _) => wit::Place::Path,
            (false, false) => wit::Place::Query,
            (false, true) => continue,
        };
        let Some(mut property) = properties.remove(&name) else { continue };
        let summary = match property.as_object_mut().and_then(|property| property.remove("description")) {
            Some(Value::String(summary)) => summary,
            _ => String::new(),
        };
        let is_required = place == wit::Place::Path || required.iter().any(|r| *r == name.as_str());
        parameters.push(wit::Parameter {
            name,
            place,
            required: is_required,
            summary,
            schema: property.to_string(),
        });
    }
    if !method.has_body() || properties.is_empty() {
        return (parameters, None);
    }
    let required: Vec<Value> = required
        .into_iter()
        .filter(|name| name.as_str().is_some_and(|name| properties.contains_key(name)))
        .collect();
    schema.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".into(), Value::Array(required));
    }
    (parameters, Some(Value::Object(schema).to_string()))
}
