//! Figures.

use serde_json::json;
use wheelhouse_core::{
    FailureClass,
    document::{Aggregation, Function, Group, Operator, Scalar},
};
use wheelhouse_store::Store;

use super::{body, collection, condition, insert_all, path, text};
use crate::ground::at;

crate::on_every_database!(
    functions_take_numbers_alone,
    figures_of_nothing_are_one_group_without_grouping,
    figures_of_nothing_are_no_group_with_grouping,
    groups_are_in_the_order_of_their_keys,
    whole_numbers_make_one_group_however_they_are_written,
    sum_of_integers_is_exact,
    sum_beyond_an_integer_is_a_decimal,
    sum_of_decimals_does_not_depend_on_their_order,
    extremes_of_integers_and_decimals_are_told_apart,
    conditions_narrow_an_aggregation,
    condition_that_never_holds_leaves_nothing_on_any_path,
    a_thousand_groups_are_the_most,
    too_long_keys_are_refused,
    all_but_count_need_a_field,
    other_users_documents_are_not_counted,
);

fn aggregation(function: Function, field: &str, group_by: &str) -> Aggregation {
    let optional = |text: &str| (!text.is_empty()).then(|| path(text));
    Aggregation { conditions: Vec::new(), function, field: optional(field), group_by: optional(group_by) }
}

async fn figures(store: &Store, function: Function, field: &str, group_by: &str) -> Vec<Group> {
    store.documents().aggregate(&collection("ann"), &aggregation(function, field, group_by)).await.unwrap()
}

async fn figure(store: &Store, function: Function, field: &str) -> Scalar {
    let groups = figures(store, function, field, "").await;
    assert_eq!((groups.len(), &groups[0].key), (1, &Scalar::Null));
    groups[0].value.clone()
}

fn group(key: Scalar, value: Scalar, count: u64) -> Group {
    Group { key, value, count }
}

async fn functions_take_numbers_alone(store: &Store) {
    let values = [
        json!({"a": 1}),
        json!({"a": 4.5}),
        json!({"a": "9"}),
        json!({"a": true}),
        json!({"a": null}),
        json!({}),
    ];
    insert_all(store, &values).await;
    for (function, value) in [
        (Function::Count, Scalar::Integer(2)),
        (Function::Sum, Scalar::Decimal(5.5)),
        (Function::Min, Scalar::Integer(1)),
        (Function::Max, Scalar::Decimal(4.5)),
        (Function::Avg, Scalar::Decimal(2.75)),
    ] {
        assert_eq!(figures(store, function, "a", "").await, [group(Scalar::Null, value, 6)], "{function:?}");
    }
    assert_eq!(figure(store, Function::Count, "").await, Scalar::Integer(6));
}

async fn figures_of_nothing_are_one_group_without_grouping(store: &Store) {
    for (function, value) in [
        (Function::Count, Scalar::Integer(0)),
        (Function::Sum, Scalar::Integer(0)),
        (Function::Min, Scalar::Null),
        (Function::Max, Scalar::Null),
        (Function::Avg, Scalar::Null),
    ] {
        assert_eq!(figures(store, function, "a", "").await, [group(Scalar::Null, value, 0)], "{function:?}");
    }
}

async fn figures_of_nothing_are_no_group_with_grouping(store: &Store) {
    assert_eq!(figures(store, Function::Sum, "a", "b").await, []);
}

async fn groups_are_in_the_order_of_their_keys(store: &Store) {
    let values = [
        json!({"k": "fuel", "a": 10}),
        json!({"k": "Fuel", "a": 1}),
        json!({"k": 3, "a": 1}),
        json!({"k": true, "a": 1}),
        json!({"k": ["x"], "a": 1}),
        json!({"k": "fuel", "a": 5}),
        json!({"a": 7}),
        json!({"k": "fuel"}),
    ];
    insert_all(store, &values).await;
    let expected = [
        group(Scalar::Null, Scalar::Integer(8), 2),
        group(Scalar::Boolean(true), Scalar::Integer(1), 1),
        group(Scalar::Integer(3), Scalar::Integer(1), 1),
        group(text("Fuel"), Scalar::Integer(1), 1),
        group(text("fuel"), Scalar::Integer(15), 3),
    ];
    assert_eq!(figures(store, Function::Sum, "a", "k").await, expected);
}

async fn whole_numbers_make_one_group_however_they_are_written(store: &Store) {
    insert_all(store, &[json!({"k": 1}), json!({"k": 1.0}), json!({"k": 1.5})]).await;
    let expected = [
        group(Scalar::Integer(1), Scalar::Integer(2), 2),
        group(Scalar::Decimal(1.5), Scalar::Integer(1), 1),
    ];
    assert_eq!(figures(store, Function::Count, "", "k").await, expected);
}

async fn sum_of_integers_is_exact(store: &Store) {
    let large = 9_007_199_254_740_993_i64;
    insert_all(store, &[json!({"a": large}), json!({"a": large}), json!({"a": -1}), json!({"a": 2.0})]).await;
    assert_eq!(figure(store, Function::Sum, "a").await, Scalar::Integer(2 * large + 1));
    insert_extremes(store).await;
    assert_eq!(figure(store, Function::Sum, "a").await, Scalar::Integer(2 * large));
}

