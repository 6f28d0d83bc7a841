//! Values by key.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use wheelhouse_core::{CallContext, Caller};

use crate::support::{Setup, TestHost, ann, user};

async fn host(grants: &[&str]) -> TestHost {
    Setup::new(&["keeps_values"]).grant("keeps-values", grants).start().await
}

async fn values(host: &TestHost, ctx: &CallContext, arguments: Value) -> Value {
    host.call(ctx, "values", arguments).await.unwrap().data.unwrap_or_default()
}

fn act(bucket: &str, action: &str, key: &str) -> Value {
    json!({"bucket": bucket, "action": action, "key": key})
}

fn set(bucket: &str, key: &str, value: &str) -> Value {
    json!({"bucket": bucket, "action": "set", "key": key, "value": value})
}

#[tokio::test]
async fn a_value_is_kept_read_replaced_and_deleted() {
    let host = host(&["keyvalue"]).await;
    assert_eq!(values(&host, &ann(), act("", "get", "a")).await, json!(null));
    values(&host, &ann(), set("", "a", "1")).await;
    values(&host, &ann(), set("default", "a", "2")).await;
    assert_eq!(values(&host, &ann(), act("user", "get", "a")).await, json!("2"), "one bucket by three names");
    assert_eq!(values(&host, &ann(), act("", "exists", "a")).await, json!(true));
    values(&host, &ann(), act("", "delete", "a")).await;
    values(&host, &ann(), act("", "delete", "a")).await;
    assert_eq!(values(&host, &ann(), act("", "exists", "a")).await, json!(false));
    let bytes = json!({"bucket": "", "action": "set_bytes", "key": "b", "number": 1_000});
    assert_eq!(values(&host, &ann(), bytes).await, json!(true), "any bytes, not only text");
}

#[tokio::test]
async fn users_are_kept_apart_even_in_a_bucket_that_was_opened_for_another() {
    let host = host(&["keyvalue"]).await;
    values(&host, &ann(), set("user", "a", "of ann")).await;
    assert_eq!(values(&host, &user("bob"), act("user", "get", "a")).await, json!(null));
    values(&host, &user("bob"), set("user", "a", "of bob")).await;
    assert_eq!(values(&host, &ann(), act("user", "get", "a")).await, json!("of ann"));
    assert_eq!(values(&host, &user("bob"), act("user", "keys", "")).await["keys"], json!(["a"]));
    let mut nobody = ann();
    nobody.caller = Caller::Anonymous;
    assert_eq!(
        values(&host, &nobody, act("user", "get", "a")).await,
        json!({"error": "Error::AccessDenied"})
    );
}

#[tokio::test]
async fn shared_values_are_the_same_for_all_and_apart_from_the_users() {
    let host = host(&["keyvalue"]).await;
    values(&host, &ann(), set("shared", "a", "for all")).await;
    assert_eq!(values(&host, &user("bob"), act("shared", "get", "a")).await, json!("for all"));
    assert_eq!(values(&host, &ann(), act("user", "get", "a")).await, json!(null));
}

#[tokio::test]
async fn a_bucket_that_is_not_granted_is_closed() {
    let denied = json!({"error": "Error::AccessDenied"});
    let none = host(&["documents"]).await;
    assert_eq!(values(&none, &ann(), act("user", "get", "a")).await, denied);
    let shared = host(&["keyvalue:shared"]).await;
    assert_eq!(values(&shared, &ann(), act("user", "get", "a")).await, denied);
    assert_eq!(values(&shared, &ann(), act("shared", "get", "a")).await, json!(null));
    assert_eq!(
        values(&shared, &ann(), act("other", "get", "a")).await,
        json!({"error": "Error::NoSuchStore"})
    );
}

async fn add(host: &TestHost) -> Value {
    values(host, &ann(), json!({"bucket": "", "action": "increment", "key": "n", "number": 2})).await
}

#[tokio::test]
async fn a_sum_counts_from_nothing_and_is_kept_in_digits() {
    let host = host(&["keyvalue"]).await;
    assert_eq!(add(&host).await, json!(2));
    assert_eq!(add(&host).await, json!(4));
    assert_eq!(values(&host, &ann(), act("", "get", "n")).await, json!("4"));
    values(&host, &ann(), set("", "n", "ten")).await;
    assert!(add(&host).await["error"].as_str().unwrap().contains("no number"));
    values(&host, &ann(), set("", "n", "18446744073709551615")).await;
    assert!(add(&host).await["error"].as_str().unwrap().contains("largest"));
}

#[tokio::test]
async fn a_change_that_others_get_in_between_of_is_made_again_but_not_for_ever() {
    let host = host(&["keyvalue"]).await;
    host.setup.documents.contended.store(20, Ordering::Relaxed);
    assert_eq!(add(&host).await, json!(2));
    host.setup.documents.contended.store(20, Ordering::Relaxed);
    assert_eq!(add(&host).await, json!(4));
    host.setup.documents.contended.store(1_000, Ordering::Relaxed);
    assert!(add(&host).await["error"].as_str().unwrap().contains("too many"));
}

#[tokio::test]
async fn many_keys_are_listed_part_by_part() {
    let host = host(&["keyvalue"]).await;
    let keys: Vec<String> = (0..120).map(|index| format!("k{index:03}")).collect();
    let pairs = json!({"bucket": "", "action": "set_many", "key": keys.join(","), "value": "v"});
    values(&host, &ann(), pairs).await;
    let mut listed = Vec::new();
    let mut cursor = json!(null);
    loop {
        let part = values(&host, &ann(), json!({"bucket": "", "action": "keys", "number": cursor})).await;
        listed.extend(part["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()));
        cursor = part["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(listed, keys);
    let last = values(&host, &ann(), json!({"bucket": "", "action": "keys", "number": 2})).await;
    assert_eq!(last["keys"].as_array().unwrap().len(), 20, "a part can be read again");
    let beyond = values(&host, &ann(), json!({"bucket": "", "action": "keys", "number": 7})).await;
    assert_eq!(beyond, json!({"keys": [], "cursor": null}));
}

#[tokio::test]
async fn batches_do_what_their_parts_would() {
    let host = host(&["keyvalue"]).await;
    values(&host, &ann(), json!({"bucket": "", "action": "set_many", "key": "a,b", "value": "v"})).await;
    assert_eq!(values(&host, &ann(), act("", "get_many", "a,x,b")).await, json!(["v", null, "v"]));
    values(&host, &ann(), act("", "delete_many", "a,x")).await;
    assert_eq!(values(&host, &ann(), act("", "get_many", "a,b")).await, json!([null, "v"]));
    let keys = vec!["k"; 501].join(",");
    assert!(
        values(&host, &ann(), act("", "get_many", &keys)).await["error"].as_str().unwrap().contains("500")
    );
}

#[tokio::test]
async fn keys_and_values_are_bounded() {
    let host = Setup::new(&["keeps_values"])
        .grant("keeps-values", &["keyvalue"])
        .config(|config| config.limits.document_bytes = 413)
        .start()
        .await;
    let bytes = |number: u32| json!({"bucket": "", "action": "set_bytes", "key": "a", "number": number});
    assert_eq!(values(&host, &ann(), bytes(300)).await, json!(true));
    assert!(values(&host, &ann(), bytes(301)).await["error"].as_str().unwrap().contains("at most 300 bytes"));
    for key in ["", "nul\0", &"k".repeat(129)] {
        let answer = values(&host, &ann(), act("", "get", key)).await;
        assert!(answer["error"].as_str().unwrap().contains("1 to 128"), "{answer}");
    }
}
