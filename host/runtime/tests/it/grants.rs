//! What a plugin may reach.

use serde_json::json;
use wheelhouse_core::{
    Caller, FailureClass, UserId,
    document::{Collection, Function, Operator, Scalar, SortKey},
};

use crate::support::{Setup, ann, user};

fn note(shared: bool) -> serde_json::Value {
    json!({"id": "n1", "text": "secret", "amount": 5, "shared": shared})
}

#[tokio::test]
async fn an_ungranted_import_is_denied_and_names_the_grant() {
    let host = Setup::new(&["keeps"]).start().await;
    let failure = host.call(&ann(), "keep", note(false)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Denied);
    assert!(
        failure.message.contains("\"documents\"") && failure.message.contains("[plugins.keeps]"),
        "{failure}"
    );
    assert!(!host.status("keeps").info.as_ref().unwrap().asks[0].granted);
}

#[tokio::test]
async fn a_granted_plugin_keeps_documents_under_its_own_name_and_its_users() {
    let host = Setup::new(&["keeps"]).grant("keeps", &["documents"]).start().await;
    host.call(&ann(), "keep", note(false)).await.unwrap();
    let found = host.call(&ann(), "look", json!({"id": "n1", "shared": false})).await.unwrap();
    assert_eq!(found.data, Some(json!("secret")));
    let own = Collection {
        plugin: "keeps".to_owned(),
        owner: Some(UserId("ann".to_owned())),
        name: "notes".to_owned(),
    };
    assert_eq!(host.setup.documents.collections(), [own]);
    assert!(host.status("keeps").info.as_ref().unwrap().asks[0].granted);
}

#[tokio::test]
async fn nobody_reads_another_users_documents() {
    let host = Setup::new(&["keeps"]).grant("keeps", &["documents"]).start().await;
    host.call(&ann(), "keep", note(false)).await.unwrap();
    let found = host.call(&user("bob"), "look", json!({"id": "n1", "shared": false})).await.unwrap();
    assert_eq!(found.data, None);
}

#[tokio::test]
async fn shared_documents_are_the_same_for_all_users() {
    let host = Setup::new(&["keeps"]).grant("keeps", &["documents:shared"]).start().await;
    host.call(&ann(), "keep", note(true)).await.unwrap();
    let found = host.call(&user("bob"), "look", json!({"id": "n1", "shared": true})).await.unwrap();
    assert_eq!(found.data, Some(json!("secret")));
}

#[tokio::test]
async fn a_grant_for_one_scope_does_not_open_the_other() {
    let host = Setup::new(&["keeps"]).grant("keeps", &["documents:shared"]).start().await;
    let failure = host.call(&ann(), "keep", note(false)).await.unwrap_err();
    assert!(failure.class == FailureClass::Denied && failure.message.contains("scope `user`"), "{failure}");
    assert!(!host.status("keeps").info.as_ref().unwrap().asks[0].granted);
}

#[tokio::test]
async fn a_call_for_nobody_has_no_documents_of_a_user() {
    let host = Setup::new(&["keeps"]).grant("keeps", &["documents"]).start().await;
    let mut ctx = ann();
    ctx.caller = Caller::Anonymous;
    assert_eq!(host.call(&ctx, "keep", note(false)).await.unwrap_err().class, FailureClass::Denied);
}

#[tokio::test]
async fn a_grant_that_was_not_asked_for_gives_nothing() {
    let host = Setup::new(&["keeps_unasked"]).grant("keeps-unasked", &["documents"]).start().await;
    let failure = host.call(&ann(), "sneak", json!({})).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Denied);
    assert!(failure.message.contains("ask for it"), "{failure}");
    assert!(host.setup.documents.collections().is_empty());
}

#[tokio::test]
async fn a_document_larger_than_allowed_is_refused() {
    let host = Setup::new(&["keeps"])
        .grant("keeps", &["documents"])
        .config(|config| config.limits.document_bytes = 20)
        .start()
        .await;
    let failure = host.call(&ann(), "keep", note(false)).await.unwrap_err();
    assert!(failure.class == FailureClass::Invalid && failure.message.contains("20 bytes"), "{failure}");
}

#[tokio::test]
async fn a_conflict_comes_back_as_one() {
    let host = Setup::new(&["keeps"]).grant("keeps", &["documents"]).start().await;
    host.call(&ann(), "keep", note(false)).await.unwrap();
    assert_eq!(host.call(&ann(), "keep", note(false)).await.unwrap_err().class, FailureClass::Conflict);
}

#[tokio::test]
async fn queries_reach_the_store_as_they_were_asked() {
    let host = Setup::new(&["keeps"]).grant("keeps", &["documents"]).start().await;
    host.call(&ann(), "keep", note(false)).await.unwrap();
    let outcome = host.call(&ann(), "sum_up", json!({})).await.unwrap();
    assert_eq!(outcome.data, Some(json!({"texts": ["secret"], "groups": 1})));

    let queries = host.setup.documents.queries.lock().unwrap();
    let (collection, query) = &queries[0];
    assert_eq!(collection.owner, Some(UserId("ann".to_owned())));
    assert_eq!(query.conditions[0].field.names(), ["amount"]);
    assert_eq!(query.conditions[0].operator, Operator::GreaterOrEqual);
    assert_eq!(query.conditions[0].value, Scalar::Integer(1));
    assert!(matches!(&query.order[0].key, SortKey::Field(field) if field.names() == ["amount"]));
    assert_eq!(query.limit, 10);
    let aggregations = host.setup.documents.aggregations.lock().unwrap();
    assert_eq!(aggregations[0].1.function, Function::Sum);
}

#[tokio::test]
async fn a_route_is_public_once_it_is_described_and_granted_as_such() {
    for (grants, is_public) in [
        (&[][..], false),
        (&["public"][..], true),
        (&["public:/raw/{name}"][..], true),
        (&["public:/echo"][..], false),
    ] {
        let host = Setup::new(&["echo"]).grant("echo", grants).start().await;
        let routes = host.catalog.routes().iter().map(|route| route.route.definition().clone());
        let public: Vec<String> = routes.filter(|route| route.public).map(|route| route.path).collect();
        let expected: &[&str] = if is_public { &["/raw/{name}"] } else { &[] };
        assert_eq!(public, expected, "{grants:?}");
        let problems = &host.status("echo").problems;
        assert_eq!(problems.is_empty(), is_public, "{problems:?}");
        assert!(
            problems
                .iter()
                .all(|problem| problem.contains("grants = [\"public:/raw/{name}\"] in [plugins.echo]"))
        );
    }
}
