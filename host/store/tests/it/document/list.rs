//! Conditions, orders, pages.

use serde_json::{Value, json};
use wheelhouse_core::{
    FailureClass,
    document::{Operator, Query, Scalar},
};
use wheelhouse_store::Store;

use super::{all, body, by, collection, condition, ids, insert_all, text};
use crate::ground::at;

crate::on_every_database!(
    condition_holds_for_values_of_its_own_type_alone,
    whole_numbers_are_the_same_however_they_are_written,
    large_integers_are_told_apart,
    null_is_null_or_missing,
    order_of_types_is_that_of_the_contract,
    texts_are_in_the_order_of_code_points,
    contains_regards_case_of_ascii_letters_not_of_others,
    wildcards_and_quotes_are_plain_characters,
    paths_reach_into_objects_but_not_into_arrays,
    ties_are_in_the_order_of_ids,
    order_by_times_follows_inserts_and_replacements,
    a_thousand_documents_come_in_pages,
    cursor_holds_across_inserts_and_deletes,
    cursor_of_another_query_is_invalid,
    page_with_large_documents_ends_early,
    bounds_of_a_query_are_kept,
    values_are_never_read_as_sql,
);

/// Ids of the documents for which the condition holds.
async fn matching(store: &Store, field: &str, operator: Operator, value: Scalar) -> Vec<String> {
    let query = Query { conditions: vec![condition(field, operator, value)], ..all(500) };
    let page = store.documents().list(&collection("ann"), &query).await.unwrap();
    page.documents.into_iter().map(|document| document.id).collect()
}

async fn sorted(store: &Store, order: &[&str]) -> Vec<String> {
    let query = Query { order: order.iter().map(|key| by(key)).collect(), ..all(500) };
    let page = store.documents().list(&collection("ann"), &query).await.unwrap();
    page.documents.into_iter().map(|document| document.id).collect()
}

async fn condition_holds_for_values_of_its_own_type_alone(store: &Store) {
    use Operator::*;
    insert_all(
        store,
        &[
            json!({"a": 5}),
            json!({"a": "5"}),
            json!({"a": true}),
            json!({"a": null}),
            json!({}),
            json!({"a": [5]}),
        ],
    )
    .await;
    assert_eq!(matching(store, "a", Equal, Scalar::Integer(5)).await, ["0"]);
    assert_eq!(matching(store, "a", Equal, text("5")).await, ["1"]);
    assert_eq!(matching(store, "a", NotEqual, Scalar::Integer(5)).await, ["1", "2", "3", "4", "5"]);
    assert_eq!(matching(store, "a", GreaterOrEqual, Scalar::Integer(-1)).await, ["0"]);
    assert_eq!(matching(store, "a", Less, Scalar::Decimal(f64::INFINITY)).await, ["0"]);
    assert_eq!(matching(store, "a", GreaterOrEqual, text("")).await, ["1"]);
    assert_eq!(matching(store, "a", LessOrEqual, text("~")).await, ["1"]);
    assert_eq!(matching(store, "a", Greater, Scalar::Boolean(false)).await, ["2"]);
    assert_eq!(matching(store, "a", Less, Scalar::Boolean(true)).await, Vec::<String>::new());
    assert_eq!(matching(store, "a", Contains, text("5")).await, ["1"]);
    assert_eq!(matching(store, "a", Contains, Scalar::Integer(5)).await, Vec::<String>::new());
}

async fn whole_numbers_are_the_same_however_they_are_written(store: &Store) {
    use Operator::*;
    insert_all(store, &[json!({"a": 1}), json!({"a": 1.0}), json!({"a": 1.5}), json!({"a": -0.0})]).await;
    for one in [Scalar::Integer(1), Scalar::Decimal(1.0)] {
        assert_eq!(matching(store, "a", Equal, one.clone()).await, ["0", "1"]);
        assert_eq!(matching(store, "a", Greater, one.clone()).await, ["2"]);
        assert_eq!(matching(store, "a", Less, one).await, ["3"]);
    }
    assert_eq!(matching(store, "a", Equal, Scalar::Integer(0)).await, ["3"]);
    assert_eq!(sorted(store, &["a"]).await, ["3", "0", "1", "2"]);
}

