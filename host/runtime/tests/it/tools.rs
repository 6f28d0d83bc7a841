//! Tools: what goes in, what comes out.

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;
use wheelhouse_core::{Caller, FailureClass, context::Location};

use crate::support::{Setup, ann};

#[tokio::test]
async fn a_tool_knows_who_calls_when_and_from_where() {
    let host = Setup::new(&["echo"]).start().await;
    let mut ctx = ann();
    ctx.time_zone = TimeZone::get("America/Denver").unwrap();
    ctx.locale = "de-DE".into();
    ctx.location = Some(Location { latitude: 39.7, longitude: -105.0 });
    ctx.conversation = Some(Uuid::from_u128(7));
    let data = host.call(&ctx, "echo", json!({"text": "hi", "times": 2})).await.unwrap().data.unwrap();
    assert_eq!(data["input"], json!({"text": "hi", "times": 2}));
    assert_eq!(data["user"], "ann");
    assert_eq!(data["request_id"], "request-1");
    assert_eq!(data["locale"], "de-DE");
    assert_eq!(data["time_zone"], "America/Denver");
    assert_eq!(data["local_time"], "2026-11-22T11:00:00-07:00");
    assert_eq!(data["latitude"], 39.7);
    assert_eq!(data["conversation"], Uuid::from_u128(7).to_string());
    // The call's own limit is shorter than the caller's minute.
    let left = data["time_left"].as_u64().unwrap();
    assert!((1..=30_000).contains(&left), "{left}");
}

#[tokio::test]
async fn a_call_without_a_user_has_none() {
    let host = Setup::new(&["echo"]).start().await;
    let mut ctx = ann();
    ctx.caller = Caller::Anonymous;
    let outcome = host.call(&ctx, "echo", json!({"text": "hi"})).await.unwrap();
    assert_eq!(outcome.data.unwrap()["user"], json!(null));
}

#[tokio::test]
async fn an_outcome_brings_actions_for_the_screen() {
    let host = Setup::new(&["echo"]).start().await;
    let outcome = host.call(&ann(), "echo", json!({"text": "hi"})).await.unwrap();
    assert_eq!((outcome.text.as_str(), outcome.actions[0].kind.as_str()), ("hi", "reload_echoes"));
    assert_eq!(outcome.actions[0].entity_id.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_definition_says_what_the_plugin_declared() {
    let host = Setup::new(&["echo"]).start().await;
    let definition = host.catalog.tool("echo").unwrap().tool.definition().clone();
    assert_eq!(definition.summary, "Repeats what it is told.");
    assert!(definition.annotations.read_only && !definition.annotations.destructive);
    assert_eq!(definition.sentences, ["echo {text}"]);
    assert_eq!(definition.input_schema["properties"]["text"]["type"], "string");
}

#[tokio::test]
async fn arguments_that_do_not_fit_never_reach_the_plugin() {
    let host = Setup::new(&["echo"]).start().await;
    for (arguments, field) in [
        (json!({}), "text"),
        (json!({"text": 7}), "text"),
        (json!({"text": "hi", "times": "often"}), "times"),
        (json!({"text": "hi", "volume": 11}), "volume"),
    ] {
        let failure = host.call(&ann(), "echo", arguments).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Invalid);
        assert!(failure.message.contains(field), "{failure}");
    }
}

#[tokio::test]
async fn what_the_plugin_says_is_wrong_comes_back_with_its_fields() {
    let host = Setup::new(&["echo"]).start().await;
    let failure = host.call(&ann(), "change_thing", json!({"id": 1, "size": 0.0})).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Invalid);
    assert_eq!(failure.fields[0].field, "size");
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_is_held_against_what_goes_in() {
    let host = Setup::new(&["echo", "takes_a_tree"]).start().await;
    let tree =
        |leaf: Value| json!({"name": "root", "branches": [{"name": "bough", "branches": [{"name": leaf}]}]});
    let outcome = host.call(&ann(), "tree", tree(json!("leaf"))).await.unwrap();
    assert_eq!(outcome.data.unwrap()["branches"][0]["branches"][0]["name"], "leaf");
    let failure = host.call(&ann(), "tree", tree(json!(7))).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Invalid);
    assert_eq!(failure.fields[0].field, "branches.0.branches.0.name");
    let mut deep = json!({"name": "leaf"});
    for _ in 0..55 {
        deep = json!({"name": "bough", "branches": [deep]});
    }
    assert_eq!(host.call(&ann(), "tree", deep.clone()).await.unwrap().text, "A tree.");
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_at_great_depth_can_still_be_read() {
    let host = Setup::new(&["echo", "takes_a_tree"]).start().await;
    let definition = host.catalog.tool("shaft").unwrap().tool.definition().clone();
    for schema in [definition.input_schema, definition.output_schema.unwrap()] {
        assert!(schema.to_string().contains("true"), "beyond some depth anything goes");
        assert!(serde_json::from_str::<Value>(&schema.to_string()).is_ok());
    }
    host.call(&ann(), "shaft", json!({"down": {"down": 7}})).await.unwrap();
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_pattern_takes_no_longer_than_the_text_is_long() {
    let host = Setup::new(&["echo", "has_catastrophic_patterns"]).start().await;
    for field in ["plus", "or", "mail"] {
        let failure = host.call(&ann(), "takes_words", json!({field: "a".repeat(50_000) + "!"})).await;
        let failure = failure.unwrap_err();
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, field));
        assert!(failure.message.len() < 1_000, "{failure}");
    }
    assert_eq!(host.call(&ann(), "takes_words", json!({"plus": "aaa"})).await.unwrap().text, "aaa");
    host.assert_unharmed().await;
}