async fn insert_extremes(store: &Store) {
    for (id, extreme) in [("min", i64::MIN), ("max", i64::MAX)] {
        store
            .documents()
            .insert(&collection("ann"), id, body(&json!({ "a": extreme })), at(0))
            .await
            .unwrap();
    }
}

async fn sum_beyond_an_integer_is_a_decimal(store: &Store) {
    insert_all(store, &[json!({"a": i64::MAX}), json!({"a": i64::MAX}), json!({"a": 2})]).await;
    assert_eq!(figure(store, Function::Sum, "a").await, Scalar::Decimal(18_446_744_073_709_551_616.0));
    assert_eq!(figure(store, Function::Avg, "a").await, Scalar::Decimal(18_446_744_073_709_551_616.0 / 3.0));
}

async fn sum_of_decimals_does_not_depend_on_their_order(store: &Store) {
    let values = [1e16, 1.5, -1e16, 0.1, 0.1, 0.1, 1e-3];
    let forwards: Vec<_> = values.iter().map(|value| json!({"k": 1, "a": value})).collect();
    let backwards: Vec<_> = values.iter().rev().map(|value| json!({"k": 2, "a": value})).collect();
    insert_all(store, &[forwards, backwards].concat()).await;
    let groups = figures(store, Function::Sum, "a", "k").await;
    assert_eq!(groups[0].value, groups[1].value);
    let Scalar::Decimal(sum) = groups[0].value else { panic!("{groups:?}") };
    assert!((sum - 1.801).abs() < 1e-12, "{sum}");
}

async fn extremes_of_integers_and_decimals_are_told_apart(store: &Store) {
    let values = [
        json!({"a": 9_007_199_254_740_993_i64}),
        json!({"a": 9_007_199_254_740_992.0}),
        json!({"a": -0.5}),
        json!({"a": 3.0}),
    ];
    insert_all(store, &values).await;
    assert_eq!(figure(store, Function::Max, "a").await, Scalar::Integer(9_007_199_254_740_993));
    assert_eq!(figure(store, Function::Min, "a").await, Scalar::Decimal(-0.5));
}

async fn conditions_narrow_an_aggregation(store: &Store) {
    insert_all(
        store,
        &[json!({"k": "fuel", "a": 1}), json!({"k": "fuel", "a": 2}), json!({"k": "food", "a": 4})],
    )
    .await;
    let fuel = Aggregation {
        conditions: vec![
            condition("k", Operator::Equal, text("fuel")),
            condition("a", Operator::Greater, Scalar::Integer(1)),
        ],
        ..aggregation(Function::Sum, "a", "")
    };
    let groups = store.documents().aggregate(&collection("ann"), &fuel).await.unwrap();
    assert_eq!(groups, [group(Scalar::Null, Scalar::Integer(2), 1)]);
}

async fn condition_that_never_holds_leaves_nothing_on_any_path(store: &Store) {
    use Operator::*;
    insert_all(store, &[json!({"a": 1})]).await;
    // Paths of different lengths, which meet on one connection with its prepared statements.
    for field in ["a", "a.b", "a.b.c"] {
        for (operator, value) in
            [(Less, Scalar::Null), (Contains, Scalar::Integer(1)), (Contains, Scalar::Null)]
        {
            let never = Aggregation {
                conditions: vec![condition(field, operator, value)],
                ..aggregation(Function::Count, "", "")
            };
            let groups = store.documents().aggregate(&collection("ann"), &never).await.unwrap();
            assert_eq!(groups, [group(Scalar::Null, Scalar::Integer(0), 0)]);
        }
    }
}

async fn a_thousand_groups_are_the_most(store: &Store) {
    insert_all(store, &(0..1_000).map(|n| json!({"k": n, "a": 0.5})).collect::<Vec<_>>()).await;
    assert_eq!(figures(store, Function::Sum, "a", "k").await.len(), 1_000);
    store.documents().insert(&collection("ann"), "more", body(&json!({})), at(0)).await.unwrap();
    for function in [Function::Sum, Function::Count] {
        let failure = store
            .documents()
            .aggregate(&collection("ann"), &aggregation(function, "a", "k"))
            .await
            .unwrap_err();
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "group_by"));
    }
}

async fn too_long_keys_are_refused(store: &Store) {
    let values: Vec<_> = (0..6).map(|n| json!({"k": format!("{n}{}", "x".repeat(200 * 1024))})).collect();
    insert_all(store, &values).await;
    let failure = store
        .documents()
        .aggregate(&collection("ann"), &aggregation(Function::Count, "", "k"))
        .await
        .unwrap_err();
    assert_eq!(failure.class, FailureClass::TooLarge);
}

async fn all_but_count_need_a_field(store: &Store) {
    for function in [Function::Sum, Function::Min, Function::Max, Function::Avg] {
        let failure = store
            .documents()
            .aggregate(&collection("ann"), &aggregation(function, "", ""))
            .await
            .unwrap_err();
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "field"));
    }
}

async fn other_users_documents_are_not_counted(store: &Store) {
    insert_all(store, &[json!({"a": 1})]).await;
    store.documents().insert(&collection("bob"), "x", body(&json!({"a": 100})), at(0)).await.unwrap();
    store.documents().insert(&collection(""), "x", body(&json!({"a": 1000})), at(0)).await.unwrap();
    assert_eq!(figure(store, Function::Sum, "a").await, Scalar::Integer(1));
}
