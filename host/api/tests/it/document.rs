//! The OpenAPI document says what the router serves, and what the router serves is as the document says.

use std::collections::BTreeSet;

use salvo::http::Method;
use serde_json::{Value, json};
use wheelhouse_api::addresses;
use wheelhouse_core::catalog::Catalog;

use crate::{
    fakes::{catalog, speaking_catalog},
    host::{Host, Told},
};

/// Holds a JSON answer against the schema that the document has for it. Addresses that nobody has are not in the document.
pub(crate) fn check_answer(document: &Value, method: &Method, path: &str, told: &Told) {
    let path = path.split('?').next().unwrap();
    let Some(operation) = find_operation(document, method, path) else { return };
    let Some(response) =
        operation["responses"].get(told.status.to_string()).or(operation["responses"].get("default"))
    else {
        panic!("{method} {path} answered {}, which is not in the document: {}", told.status, told.body);
    };
    let response = resolve(document, response);
    let media_type = told.header("content-type").split(';').next().unwrap();
    let Some(content) = response["content"].get(media_type) else {
        panic!("{method} {path} answered {} as {media_type}, which is not in the document", told.status);
    };
    check(document, &content["schema"], &told.body, &format!("{method} {path} {}", told.status));
}

fn find_operation<'d>(document: &'d Value, method: &Method, path: &str) -> Option<&'d Value> {
    let fits = |template: &str| {
        let (mut parts, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (parts.next(), given.next()) {
                (None, None) => return true,
                (Some(part), Some(given))
                    if part == given || (part.starts_with('{') && !given.is_empty()) => {}
                _ => return false,
            }
        }
    };
    let (_, item) = document["paths"].as_object()?.iter().find(|(template, _)| fits(template))?;
    item.get(method.as_str().to_lowercase())
}

fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

fn check(document: &Value, schema: &Value, value: &Value, what: &str) {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&whole).unwrap();
    let mistakes: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(mistakes.is_empty(), "{what} is not as documented: {mistakes:#?}\n{value:#}");
}

fn walk(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Object(object) => object.values().for_each(|value| walk(value, see)),
        Value::Array(items) => items.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn document_lists_every_address_of_the_host() {
    let document = wheelhouse_api::openapi(&Catalog::default());
    let documented: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let served: BTreeSet<(String, String)> = addresses()
        .into_iter()
        .filter(|address| address.documented)
        .map(|address| (address.method, address.path.to_owned()))
        .collect();
    assert_eq!(documented, served);
    let hidden: Vec<&str> =
        addresses().iter().filter(|address| !address.documented).map(|address| address.path).collect();
    assert_eq!(hidden, ["/", "/docs", "/docs/{**file}", "/api-doc/openapi.json"]);
}

#[tokio::test]
async fn document_lists_every_route_of_a_plugin_with_its_schemas() {
    let document = Host::new().document();
    let thing = &document["paths"]["/api/v1/things/{id}"]["get"];
    assert_eq!(thing["tags"], json!(["things"]));
    assert_eq!(thing["parameters"][0]["name"], "id");
    assert_eq!(thing["security"], json!([{"bearer": []}, {"password": []}]));
    let body =
        &document["paths"]["/api/v1/things"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["properties"]["price"]["$ref"], "#/components/schemas/things.Money");
    assert_eq!(document["components"]["schemas"]["things.Money"], json!({"type": "number"}));
    assert_eq!(document["paths"]["/api/v1/open"]["get"]["security"][0], json!({}));
    assert_eq!(document["paths"]["/api/v1/files/{rest}"]["get"]["parameters"][0]["name"], "rest");
    let tag = document["tags"].as_array().unwrap().iter().find(|tag| tag["name"] == "things").unwrap();
    assert_eq!(tag["description"], "things 1.2.3 (plugin). What things does.");
}

#[tokio::test]
async fn address_of_the_host_stands_where_a_plugin_declares_it_too() {
    let document = Host::new().document();
    assert_eq!(document["paths"]["/api/v1/auth/me"]["get"]["operationId"], "me");
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_operation_has_its_own_id() {
    let document = Host::new().document();
    walk(&document, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        assert!(value.get("$defs").is_none() && value.get("$schema").is_none(), "{value:#}");
    });
    let ids: Vec<Value> =
        operations(&document).into_iter().map(|(.., operation)| operation["operationId"].clone()).collect();
    let unique: BTreeSet<String> = ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
}

#[tokio::test]
async fn every_operation_tells_its_purpose_its_errors_and_its_parameters() {
    let document = Host::new().document();
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{what}");
        assert!(operation["responses"].get("500").is_some(), "{what}");
        assert!(operation["security"].is_array(), "{what}");
        let declared: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let named: BTreeSet<&str> =
            path.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).collect();
        assert_eq!(declared, named, "{what}");
    }
}

#[tokio::test]
async fn every_example_is_as_its_schema_says() {
    let document = Host::new().document();
    for (method, path, operation) in operations(&document) {
        let check_content = |content: &Value, what: &str| {
            for (media_type, media) in content.as_object().into_iter().flatten() {
                if let (Some(schema), Some(example)) = (media.get("schema"), media.get("example")) {
                    check(
                        &document,
                        schema,
                        example,
                        &format!("the example of {method} {path} {what} {media_type}"),
                    );
                }
            }
        };
        check_content(&operation["requestBody"]["content"], "body");
        for (status, response) in operation["responses"].as_object().unwrap() {
            check_content(&resolve(&document, response)["content"], status);
        }
    }
}

#[tokio::test]
async fn document_is_kept_until_plugins_change() {
    let host = Host::new();
    let first = host.get("/api-doc/openapi.json").send().await;
    assert_eq!(first.status, 200);
    assert_eq!(first.body, host.document());
    let etag = first.header("etag").to_owned();
    let again = host.get("/api-doc/openapi.json").header("if-none-match", &etag).send().await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    assert_eq!(again.header("etag"), etag);
    host.publisher.publish(catalog(Vec::new()));
    let changed = host.get("/api-doc/openapi.json").header("if-none-match", &etag).send().await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), etag);
    assert!(changed.body["paths"].get("/api/v1/things").is_none());
    host.publisher.publish(speaking_catalog(&host.provider));
    assert_eq!(host.get("/api-doc/openapi.json").header("if-none-match", &etag).send().await.status, 304);
}

#[tokio::test]
async fn documentation_is_a_page_that_loads_nothing_from_outside() {
    let host = Host::new();
    for (from, to) in [("/", "/docs/"), ("/docs", "/docs/")] {
        let redirect = host.get(from).send().await;
        assert_eq!((redirect.status, redirect.header("location")), (302, to));
    }
    let page = host.get("/docs/").send().await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let html = String::from_utf8(page.bytes.to_vec()).unwrap();
    assert!(html.contains("/api-doc/openapi.json"));
    assert!(html.contains(r#""validatorUrl":"none""#));
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("src=\"//"), "{html}");
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js"] {
        assert!(html.contains(file));
        assert_eq!(host.get(&format!("/docs/{file}")).send().await.status, 200, "{file}");
    }
    assert_eq!(host.get("/docs/none.js").send().await.status, 404);
}