async fn large_integers_are_told_apart(store: &Store) {
    use Operator::*;
    // 2^53 and its neighbours, of which doubles know only the even ones.
    insert_all(
        store,
        &[
            json!({"a": 9_007_199_254_740_993_i64}),
            json!({"a": 9_007_199_254_740_992_i64}),
            json!({"a": 9_007_199_254_740_994.0}),
            json!({"a": i64::MAX}),
            json!({"a": u64::MAX}),
            json!({"a": i64::MAX - 1}),
        ],
    )
    .await;
    assert_eq!(matching(store, "a", Equal, Scalar::Integer(9_007_199_254_740_993)).await, ["0"]);
    assert_eq!(matching(store, "a", Less, Scalar::Decimal(9_007_199_254_740_994.0)).await, ["0", "1"]);
    assert_eq!(matching(store, "a", Equal, Scalar::Integer(9_007_199_254_740_994)).await, ["2"]);
    assert_eq!(matching(store, "a", Greater, Scalar::Integer(i64::MAX)).await, ["4"]);
    assert_eq!(sorted(store, &["a"]).await, ["1", "0", "2", "5", "3", "4"]);
}

async fn null_is_null_or_missing(store: &Store) {
    use Operator::*;
    insert_all(store, &[json!({"a": null}), json!({}), json!({"a": []}), json!({"a": {}}), json!({"a": 0})])
        .await;
    assert_eq!(matching(store, "a", Equal, Scalar::Null).await, ["0", "1"]);
    assert_eq!(matching(store, "a", NotEqual, Scalar::Null).await, ["2", "3", "4"]);
    assert_eq!(matching(store, "a", LessOrEqual, Scalar::Null).await, ["0", "1"]);
    assert_eq!(matching(store, "a", Less, Scalar::Null).await, Vec::<String>::new());
    assert_eq!(matching(store, "a", Contains, Scalar::Null).await, Vec::<String>::new());
}

async fn order_of_types_is_that_of_the_contract(store: &Store) {
    let values = [
        json!({"a": "b"}),
        json!({"a": 2}),
        json!({"a": true}),
        json!({"a": {"b": 1}}),
        json!({"a": null}),
        json!({"a": -1.5}),
        json!({"a": false}),
        json!({}),
        json!({"a": ""}),
        json!({"a": [1]}),
    ];
    insert_all(store, &values).await;
    assert_eq!(sorted(store, &["a"]).await, ["3", "4", "7", "9", "6", "2", "5", "1", "8", "0"]);
    // Ties stay in the order of ids.
    assert_eq!(sorted(store, &["-a"]).await, ["0", "8", "1", "5", "2", "6", "3", "4", "7", "9"]);
}

async fn texts_are_in_the_order_of_code_points(store: &Store) {
    let texts = ["😀", "\u{ffff}", "é", "e\u{301}", "z", "a", "B", "A", " ", "\t", "\u{1}", "\0"];
    let bodies: Vec<Value> = texts.iter().map(|text| json!({ "a": text })).collect();
    insert_all(store, &bodies).await;
    let mut expected: Vec<_> = (0..texts.len()).collect();
    expected.sort_by_key(|index| texts[*index]);
    assert_eq!(sorted(store, &["a"]).await, expected.iter().map(usize::to_string).collect::<Vec<_>>());
}

async fn contains_regards_case_of_ascii_letters_not_of_others(store: &Store) {
    use Operator::Contains;
    insert_all(
        store,
        &[json!({"a": "Diesel at ÉLAN"}), json!({"a": "diesel at élan"}), json!({"a": "x\0Y"})],
    )
    .await;
    assert_eq!(matching(store, "a", Contains, text("DIESEL")).await, ["0", "1"]);
    assert_eq!(matching(store, "a", Contains, text("ÉLan")).await, ["0"]);
    assert_eq!(matching(store, "a", Contains, text("éLan")).await, ["1"]);
    assert_eq!(matching(store, "a", Contains, text("X\0y")).await, ["2"]);
    assert_eq!(matching(store, "a", Contains, text("\0\0")).await, Vec::<String>::new());
    assert_eq!(matching(store, "a", Contains, text("")).await, ["0", "1", "2"]);
    // The digit that texts are kept with is no part of them.
    assert_eq!(matching(store, "a", Contains, text("3")).await, Vec::<String>::new());
}

