//! Plugins' routes in the document.

use serde_json::{Map, Value, json};
use wheelhouse_core::{
    catalog::{Catalog, CatalogRoute},
    route::{Answer, Parameter, ParameterPlace, RouteDefinition},
};

use super::{failure_reference, schemas::Components, security};
use crate::routes::API;

/// Puts all routes of the catalog into the document, and gives the tags that they stand under: a plugin each.
pub(super) fn add(
    paths: &mut Map<String, Value>,
    components: &mut Components,
    catalog: &Catalog,
) -> Vec<Value> {
    let mut tags: Vec<&str> = Vec::new();
    for CatalogRoute { plugin, route } in catalog.routes() {
        let definition = route.definition();
        let path = paths.entry(document_path(&definition.path)).or_insert_with(|| json!({}));
        let method = definition.method.as_str().to_lowercase();
        if path.get(&method).is_some() {
            continue;
        }
        path[method] = operation(components, plugin, definition);
        if !tags.contains(&plugin.as_str()) {
            tags.push(plugin);
        }
    }
    let summary = |id: &str| {
        let info =
            catalog.plugins().iter().filter_map(|plugin| plugin.info.as_ref()).find(|info| info.id == id);
        info.map_or(String::new(), |info| {
            format!("{} {} (plugin). {}", info.name, info.version, info.summary)
        })
    };
    tags.into_iter().map(|id| json!({"name": id, "description": summary(id)})).collect()
}

/// OpenAPI has no parameter that reaches over several parts of a path, and so no mark for one.
fn document_path(path: &str) -> String {
    format!("{API}{}", path.replace("{*", "{"))
}

fn operation(components: &mut Components, plugin: &str, route: &RouteDefinition) -> Value {
    let mut responses = Map::new();
    for answer in &route.answers {
        responses.insert(answer.status.to_string(), answer_object(components, plugin, answer));
    }
    if !responses.keys().any(|status| status.starts_with('2')) {
        responses.insert("200".to_owned(), json!({"description": "It worked."}));
    }
    // A token that is sent must be valid, even where none is needed.
    let mut failures = vec![401, 422, 429, 500, 503, 504];
    if route.body.is_some() {
        failures.extend([400, 413, 415]);
    }
    for status in failures {
        let failure = failure_reference(status).unwrap_or_default();
        responses.entry(status.to_string()).or_insert(failure);
    }
    responses.entry("default").or_insert_with(|| json!({"$ref": "#/components/responses/Failed"}));
    let mut operation = json!({
        "operationId": format!("{plugin}.{}", route.id),
        "tags": [plugin],
        "summary": route.summary,
        "responses": responses,
        "security": if route.public { json!([{}, {"bearer": []}, {"password": []}]) } else { security() },
    });
    let parameters = parameters(components, plugin, route);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = &route.body {
        let media_type = if route.takes_json() { "application/json" } else { "*/*" };
        // An empty body is an object without members.
        let required = body.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
        let schema = components.adopt(plugin, body);
        operation["requestBody"] = json!({"required": required, "content": {media_type: {"schema": schema}}});
    }
    operation
}

/// The declared ones, and those of the path that nobody has declared.
fn parameters(components: &mut Components, plugin: &str, route: &RouteDefinition) -> Vec<Value> {
    let mut parameters: Vec<Value> = route
        .parameters
        .iter()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "in": place(parameter.place),
                // A part of the path cannot be left out.
                "required": parameter.required || parameter.place == ParameterPlace::Path,
                "description": parameter.summary,
                "schema": components.adopt(plugin, &parameter.schema),
            })
        })
        .collect();
    for name in path_parameters(&route.path) {
        let is_it = |p: &&Parameter| p.place == ParameterPlace::Path && p.name == name;
        if !route.parameters.iter().any(|parameter| is_it(&parameter)) {
            parameters
                .push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
        }
    }
    parameters
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_start_matches('*'))
}

fn place(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "path",
        ParameterPlace::Query => "query",
        ParameterPlace::Header => "header",
    }
}

fn answer_object(components: &mut Components, plugin: &str, answer: &Answer) -> Value {
    let mut object = json!({
        "description": answer.summary,
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
    });
    if let Some(schema) = &answer.schema {
        let media_type = if answer.status >= 400 { "application/problem+json" } else { "application/json" };
        object["content"] = json!({media_type: {"schema": components.adopt(plugin, schema)}});
    }
    object
}
