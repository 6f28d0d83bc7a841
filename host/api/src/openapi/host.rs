//! The host's own endpoints in the document.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{Generators, failure_reference, failure_summary, security};
use crate::{
    endpoint::{Access, AnswerDocs, Content, Docs, Endpoint, ParameterDocs},
    problem::ErrorShape,
};

/// Puts an endpoint into the document.
pub(super) fn add(paths: &mut Map<String, Value>, generators: &mut Generators, endpoint: &Endpoint) {
    let Some(docs) = &endpoint.docs else { return };
    let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
    path[endpoint.method.as_str().to_lowercase()] = operation(generators, endpoint, docs);
}

fn operation(generators: &mut Generators, endpoint: &Endpoint, docs: &Docs) -> Value {
    let mut responses = Map::new();
    for answer in &docs.answers {
        responses.insert(answer.status.to_string(), answer_object(&mut generators.answers, answer));
    }
    for status in failures(endpoint, docs) {
        let failure = match endpoint.shape {
            ErrorShape::OpenAi => json!({
                "description": failure_summary(status),
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAiProblem"}}},
            }),
            ErrorShape::Problem | ErrorShape::OAuth => failure_reference(status).unwrap_or_default(),
        };
        responses.entry(status.to_string()).or_insert(failure);
    }
    let mut operation = json!({
        "operationId": docs.operation,
        "tags": [docs.tag.name()],
        "summary": docs.summary,
        "responses": responses,
        "security": match endpoint.access {
            Access::User | Access::Administrator => security(),
            Access::Operator => json!([{}, {"bearer": []}]),
            Access::Public | Access::Optional | Access::Socket => json!([]),
        },
    });
    if !docs.description.is_empty() {
        operation["description"] = docs.description.into();
    }
    if !docs.parameters.is_empty() {
        operation["parameters"] = docs.parameters.iter().map(parameter).collect();
    }
    if let Some(body) = &docs.body {
        operation["requestBody"] = json!({"required": true, "content": contents(&mut generators.requests, std::slice::from_ref(body))});
    }
    operation
}

/// Its own failures, and those that come of having a body, a token, or a body of JSON.
fn failures(endpoint: &Endpoint, docs: &Docs) -> Vec<u16> {
    let mut statuses = docs.failures.to_vec();
    if matches!(endpoint.access, Access::User | Access::Administrator | Access::Operator) {
        // 503 is for a token that cannot be checked.
        statuses.extend([401, 503]);
    }
    if matches!(endpoint.access, Access::Administrator | Access::Operator) {
        statuses.push(403);
    }
    if docs.body.is_some() {
        statuses.extend([400, 413, 415]);
        if endpoint.shape == ErrorShape::Problem {
            statuses.push(422);
        }
    }
    statuses.push(500);
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn parameter(parameter: &ParameterDocs) -> Value {
    json!({
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.summary,
        "schema": {"type": "string"},
        "example": parameter.example,
    })
}

fn answer_object(generator: &mut SchemaGenerator, answer: &AnswerDocs) -> Value {
    let mut headers = json!({"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}});
    for (name, summary) in answer.headers {
        headers[*name] = json!({"description": summary, "schema": {"type": "string"}});
    }
    let mut object = json!({"description": answer.summary, "headers": headers});
    if !answer.contents.is_empty() {
        object["content"] = contents(generator, &answer.contents);
    }
    object
}

fn contents(generator: &mut SchemaGenerator, contents: &[Content]) -> Value {
    let mut object = Map::new();
    for content in contents {
        let mut media = Map::new();
        if let Some(schema) = content.schema {
            media.insert("schema".to_owned(), schema(generator));
        }
        if let Some(example) = &content.example {
            media.insert("example".to_owned(), example.clone());
        }
        object.insert(content.media_type.to_owned(), media.into());
    }
    object.into()
}
