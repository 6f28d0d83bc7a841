//! The OpenAPI 3.1 document of the host and its plugins.

mod host;
mod plugins;
mod schemas;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use salvo::http::HeaderValue;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use wheelhouse_core::catalog::Catalog;

use crate::{endpoint::Tag, routes};
use schemas::Components;

/// An error as RFC 9457 has it.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "describes what is put together as JSON")]
struct Problem {
    /// `urn:wheelhouse:problem:<code>`.
    r#type: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong and what to do, for people. Always there.
    detail: String,
    /// The address that was asked.
    instance: String,
    /// A stable word for programs.
    code: String,
    /// The same as in `X-Request-ID`.
    request_id: String,
    /// The fields at fault.
    errors: Vec<FieldProblem>,
}

/// A field that is wrong.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "describes what is put together as JSON")]
struct FieldProblem {
    /// Its name, or a path with dots.
    field: String,
    /// What would be right.
    message: String,
}

/// An error as OpenAI has it.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "describes what is put together as JSON")]
struct OpenAiProblem {
    /// The error.
    error: OpenAiError,
}

/// What is wrong.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "describes what is put together as JSON")]
struct OpenAiError {
    /// What is wrong and what to do, for people.
    message: String,
    /// `invalid_request_error`, `authentication_error`, `rate_limit_error`, `server_error`, …
    r#type: String,
    /// The field at fault.
    param: Option<String>,
    /// A stable word for programs.
    code: String,
}

const DESCRIPTION: &str = "\
Wheelhouse serves PAM, the Personal AI Manager of Wheels & Wins: an assistant with tools, and speech. Plugins bring engines, providers, \
tools and routes; what they bring stands in this document as soon as they are loaded.

**Tokens.** Sign in with `POST /api/v1/auth/login` and send `Authorization: Bearer <access token>`. The Authorize button takes e-mail \
address and password.

**Errors** are `application/problem+json` (RFC 9457). `detail` is always a sentence, `code` a stable word, `errors` names the fields at \
fault. A body that is no JSON is 400, one with a wrong field 422. On the OpenAI-compatible routes errors have OpenAI's shape.

**Requests.** Every answer carries `X-Request-ID`; one that is sent along (up to 64 of letters, digits, `.`, `_`, `-`) is kept. \
`X-Timezone` (IANA) and `Accept-Language` say where the user is, where a body does not. Times are RFC 3339 in UTC.";

/// The document of the host and of everything in the catalog. Where a plugin declares an address of the host's, the host's stands.
pub fn openapi(catalog: &Catalog) -> Value {
    let mut components = Components::default();
    let mut generators = Generators::new();
    generators.answers.subschema_for::<Problem>();
    generators.answers.subschema_for::<OpenAiProblem>();
    let mut paths = Map::new();
    for endpoint in routes::endpoints() {
        host::add(&mut paths, &mut generators, &endpoint);
    }
    for generator in [&mut generators.requests, &mut generators.answers] {
        for (name, schema) in generator.take_definitions(true) {
            components.insert(name, schema);
        }
    }
    let mut tags: Vec<Value> =
        Tag::ALL.iter().map(|tag| json!({"name": tag.name(), "description": tag.summary()})).collect();
    tags.extend(plugins::add(&mut paths, &mut components, catalog));
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {
            "title": "Wheelhouse",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The service host behind Wheels & Wins",
            "description": DESCRIPTION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This host"}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": components.into_schemas(),
            "responses": responses(),
            "headers": {
                "X-Request-ID": {
                    "description": "Names this request in logs and errors.",
                    "schema": {"type": "string"},
                },
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token.",
                },
                "password": {
                    "type": "oauth2",
                    "description": "E-mail address and password; client id and secret stay empty.",
                    "flows": {"password": {
                        "tokenUrl": "/api/v1/auth/token",
                        "refreshUrl": "/api/v1/auth/token",
                        "scopes": {},
                    }},
                },
            },
        },
    })
}

