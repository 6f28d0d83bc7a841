//! Writes what servers answered into the cases that asked them.

use std::{collections::BTreeMap, fs};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::{
    desk::Recorded,
    file::{CaseError, CaseFile, Form},
};

/// Headers of an answer that a plugin may care about. None of them says who asked.
const HEADERS: &[&str] = &[
    "cache-control",
    "content-encoding",
    "content-language",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "retry-after",
];
/// Parts of names of other headers that may hold what nobody should keep.
const PRIVATE: &[&str] = &["auth", "cookie", "key", "secret", "session", "token", "user"];

/// What one case had answered, and the secrets that it ran with.
#[derive(Debug, Default)]
pub(super) struct Recording {
    pub(super) exchanges: Vec<Recorded>,
    pub(super) secrets: Vec<String>,
}

/// An exchange as it is written: nothing of the request's headers and body, and no secret.
struct Written {
    request: String,
    status: u16,
    headers: BTreeMap<String, String>,
    /// Text, or else Base64.
    body: Result<String, String>,
}

/// Puts the recordings of all cases, in their order, in the place of the exchanges that the file had.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(file: &CaseFile, recordings: &[Recording]) -> Result<(), CaseError> {
    let failed =
        |error: &dyn std::fmt::Display| CaseError(format!("cannot write {}: {error}", file.path.display()));
    let text = match Form::of(&file.path) {
        Some(Form::Json) => json_with(&file.text, recordings).map_err(|error| failed(&error))?,
        _ => toml_with(&file.text, recordings).map_err(|error| failed(&error))?,
    };
    fs::write(&file.path, text).map_err(|error| failed(&error))
}

fn json_with(text: &str, recordings: &[Recording]) -> serde_json::Result<String> {
    let mut content: Value = serde_json::from_str(text)?;
    let cases = content["case"].as_array_mut().into_iter().flatten();
    for (case, recording) in cases.zip(recordings) {
        let Some(case) = case.as_object_mut() else { continue };
        case.remove("exchange");
        let exchanges: Vec<Value> = recording.written().map(json_of).collect();
        if !exchanges.is_empty() {
            case.insert("exchange".to_owned(), Value::Array(exchanges));
        }
    }
    serde_json::to_string_pretty(&content).map(|text| text + "\n")
}

fn json_of(written: Written) -> Value {
    let mut exchange = json!({"request": written.request, "status": written.status});
    if !written.headers.is_empty() {
        exchange["headers"] = json!(written.headers);
    }
    match written.body {
        Ok(text) => exchange["body"] = json!(text),
        Err(base64) => exchange["body_base64"] = json!(base64),
    }
    exchange
}

/// Everything else stays as its author wrote it, comments and all.
fn toml_with(text: &str, recordings: &[Recording]) -> Result<String, toml_edit::TomlError> {
    let mut content: DocumentMut = text.parse()?;
    let cases = content.get_mut("case").and_then(Item::as_array_of_tables_mut);
    for (case, recording) in cases.into_iter().flat_map(|cases| cases.iter_mut()).zip(recordings) {
        case.remove("exchange");
        let exchanges: ArrayOfTables = recording.written().map(toml_of).collect();
        if !exchanges.is_empty() {
            case.insert("exchange", Item::ArrayOfTables(exchanges));
        }
    }
    Ok(content.to_string())
}

fn toml_of(written: Written) -> Table {
    let mut exchange = Table::new();
    exchange.insert("request", value(written.request));
    exchange.insert("status", value(i64::from(written.status)));
    if !written.headers.is_empty() {
        exchange.insert("headers", value(InlineTable::from_iter(written.headers)));
    }
    match written.body {
        Ok(text) => exchange.insert("body", value(text)),
        Err(base64) => exchange.insert("body_base64", value(base64)),
    };
    exchange
}

impl Recording {
    fn written(&self) -> impl Iterator<Item = Written> {
        self.exchanges.iter().map(|Recorded { request, answer }| {
            let headers = answer.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
            Written {
                request: self.without_secrets(&format!("{} {}", request.method, request.url)),
                status: answer.status,
                headers: headers
                    .filter(|(name, _)| is_kept(name))
                    .map(|(name, value)| (name, self.without_secrets(value)))
                    .collect(),
                body: match std::str::from_utf8(&answer.body) {
                    Ok(text) => Ok(self.without_secrets(text)),
                    Err(_) => Err(BASE64_STANDARD.encode(&answer.body)),
                },
            }
        })
    }

    /// In a request's URL the star that takes a secret's place stands for anything.
    fn without_secrets(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets.iter().filter(|secret| !secret.is_empty()) {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            text = text.replace(secret, "*").replace(&encoded, "*");
        }
        text
    }
}

fn is_kept(name: &str) -> bool {
    HEADERS.contains(&name)
        || (name.starts_with("x-") && !PRIVATE.iter().any(|private| name.contains(private)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use wheelhouse_runtime::{OutgoingRequest, ServerAnswer};

    use super::*;

    fn recording() -> Recording {
        let headers =
            |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        Recording {
            exchanges: vec![Recorded {
                request: OutgoingRequest {
                    method: "GET".to_owned(),
                    url: "https://a.test/?place=Moab&key=hunter%2F2".to_owned(),
                    headers: headers(&["authorization", "cookie"]),
                    body: Vec::new().into(),
                },
                answer: ServerAnswer {
                    status: 200,
                    headers: headers(&[
                        "content-type",
                        "set-cookie",
                        "x-total",
                        "x-session-id",
                        "authorization",
                    ]),
                    body: "{\"high\": 21.5}".into(),
                },
            }],
            secrets: vec!["hunter/2".to_owned()],
        }
    }

    #[test]
    fn exchanges_take_the_place_of_those_before_and_the_rest_stays() {
        let text = "# Mine.\n[[case]]\ntool = \"a\" # first\n[[case.exchange]]\nrequest = \"GET https://old.test/\"\n\n[[case]]\nsay = \"b\"\n";
        let written = toml_with(text, &[recording(), Recording::default()]).unwrap();
        for kept in
            ["# Mine.", "# first", "say = \"b\"", "place=Moab&key=*", "21.5", "x-total", "content-type"]
        {
            assert!(written.contains(kept), "{kept} is not in {written}");
        }
        for gone in ["old.test", "hunter", "cookie", "authorization", "session"] {
            assert!(!written.contains(gone), "{gone} is in {written}");
        }
        let json = json_with(r#"{"case": [{"tool": "a"}, {"say": "b"}]}"#, &[recording()]).unwrap();
        assert!(json.contains("place=Moab&key=*") && !json.contains("hunter"), "{json}");
    }
}
