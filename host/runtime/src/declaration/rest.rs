//! The route that a tool's REST form stands for.

use serde_json::{Map, Value};
use wheelhouse_core::route::{Answer, Method, Parameter, ParameterPlace, RouteDefinition};

use super::{DeclaredRest, RestForm, paths};
use wheelhouse_core::tool::ToolDefinition;

/// # Errors
/// A sentence's end about what is wrong with the form.
pub(super) fn form(tool: &ToolDefinition, rest: &DeclaredRest) -> Result<RestForm, String> {
    let method: Method = rest.method.parse().map_err(|failure: wheelhouse_core::Failure| failure.message)?;
    let in_path = paths::parameters(&rest.path).map_err(|problem| format!("its path {problem}"))?;
    if !(200..300).contains(&rest.status) {
        return Err(format!("its status {} is none of a success", rest.status));
    }
    let empty = Map::new();
    let properties = tool.input_schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = tool
        .input_schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(strange) = in_path.iter().find(|name| !properties.contains_key(**name)) {
        return Err(format!("its path has `{{{strange}}}`, which is none of the tool's arguments"));
    }

    let takes_body = RestForm::takes_body(method);
    let parameters = properties
        .iter()
        .filter_map(|(name, schema)| {
            let place = match in_path.contains(&name.as_str()) {
                true => ParameterPlace::Path,
                false if takes_body => return None,
                false => ParameterPlace::Query,
            };
            Some(Parameter {
                name: name.clone(),
                place,
                required: place == ParameterPlace::Path || required.contains(&name.as_str()),
                summary: schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
                schema: schema.clone(),
            })
        })
        .collect();
    let definition = RouteDefinition {
        id: tool.name.clone(),
        method,
        path: rest.path.clone(),
        summary: tool.summary.clone(),
        public: false,
        parameters,
        body: takes_body.then(|| without(&tool.input_schema, &in_path)),
        answers: vec![Answer {
            status: rest.status,
            summary: tool.summary.clone(),
            schema: tool.output_schema.clone(),
        }],
    };
    Ok(RestForm { definition, status: rest.status })
}

/// The schema of the arguments that are not in the path.
fn without(schema: &Value, in_path: &[&str]) -> Value {
    let mut schema = schema.clone();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| !in_path.contains(&name.as_str()));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !name.as_str().is_some_and(|name| in_path.contains(&name)));
    }
    schema
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn tool() -> ToolDefinition {
        ToolDefinition {
            name: "update_thing".to_owned(),
            summary: "Updates.".to_owned(),
            input_schema: json!({
                "type": "object",
                "properties": {"id": {"type": "string"}, "size": {"type": "integer", "description": "How big."}},
                "required": ["id", "size"],
            }),
            output_schema: None,
            annotations: Default::default(),
            needs_confirmation: false,
            sentences: Vec::new(),
        }
    }

    fn rest(method: &str, path: &str) -> DeclaredRest {
        DeclaredRest { method: method.to_owned(), path: path.to_owned(), status: 200 }
    }

    #[test]
    fn path_arguments_leave_the_body() {
        let form = form(&tool(), &rest("PATCH", "/things/{id}")).unwrap();
        let body = form.definition.body.unwrap();
        assert_eq!(body["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["size"]);
        assert_eq!(body["required"], json!(["size"]));
        assert_eq!(form.definition.parameters.len(), 1);
    }

    #[test]
    fn what_is_not_in_the_path_is_in_the_query_of_a_get() {
        let form = form(&tool(), &rest("GET", "/things/{id}")).unwrap();
        let size = form.definition.parameters.iter().find(|p| p.name == "size").unwrap();
        assert_eq!((size.place, size.required, &*size.summary), (ParameterPlace::Query, true, "How big."));
        assert!(form.definition.body.is_none());
    }

    #[test]
    fn a_path_parameter_that_is_no_argument_is_refused() {
        assert!(form(&tool(), &rest("GET", "/things/{other}")).unwrap_err().contains("{other}"));
    }
}
