//! Inserting, finding, replacing, deleting.

use futures_util::future::join_all;
use serde_json::{Value, json};
use wheelhouse_core::{FailureClass, document::Collection};
use wheelhouse_store::Store;

use super::{all, body, collection, ids};
use crate::ground::at;

crate::on_every_database!(
    document_comes_back_as_it_was_stored,
    numbers_come_back_to_the_bit,
    id_is_taken_once_per_collection,
    id_and_collection_have_bounds,
    replacing_needs_the_present_revision,
    of_several_replacements_at_once_one_wins,
    replacing_nothing_fails,
    deleted_document_is_gone,
    other_owners_plugins_and_collections_are_invisible,
    user_without_an_id_reaches_nothing,
    too_large_a_body_is_refused,
    largest_body_is_kept,
    deepest_body_is_kept,
);

async fn document_comes_back_as_it_was_stored(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    let kept = json!({
        "text": "día 🚐 \0\u{1} \"\\ %_",
        "nested": {"list": [1, null, {"a": []}], "": 1, "a.b": 2, "a b": 3, "$": 4},
        "none": null,
        "yes": true,
    });
    // Finer than is kept.
    let now = at(5) + jiff::SignedDuration::from_micros(7);
    let inserted = documents.insert(&ann, "x", body(&kept), now).await.unwrap();
    assert_eq!((inserted.id.as_str(), inserted.revision, &inserted.body), ("x", 1, &body(&kept)));
    assert_eq!((inserted.created, inserted.updated), (at(5), at(5)));
    assert_eq!(documents.find(&ann, "x").await.unwrap(), Some(inserted));
    assert_eq!(documents.find(&ann, "y").await.unwrap(), None);
}

async fn numbers_come_back_to_the_bit(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    let numbers = json!({"n": [
        1, 1.0, -0.0, 0.1, 0.30000000000000004, 1e16, 1e300, 5e-324, 1.7976931348623157e308, 9007199254740993_i64,
        i64::MIN, u64::MAX, 123456789.12345679, 2.2250738585072014e-308
    ]});
    documents.insert(&ann, "x", body(&numbers), at(0)).await.unwrap();
    let kept = documents.find(&ann, "x").await.unwrap().unwrap();
    assert_eq!(Value::Object(kept.body).to_string(), numbers.to_string());
}

async fn id_is_taken_once_per_collection(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    documents.insert(&ann, "x", body(&json!({"a": 1})), at(0)).await.unwrap();
    let failure = documents.insert(&ann, "x", body(&json!({"a": 2})), at(1)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Conflict);
    assert_eq!(documents.find(&ann, "x").await.unwrap().unwrap().body, body(&json!({"a": 1})));
    documents.insert(&ann, "X", body(&json!({})), at(1)).await.unwrap();
}

async fn id_and_collection_have_bounds(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    for id in ["", "\0", &"x".repeat(129)] {
        let failure = documents.insert(&ann, id, body(&json!({})), at(0)).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Invalid, "{id:?}");
    }
    documents.insert(&ann, &"é".repeat(64), body(&json!({})), at(0)).await.unwrap();
    for name in ["", "Expenses", "a.b", "ä", &"x".repeat(65)] {
        let failure =
            documents.find(&Collection { name: name.to_owned(), ..ann.clone() }, "x").await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Invalid, "{name:?}");
    }
    let longest = Collection { name: "a-z_09".repeat(10), ..ann };
    documents.insert(&longest, "x", body(&json!({})), at(0)).await.unwrap();
}

async fn replacing_needs_the_present_revision(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    documents.insert(&ann, "x", body(&json!({"a": 1})), at(0)).await.unwrap();
    let second = documents.replace(&ann, "x", 1, body(&json!({"a": 2})), at(10)).await.unwrap();
    assert_eq!((second.revision, second.created, second.updated), (2, at(0), at(10)));
    assert_eq!(documents.find(&ann, "x").await.unwrap(), Some(second.clone()));
    for revision in [0, 1, 3, u64::MAX] {
        let failure =
            documents.replace(&ann, "x", revision, body(&json!({"a": 3})), at(20)).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Conflict, "{revision}");
    }
    assert_eq!(documents.find(&ann, "x").await.unwrap(), Some(second));
}

