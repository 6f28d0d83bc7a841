//! Guests that reach for other users' documents, and keep odd ones of their own.

use serde_json::{Value, json};
use wheelhouse_core::{CallContext, FailureClass, Result};

use crate::support::{Setup, TestHost, ann, failed, user};

async fn host() -> TestHost {
    let setup = Setup::new(&["echo", "keeps_what_it_is_told"]);
    setup.grant("keeps-what-it-is-told", &["documents:user"]).start().await
}

async fn documents(host: &TestHost, ctx: &CallContext, arguments: Value) -> Result<Value> {
    Ok(host.call(ctx, "documents", arguments).await?.data.unwrap_or_default())
}

fn insert(id: &str, body: &str) -> Value {
    json!({"action": "insert", "id": id, "body": body})
}

#[tokio::test]
async fn the_id_of_another_users_document_is_as_good_as_any_that_never_was() {
    let host = host().await;
    for id in ["a", "secret"] {
        documents(&host, &ann(), insert(id, r#"{"of": "ann"}"#)).await.unwrap();
    }
    let bob = user("bob");
    for action in ["get", "delete", "replace"] {
        let act = |id: &str| json!({"action": action, "id": id, "revision": 1, "body": "{}"});
        let stolen = documents(&host, &bob, act("secret")).await;
        assert_eq!(stolen, documents(&host, &bob, act("never")).await, "{action}");
        match action {
            "get" => assert_eq!(stolen, Ok(json!(null))),
            "delete" => assert_eq!(stolen, Ok(json!(false))),
            _ => assert_eq!(stolen.unwrap_err().class, FailureClass::NotFound),
        }
    }
    let page = documents(&host, &ann(), json!({"action": "list"})).await.unwrap();
    assert_eq!(page["documents"][0]["id"], "a");
    let stolen = documents(&host, &bob, json!({"action": "list", "cursor": page["next"]})).await.unwrap();
    assert_eq!(stolen, json!({"documents": [], "next": null}));
    // An id is taken for its owner alone.
    documents(&host, &bob, insert("secret", r#"{"of": "bob"}"#)).await.unwrap();
    let kept = documents(&host, &ann(), json!({"action": "get", "id": "secret"})).await.unwrap();
    assert_eq!(kept, json!({"id": "secret", "revision": 1, "body": r#"{"of":"ann"}"#}));
    host.assert_unharmed().await;
}

#[tokio::test]
async fn keys_that_mean_something_elsewhere_mean_nothing_here() {
    let host = host().await;
    let body = json!({
        "__proto__": {"admin": true}, "constructor": {"prototype": 1}, "toString": null, "a.b": 1, "a": {"b": 2},
        "$where": "sleep(1000)", "$ne": 1, "$value": 1, "": "empty", "quo\"te'": "\\", "nul\0": "\0", "\u{202e}": "\u{feff}",
    });
    documents(&host, &ann(), insert("odd", &body.to_string())).await.unwrap();
    let kept = documents(&host, &ann(), json!({"action": "get", "id": "odd"})).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(kept["body"].as_str().unwrap()).unwrap(), body);
    host.assert_unharmed().await;
}

#[tokio::test]
async fn fields_of_conditions_are_names_and_nothing_else() {
    let host = host().await;
    documents(&host, &ann(), json!({"action": "list", "field": "__proto__.admin"})).await.unwrap();
    for field in ["", "a..b", "$where", "a'b", "a\"b", "a\0", "a b", "body->>'x'", &["a"; 9].join(".")] {
        let failure = failed(documents(&host, &ann(), json!({"action": "list", "field": field})).await);
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "field"));
    }
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_body_is_an_object_of_bounded_depth() {
    let host = host().await;
    let nested = |id: &str, depth: u32| json!({"action": "insert", "id": id, "depth": depth});
    documents(&host, &ann(), nested("deep", 100)).await.unwrap();
    let bodies = [nested("x", 10_000), insert("x", "[]"), insert("x", "{"), insert("x", "NaN")];
    for body in bodies {
        let failure = failed(documents(&host, &ann(), body).await);
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "body"));
    }
    for id in ["", "nul\0", &"i".repeat(129)] {
        let failure = failed(documents(&host, &ann(), insert(id, "{}")).await);
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "id"));
    }
    assert_eq!(documents(&host, &ann(), json!({"action": "get", "id": "x"})).await, Ok(json!(null)));
    host.assert_unharmed().await;
}