async fn wildcards_and_quotes_are_plain_characters(store: &Store) {
    use Operator::Contains;
    insert_all(
        store,
        &[json!({"a": "100%"}), json!({"a": "a_b"}), json!({"a": "c\\d"}), json!({"a": "it's \"x\""})],
    )
    .await;
    for (part, id) in [("%", "0"), ("_", "1"), ("\\", "2"), ("'", "3"), ("\"", "3")] {
        assert_eq!(matching(store, "a", Contains, text(part)).await, [id], "{part}");
    }
}

async fn paths_reach_into_objects_but_not_into_arrays(store: &Store) {
    use Operator::*;
    insert_all(
        store,
        &[
            json!({"place": {"city": "Ely"}}),
            json!({"place": {"city": {"name": "Ely"}}}),
            json!({"place": [{"city": "Ely"}]}),
            json!({"place.city": "Ely"}),
            json!({"place": ["Ely"]}),
            json!({"place": {"0": "Ely"}}),
            json!({"place.": {"city": "Ely"}}),
        ],
    )
    .await;
    assert_eq!(matching(store, "place.city", Equal, text("Ely")).await, ["0"]);
    assert_eq!(matching(store, "place.city.name", Equal, text("Ely")).await, ["1"]);
    assert_eq!(matching(store, "place.0", Equal, text("Ely")).await, ["5"]);
    assert_eq!(matching(store, "place", Equal, Scalar::Null).await, ["3", "6"]);
    insert_deepest(store).await;
    assert_eq!(matching(store, "a.b.c.d.e.f.g.h", Equal, Scalar::Integer(8)).await, ["deep"]);
    assert_eq!(matching(store, "a-b_C.9", Equal, Scalar::Integer(9)).await, ["deep"]);
}

async fn insert_deepest(store: &Store) {
    let deep = json!({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 8}}}}}}}, "a-b_C": {"9": 9}});
    store.documents().insert(&collection("ann"), "deep", body(&deep), at(0)).await.unwrap();
}

async fn ties_are_in_the_order_of_ids(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    for id in ["b", "é", "B", "a", "10", "9"] {
        documents.insert(&ann, id, body(&json!({"same": 1})), at(0)).await.unwrap();
    }
    for order in [&[][..], &["same"], &["-same"], &["-$created", "same"]] {
        assert_eq!(sorted(store, order).await, ["10", "9", "B", "a", "b", "é"], "{order:?}");
    }
}

async fn order_by_times_follows_inserts_and_replacements(store: &Store) {
    insert_all(store, &[json!({}), json!({}), json!({})]).await;
    store.documents().replace(&collection("ann"), "1", 1, body(&json!({})), at(100)).await.unwrap();
    assert_eq!(sorted(store, &["-$created"]).await, ["2", "1", "0"]);
    assert_eq!(sorted(store, &["$updated"]).await, ["0", "2", "1"]);
}

async fn a_thousand_documents_come_in_pages(store: &Store) {
    let bodies: Vec<Value> = (0..1_000).map(|n| json!({"n": n % 7, "even": n % 2 == 0})).collect();
    insert_all(store, &bodies).await;
    let mut expected: Vec<usize> = (0..1_000).filter(|n| n % 2 == 0).collect();
    expected.sort_by_key(|n| (std::cmp::Reverse(n % 7), *n));
    let mut query = Query {
        conditions: vec![condition("even", Operator::Equal, Scalar::Boolean(true))],
        order: vec![by("-n"), by("$created")],
        ..all(64)
    };
    let mut listed = Vec::new();
    loop {
        let page = store.documents().list(&collection("ann"), &query).await.unwrap();
        listed.extend(page.documents.iter().map(|document| document.id.parse::<usize>().unwrap()));
        let Some(next) = page.next else { break };
        assert_eq!(page.documents.len(), 64);
        query.cursor = Some(next);
    }
    assert_eq!(listed, expected);
}

