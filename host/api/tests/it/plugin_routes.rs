use salvo::http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    fakes::{catalog, mounted},
    host::Host,
    serving::connect,
};

#[tokio::test]
async fn request_reaches_the_plugin_decoded_and_without_its_token() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.get("/api/v1/things/a%20b%2Fc?q=x+y&q=%C3%A9&empty=").by(&mia).send().await;
    assert_eq!(told.status, 200);
    assert_eq!(told.body["path"], json!([["id", "a b/c"]]));
    assert_eq!(told.body["query"], json!([["q", "x y"], ["q", "é"], ["empty", ""]]));
    assert_eq!(told.body["sees_token"], false);
}

#[tokio::test]
async fn parameter_over_several_parts_of_the_path_is_whole() {
    let told = Host::new().get("/api/v1/files/a/b%20c/d.txt").send().await;
    assert_eq!(told.body["path"], json!([["rest", "a/b c/d.txt"]]));
}

#[tokio::test]
async fn body_of_a_plugins_route_has_a_limit_of_its_own() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let told = host.post("/api/v1/things").by(&mia).raw(body(256 * 1024)).await;
    assert_eq!((told.status, &told.body["bytes"]), (200, &json!(256 * 1024)));
    assert_eq!(host.post("/api/v1/things").by(&mia).raw(body(256 * 1024 + 1)).await.status, 413);
}

#[tokio::test]
async fn body_of_a_plugins_route_is_read_as_strictly_as_the_hosts_own() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.post("/api/v1/things").by(&mia).raw("{\"name\": ").await;
    assert_eq!((told.status, &told.body["code"]), (400, &json!("malformed_json")));
    assert!(told.body["detail"].as_str().unwrap().contains("line 1, column 9"), "{}", told.body);
    let told = host.post("/api/v1/things").by(&mia).form(&[("name", "a")]).await;
    assert_eq!((told.status, &told.body["code"]), (415, &json!("unsupported_media_type")));
    let answers =
        &host.get("/api-doc/openapi.json").send().await.body["paths"]["/api/v1/things"]["post"]["responses"];
    for status in ["400", "413", "415", "422"] {
        assert!(answers.get(status).is_some(), "{status} is not in the document");
    }
}

#[tokio::test]
async fn route_that_is_not_public_needs_a_token() {
    let host = Host::new();
    let told = host.get("/api/v1/things/1").send().await;
    assert_eq!((told.status, told.header("www-authenticate")), (401, r#"Bearer realm="wheelhouse""#));
}

#[tokio::test]
async fn public_route_knows_the_user_and_refuses_a_wrong_token() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.get("/api/v1/open").send().await;
    assert_eq!((told.status, told.bytes.as_ref()), (200, b"nobody".as_ref()));
    assert_eq!((told.header("content-type"), told.header("x-total")), ("text/plain", "3"));
    assert_eq!(host.get("/api/v1/open").by(&mia).send().await.bytes.as_ref(), b"mia@example.com");
    let told = host.get("/api/v1/open").header("authorization", "Bearer nonsense").send().await;
    assert_eq!(told.status, 401);
}

#[tokio::test]
async fn head_works_on_get_routes_of_plugins() {
    let host = Host::new();
    let told = host.ask(Method::HEAD, "/api/v1/open").send().await;
    assert_eq!((told.status, told.bytes.len(), told.header("x-total")), (200, 0, "3"));
    assert_eq!(host.ask(Method::HEAD, "/api/v1/things").send().await.status, 405);
}

#[tokio::test]
async fn failure_of_a_plugin_is_a_problem() {
    let told = Host::new().get("/api/v1/taken").send().await;
    assert_eq!((told.status, &told.body["detail"]), (409, &json!("The thing has changed.")));
    assert!(!told.body.to_string().contains("only for the log"));
}

#[tokio::test]
async fn answer_without_a_body_has_none() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.ask(Method::DELETE, "/api/v1/things/1").by(&mia).send().await;
    assert_eq!((told.status, told.bytes.len()), (204, 0));
}

#[tokio::test]
async fn routes_come_and_go_with_their_plugin() {
    let host = Host::new();
    assert_eq!(host.get("/api/v1/open").send().await.status, 200);
    host.publisher.publish(catalog(Vec::new()));
    assert_eq!(host.get("/api/v1/open").send().await.status, 404);
}

#[tokio::test]
async fn plugin_cannot_take_an_address_of_the_hosts() {
    let host = Host::new();
    assert_eq!(host.get("/api/v1/auth/me").send().await.status, 401);
}

#[tokio::test]
async fn mounted_service_answers_any_method_below_its_name() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    host.publisher.publish(catalog(vec![mounted("hello")]));
    let told =
        host.ask(Method::from_bytes(b"REPORT").unwrap(), "/api/v1/hello/a%20b?c=d").by(&mia).send().await;
    assert_eq!((told.status, told.header("x-made-by")), (203, "hello"));
    let text = std::str::from_utf8(&told.bytes).unwrap();
    assert!(text.starts_with("REPORT ") && text.ends_with(" /a%20b?c=d"), "{text}");
    assert_eq!(host.get("/api/v1/hello").send().await.status, 401);
    assert_eq!(host.get("/api/v1/hello-not").by(&mia).send().await.status, 404);
}

#[tokio::test]
async fn answer_of_a_mounted_service_that_breaks_off_breaks_the_connection_off() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    host.publisher.publish(catalog(vec![mounted("hello")]));
    let listening = host.listen().await;
    for (path, is_whole) in [("/api/v1/hello/there", true), ("/api/v1/hello/broken", false)] {
        let mut stream = connect(&listening).await;
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: wheelhouse\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
            mia.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        // It may be reset.
        let _ = stream.read_to_end(&mut heard).await;
        let heard = String::from_utf8(heard).unwrap();
        // Of an answer that breaks off at once, nothing may have been sent.
        assert!(heard.contains("GET wheelhouse /there") || !is_whole, "{heard}");
        assert_eq!(heard.ends_with("0\r\n\r\n"), is_whole, "{heard}");
    }
}