/// What may be left out of a request is still there in an answer, if only as null.
struct Generators {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Generators {
    fn new() -> Self {
        let settings =
            || SchemaSettings::draft2020_12().with(|it| it.definitions_path = "/components/schemas".into());
        Self {
            requests: settings().for_deserialize().into_generator(),
            answers: settings().for_serialize().into_generator(),
        }
    }
}

/// Who may call, for operations that need a token.
fn security() -> Value {
    json!([{"bearer": []}, {"password": []}])
}

/// Errors that operations refer to, by status.
const FAILURES: &[(u16, &str, &str)] = &[
    (
        400,
        "Malformed",
        "The request cannot be read: malformed JSON, with the position, or a parameter of the wrong form.",
    ),
    (401, "Unauthenticated", "No token, or one that is not valid. `WWW-Authenticate` says which."),
    (403, "Denied", "The caller may not do this."),
    (404, "NotFound", "What was asked for does not exist."),
    (409, "Conflict", "What was asked for has changed, or exists already."),
    (413, "TooLarge", "The body, or a text in it, is longer than a limit."),
    (415, "UnsupportedMediaType", "The body is of another media type than this address takes."),
    (
        416,
        "RangeNotSatisfiable",
        "The part that was asked for is not in what there is. `Content-Range` says how long that is.",
    ),
    (422, "Invalid", "A field is missing, unknown, of the wrong type or out of range; `errors` names it."),
    (426, "UpgradeRequired", "This address speaks WebSocket."),
    (429, "RateLimited", "Too many calls for now. `Retry-After` says how long to wait, when it is known."),
    (500, "Internal", "A fault of the host or a plugin. The log knows it by `request_id`."),
    (503, "Unavailable", "It does not work for now; another try may."),
    (504, "Timeout", "There was no answer in time."),
];

fn failure_reference(status: u16) -> Option<Value> {
    let (_, name, _) = FAILURES.iter().find(|(known, ..)| *known == status)?;
    Some(json!({"$ref": format!("#/components/responses/{name}")}))
}

fn failure_summary(status: u16) -> &'static str {
    FAILURES.iter().find(|(known, ..)| *known == status).map_or("It failed.", |(_, _, summary)| summary)
}

fn responses() -> Value {
    let mut responses = Map::new();
    for (status, name, summary) in FAILURES {
        let code = name.to_lowercase();
        let mut response = json!({
            "description": summary,
            "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
            "content": {"application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {
                    "type": format!("urn:wheelhouse:problem:{code}"),
                    "title": salvo::http::StatusCode::from_u16(*status).ok().and_then(|s| s.canonical_reason()),
                    "status": status,
                    "detail": summary,
                    "instance": "/api/v1/pam/chat",
                    "code": code,
                    "request_id": "0198a1f0-8c3e-7b5a-9d2e-4f6a8b0c1d2e",
                    "errors": [],
                },
            }},
        });
        let extra = match status {
            401 => {
                Some(("WWW-Authenticate", json!({"description": "RFC 6750.", "schema": {"type": "string"}})))
            }
            429 => Some(("Retry-After", json!({"description": "Seconds.", "schema": {"type": "integer"}}))),
            _ => None,
        };
        if let Some((header, value)) = extra {
            response["headers"][header] = value;
        }
        responses.insert((*name).to_owned(), response);
    }
    responses.insert(
        "Failed".to_owned(),
        json!({
            "description": "Any other error; its status is in the body too.",
            "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }),
    );
    responses.into()
}

/// The document as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) bytes: Bytes,
    pub(crate) etag: HeaderValue,
}

/// Keeps the document of the present catalog, so that it is put together once a catalog and not once a request.
#[derive(Default)]
pub(crate) struct DocumentCache(Mutex<Option<(Arc<Catalog>, Document)>>);

impl DocumentCache {
    /// The document of this catalog.
    pub(crate) fn of(&self, catalog: &Arc<Catalog>) -> Document {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Holding on to the catalog keeps its address from being used for another.
        if let Some((of, document)) = kept.as_ref()
            && Arc::ptr_eq(of, catalog)
        {
            return document.clone();
        }
        let bytes = Bytes::from(openapi(catalog).to_string());
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish()))
            .expect("hexadecimal digits between quotes are a header value");
        let document = Document { bytes, etag };
        *kept = Some((catalog.clone(), document.clone()));
        document
    }
}
