//! Routes, and tools as routes.

use serde_json::{Value, json};
use wheelhouse_core::{FailureClass, route::Method};

use crate::support::{Setup, TestHost, failed};

async fn echo() -> TestHost {
    Setup::new(&["echo"]).grant("echo", &["public"]).start().await
}

fn body(response: &wheelhouse_core::route::RouteResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

#[tokio::test]
async fn a_get_reads_its_arguments_from_the_query() {
    let response =
        echo().await.send(Method::Get, "/echo", &[("text", "hi"), ("times", "3")], "").await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(body(&response)["input"], json!({"text": "hi", "times": 3}));
    assert_eq!(response.headers, [("content-type".to_owned(), "application/json".to_owned())]);
}

#[tokio::test]
async fn a_patch_reads_its_arguments_from_path_and_body() {
    let response =
        echo().await.send(Method::Patch, "/things/7", &[], r#"{"size": 1.5, "blue": true}"#).await.unwrap();
    assert_eq!(response.status, 202);
    assert_eq!(body(&response), json!({"id": 7, "size": 1.5, "blue": true}));
}

#[tokio::test]
async fn what_does_not_fit_is_invalid() {
    let host = echo().await;
    for (method, path, query, body, named) in [
        (Method::Get, "/echo", &[][..], "", "text"),
        (Method::Get, "/echo", &[("text", "hi"), ("times", "often")][..], "", "times"),
        (Method::Get, "/echo", &[("text", "hi"), ("volume", "11")][..], "", "volume"),
        (Method::Get, "/echo", &[("text", "hi"), ("text", "ho")][..], "", "text"),
        (Method::Patch, "/things/seven", &[][..], "{}", "id"),
        (Method::Patch, "/things/7", &[][..], r#"{"size": "big"}"#, "size"),
        (Method::Patch, "/things/7", &[][..], r#"{"colour": "red"}"#, "colour"),
        (Method::Patch, "/things/7", &[][..], r#"{"id": 8}"#, "id"),
        (Method::Patch, "/things/7", &[("size", "1")][..], "{}", "size"),
        (Method::Patch, "/things/7", &[][..], "{", "JSON"),
        (Method::Patch, "/things/7", &[][..], "[1]", "JSON"),
    ] {
        let failure = host.send(method, path, query, body).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Invalid, "{method} {path} {query:?} {body}");
        assert!(failure.message.contains(named), "{named}: {failure}");
    }
}

#[tokio::test]
async fn a_form_is_described_by_the_tools_schema() {
    let host = echo().await;
    let find = |id: &str| {
        let mut routes = host.catalog.routes().iter().map(|route| route.route.definition());
        routes.find(|definition| definition.id == id).unwrap().clone()
    };
    let get = find("echo");
    let parameters: Vec<_> = get.parameters.iter().map(|p| (p.name.as_str(), p.required)).collect();
    assert_eq!(parameters, [("text", true), ("times", false)]);
    assert!(get.body.is_none() && !get.public);
    let patch = find("change_thing");
    assert_eq!(patch.parameters[0].name, "id");
    assert!(patch.body.unwrap()["properties"].get("id").is_none());
    assert_eq!(patch.answers[0].status, 202);
}

#[tokio::test]
async fn a_route_gets_the_request_and_gives_the_response_as_they_are() {
    let host = echo().await;
    let response = host.send(Method::Post, "/raw/joe", &[], "any bytes").await.unwrap();
    assert_eq!((response.status, &response.body[..]), (418, &b"any bytes"[..]));
    assert!(response.headers.contains(&("x-name".to_owned(), "joe".to_owned())));
    let mut routes = host.catalog.routes().iter().map(|route| route.route.definition());
    let raw = routes.find(|definition| definition.id == "raw").unwrap();
    assert!(raw.public);
    assert_eq!(raw.parameters[0].name, "name");
}

#[tokio::test]
async fn more_headers_than_the_limits_are_refused_by_name() {
    let host = Setup::new(&["echo", "answers_with_headers"]).start().await;
    let ask = async |count: &str, length: &str| {
        host.send(Method::Get, "/headers", &[("count", count), ("length", length)], "").await
    };
    assert_eq!(ask("100", "100").await.unwrap().headers.len(), 101);
    for (count, length, limit) in [
        ("50000", "1", "more than 128 headers"),
        ("1", "1000000", "more than 65536 bytes, which is its limit http_header_bytes"),
        ("127", "1000", "more than 65536 bytes, which is its limit http_header_bytes"),
    ] {
        let failure = failed(ask(count, length).await);
        assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_output"));
        assert!(
            failure.message.contains("`answers-with-headers`") && failure.message.contains(limit),
            "{failure}"
        );
    }
    host.assert_unharmed().await;
}

#[tokio::test]
async fn headers_are_passed_on_in_the_words_of_the_plugin() {
    // Which of them reach a client is for those to say who answer it.
    let host = Setup::new(&["answers_with_headers"]).start().await;
    let odd =
        [("Host", "b.test"), ("Content-Length", "0"), ("Location", "//b.test/"), ("x-a\r\nb", "1\r\n2")];
    let headers = host.send(Method::Get, "/headers", &odd, "").await.unwrap().headers;
    assert_eq!(headers[1..], odd.map(|(name, value)| (name.to_owned(), value.to_owned())));
}