async fn cursor_holds_across_inserts_and_deletes(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    for n in [10, 20, 30, 40] {
        documents.insert(&ann, &format!("{n}"), body(&json!({ "n": n })), at(0)).await.unwrap();
    }
    let mut query = Query { order: vec![by("n")], ..all(2) };
    let first = documents.list(&ann, &query).await.unwrap();
    assert_eq!(ids(&first), ["10", "20"]);
    // One before the cursor, one after it, and the document that the cursor stands on is gone.
    for n in [5, 25] {
        documents.insert(&ann, &format!("{n}"), body(&json!({ "n": n })), at(0)).await.unwrap();
    }
    documents.delete(&ann, "20").await.unwrap();
    query.cursor = first.next;
    let second = documents.list(&ann, &query).await.unwrap();
    assert_eq!(ids(&second), ["25", "30"]);
    query.cursor = second.next;
    // The size of a page may change.
    query.limit = 10;
    let third = documents.list(&ann, &query).await.unwrap();
    assert_eq!((ids(&third), &third.next), (vec!["40"], &None));
}

async fn cursor_of_another_query_is_invalid(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    insert_all(store, &[json!({"n": 1}), json!({"n": 2})]).await;
    let query = Query { order: vec![by("n")], ..all(1) };
    let cursor = documents.list(&ann, &query).await.unwrap().next;
    assert!(cursor.is_some());
    let others = [
        (ann.clone(), Query { order: vec![by("-n")], cursor: cursor.clone(), ..all(1) }),
        (ann.clone(), Query { cursor: cursor.clone(), ..all(1) }),
        (
            ann.clone(),
            Query {
                conditions: vec![condition("n", Operator::Greater, Scalar::Integer(0))],
                cursor: cursor.clone(),
                ..query.clone()
            },
        ),
        (collection("bob"), Query { cursor, ..query.clone() }),
        (ann, Query { cursor: Some("no cursor".to_owned()), ..query }),
    ];
    for (collection, query) in others {
        let failure = documents.list(&collection, &query).await.unwrap_err();
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "cursor"));
    }
}

async fn page_with_large_documents_ends_early(store: &Store) {
    let (documents, ann) = (store.documents(), collection("ann"));
    let large = body(&json!({"text": "x".repeat(250 * 1024)}));
    for id in 0..20 {
        documents.insert(&ann, &format!("{id:02}"), large.clone(), at(0)).await.unwrap();
    }
    let first = documents.list(&ann, &all(500)).await.unwrap();
    assert!((16..20).contains(&first.documents.len()), "{}", first.documents.len());
    let second = documents.list(&ann, &Query { cursor: first.next.clone(), ..all(500) }).await.unwrap();
    assert_eq!((first.documents.len() + second.documents.len(), second.next), (20, None));
}

async fn bounds_of_a_query_are_kept(store: &Store) {
    let one = condition("a", Operator::Equal, Scalar::Null);
    let accepted = Query { conditions: vec![one.clone(); 16], order: vec![by("a"); 4], ..all(500) };
    store.documents().list(&collection("ann"), &accepted).await.unwrap();
    let refused = [
        ("limit", all(0)),
        ("limit", all(501)),
        ("order", Query { order: vec![by("a"); 5], ..all(1) }),
        ("conditions", Query { conditions: vec![one; 17], ..all(1) }),
        (
            "value",
            Query { conditions: vec![condition("a", Operator::Less, Scalar::Decimal(f64::NAN))], ..all(1) },
        ),
    ];
    for (field, query) in refused {
        let failure = store.documents().list(&collection("ann"), &query).await.unwrap_err();
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, field));
    }
}

async fn values_are_never_read_as_sql(store: &Store) {
    use Operator::*;
    let injection = "'; DROP TABLE documents; --";
    insert_all(store, &[json!({"a": injection}), json!({"a": 1})]).await;
    assert_eq!(matching(store, "a", Equal, text(injection)).await, ["0"]);
    assert_eq!(matching(store, "a", Contains, text("' OR 1=1 --")).await, Vec::<String>::new());
    assert_eq!(matching(store, "a", NotEqual, text("$1")).await, ["0", "1"]);
}
