//! Random documents and queries from a seed: the database answers as the model does.

use serde_json::{Map, Value, json};
use wheelhouse_core::document::{Aggregation, Condition, Function, Operator, Order, Query, Scalar};
use wheelhouse_store::Store;

use super::{all, by, collection, condition, model::Model, path};
use crate::ground::at;

crate::on_every_database!(random_lists_are_those_of_the_model, random_figures_are_those_of_the_model);

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

const FIELDS: [&str; 5] = ["a", "b", "place", "place.city", "place.0"];

/// Values that meet in a query: few enough that they often are the same, odd enough to show where databases differ.
fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!([1]),
        json!({"city": 1}),
        json!(false),
        json!(true),
        json!(0),
        json!(1),
        json!(1.0),
        json!(-1),
        json!(0.1),
        json!(0.1 + 0.2),
        json!(-0.0),
        json!(1.5),
        json!(-2.5),
        json!(1e300),
        json!(-1e300),
        json!(5e-324),
        json!(9_007_199_254_740_992_i64),
        json!(9_007_199_254_740_993_i64),
        json!(9_007_199_254_740_994.0),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_223_372_036_854_775_808.0),
        json!(""),
        json!("0"),
        json!("1"),
        json!("a"),
        json!("A"),
        json!("ab"),
        json!("%"),
        json!("é"),
        json!("É"),
        json!("\0"),
        json!("\u{1}\u{2}"),
        json!("\u{ffff}"),
        json!("🚐"),
        json!("null"),
        json!("true"),
    ]
}

fn random_body(random: &mut Random) -> Map<String, Value> {
    let values = values();
    let mut body = Map::new();
    for name in ["a", "b", "place"] {
        match random.below(4) {
            0 => {}
            1 if name == "place" => {
                let inner = [("city", random.pick(&values)), ("0", random.pick(&values))];
                body.insert(
                    name.to_owned(),
                    inner.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
                );
            }
            _ => {
                body.insert(name.to_owned(), random.pick(&values));
            }
        }
    }
    body
}

/// Fills the store and the model with the same documents, some replaced and some deleted.
pub(crate) async fn fill(store: &Store, random: &mut Random, count: usize) -> Model {
    let (documents, ann) = (store.documents(), collection("ann"));
    let mut model = Model::default();
    for index in 0..count {
        let id = format!("{:03}", (index * 7_919) % 1_000);
        let now = at(random.below(20) as i64);
        let inserted = documents.insert(&ann, &id, random_body(random), now).await.unwrap();
        model.documents.push(inserted);
        // What must not be seen.
        documents.insert(&collection("bob"), &id, random_body(random), now).await.unwrap();
        match random.below(10) {
            0 => {
                let replaced = random.below(model.documents.len());
                let old = &mut model.documents[replaced];
                let now = at(random.below(40) as i64);
                *old =
                    documents.replace(&ann, &old.id, old.revision, random_body(random), now).await.unwrap();
            }
            1 => {
                let deleted = model.documents.swap_remove(random.below(model.documents.len()));
                assert!(documents.delete(&ann, &deleted.id).await.unwrap());
            }
            _ => {}
        }
    }
    model
}

fn random_scalar(random: &mut Random) -> Scalar {
    loop {
        return match random.pick(&values()) {
            Value::Null => Scalar::Null,
            Value::Bool(boolean) => Scalar::Boolean(boolean),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Scalar::Integer(integer),
                None => Scalar::Decimal(number.as_f64().unwrap()),
            },
            Value::String(text) => Scalar::Text(text),
            Value::Array(_) | Value::Object(_) => continue,
        };
    }
}

fn random_conditions(random: &mut Random) -> Vec<Condition> {
    use Operator::*;
    let operators = [Equal, NotEqual, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Contains];
    (0..random.below(3))
        .map(|_| condition(random.pick(&FIELDS), random.pick(&operators), random_scalar(random)))
        .collect()
}

fn random_order(random: &mut Random) -> Vec<Order> {
    let keys =
        ["a", "-a", "b", "-b", "place.city", "-place.city", "place", "$created", "-$created", "-$updated"];
    (0..random.below(5)).map(|_| by(random.pick(&keys))).collect()
}

pub(crate) fn random_query(random: &mut Random) -> Query {
    Query {
        conditions: random_conditions(random),
        order: random_order(random),
        ..all(1 + random.below(40) as u32)
    }
}

pub(crate) fn random_aggregation(random: &mut Random) -> Aggregation {
    use Function::*;
    let function = random.pick(&[Count, Sum, Min, Max, Avg]);
    let field = (function != Count || random.below(2) == 0).then(|| path(random.pick(&FIELDS)));
    let group_by = (random.below(2) == 0).then(|| path(random.pick(&FIELDS)));
    Aggregation { conditions: random_conditions(random), function, field, group_by }
}

/// Ids of all pages of a list.
pub(crate) async fn list_all(store: &Store, query: &Query) -> Vec<String> {
    let mut query = query.clone();
    let mut listed = Vec::new();
    loop {
        let page = store.documents().list(&collection("ann"), &query).await.unwrap();
        assert!(page.documents.len() <= query.limit as usize);
        listed.extend(page.documents.into_iter().map(|document| document.id));
        query.cursor = page.next;
        if query.cursor.is_none() {
            return listed;
        }
    }
}

pub(crate) async fn random_lists_are_those_of_the_model(store: &Store) {
    let mut random = Random(1);
    let model = fill(store, &mut random, 150).await;
    let mut found = 0;
    for number in 0..300 {
        let query = random_query(&mut random);
        let listed = list_all(store, &query).await;
        assert_eq!(listed, model.list(&query), "query {number}: {query:?}");
        found += listed.len();
    }
    assert!(found > 1_000, "the queries find something: {found}");
}

pub(crate) async fn random_figures_are_those_of_the_model(store: &Store) {
    let mut random = Random(2);
    let model = fill(store, &mut random, 150).await;
    for number in 0..300 {
        let aggregation = random_aggregation(&mut random);
        let groups = store.documents().aggregate(&collection("ann"), &aggregation).await.unwrap();
        let expected = model.aggregate(&aggregation);
        assert_eq!(groups.len(), expected.len(), "aggregation {number}: {aggregation:?}");
        for (group, (expected, magnitude)) in groups.iter().zip(&expected) {
            assert!(
                group.key == expected.key
                    && group.count == expected.count
                    && is_close(&group.value, &expected.value, *magnitude),
                "aggregation {number}: {aggregation:?}: {group:?} is not {expected:?}"
            );
        }
    }
}

/// The model adds decimals up without care for rounding; everything else must be the same.
fn is_close(a: &Scalar, b: &Scalar, magnitude: f64) -> bool {
    match (a, b) {
        (Scalar::Decimal(a), Scalar::Decimal(b)) => (a - b).abs() <= magnitude * 1e-12,
        _ => a == b,
    }
}