async fn of_several_replacements_at_once_one_wins(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    documents.insert(&ann, "x", body(&json!({})), at(0)).await.unwrap();
    let replaced = join_all((0..8).map(|writer| {
        let (documents, ann) = (documents.clone(), ann.clone());
        tokio::spawn(async move { documents.replace(&ann, "x", 1, body(&json!({"a": writer})), at(1)).await })
    }))
    .await;
    let won = replaced.iter().filter(|outcome| matches!(outcome, Ok(Ok(_)))).count();
    let lost = replaced
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Err(failure)) if failure.class == FailureClass::Conflict))
        .count();
    assert_eq!((won, lost), (1, 7));
}

async fn replacing_nothing_fails(store: &Store) {
    let failure =
        store.documents().replace(&collection("ann"), "x", 1, body(&json!({})), at(0)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::NotFound);
}

async fn deleted_document_is_gone(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    documents.insert(&ann, "x", body(&json!({})), at(0)).await.unwrap();
    assert!(documents.delete(&ann, "x").await.unwrap());
    assert!(!documents.delete(&ann, "x").await.unwrap());
    assert_eq!(documents.find(&ann, "x").await.unwrap(), None);
    assert_eq!(documents.insert(&ann, "x", body(&json!({})), at(0)).await.unwrap().revision, 1);
}

async fn other_owners_plugins_and_collections_are_invisible(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    documents.insert(&ann, "x", body(&json!({"secret": 1})), at(0)).await.unwrap();
    let others = [
        collection("bob"),
        collection(""),
        Collection { plugin: "wheels".to_owned(), ..ann.clone() },
        Collection { name: "budgets".to_owned(), ..ann.clone() },
    ];
    for other in &others {
        assert_eq!(documents.find(other, "x").await.unwrap(), None);
        assert!(!documents.delete(other, "x").await.unwrap());
        let failure = documents.replace(other, "x", 1, body(&json!({})), at(1)).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::NotFound);
        assert_eq!(ids(&documents.list(other, &all(10)).await.unwrap()), Vec::<&str>::new());
        // Each has its own `x`.
        documents.insert(other, "x", body(&json!({"secret": 2})), at(1)).await.unwrap();
        assert_eq!(ids(&documents.list(other, &all(10)).await.unwrap()), ["x"]);
    }
    assert_eq!(documents.find(&ann, "x").await.unwrap().unwrap().body, body(&json!({"secret": 1})));
}

async fn user_without_an_id_reaches_nothing(store: &Store) {
    let nobody = Collection { owner: Some(wheelhouse_core::UserId(String::new())), ..collection("") };
    store.documents().insert(&collection(""), "x", body(&json!({})), at(0)).await.unwrap();
    let failure = store.documents().find(&nobody, "x").await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Internal);
}

async fn too_large_a_body_is_refused(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    let large = body(&json!({"text": "x".repeat(256 * 1024)}));
    documents.insert(&ann, "x", body(&json!({"a": 1})), at(0)).await.unwrap();
    for outcome in [
        documents.insert(&ann, "y", large.clone(), at(0)).await,
        documents.replace(&ann, "x", 1, large, at(0)).await,
    ] {
        assert_eq!(outcome.unwrap_err().class, FailureClass::TooLarge);
    }
    assert_eq!(documents.find(&ann, "x").await.unwrap().unwrap().revision, 1);
}

async fn largest_body_is_kept(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    // One long text, and as many numbers as fit.
    let long = body(&json!({"a": "x".repeat(256 * 1024 - 8)}));
    let many = (0..25_000).map(|number| (format!("{number}"), json!(1))).collect();
    for (id, largest) in [("long", long), ("many", many)] {
        documents.insert(&ann, id, largest.clone(), at(0)).await.unwrap();
        assert!(documents.find(&ann, id).await.unwrap().unwrap().body == largest, "{id}");
    }
}

async fn deepest_body_is_kept(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    let mut deep = json!(1);
    for _ in 0..120 {
        deep = json!({ "a": deep });
    }
    documents.insert(&ann, "x", body(&deep), at(0)).await.unwrap();
    assert_eq!(documents.find(&ann, "x").await.unwrap().unwrap().body, body(&deep));
}
