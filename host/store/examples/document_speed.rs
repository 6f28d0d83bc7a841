//! How long calls of the document store take: `cargo run --release -p wheelhouse-store --example document_speed`.
//! On SQLite in a temporary folder, or on the server that `DATABASE_URL` names.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::{
    env,
    future::Future,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wheelhouse_core::{
    Secret, UserId,
    document::{
        Aggregation, Collection, Condition, DocumentStore, FieldPath, Function, Operator, Order, Query,
        Scalar, SortKey,
    },
};
use wheelhouse_store::{Store, StoreConfig};

const DOCUMENTS: usize = 5_000;

#[tokio::main]
async fn main() {
    let folder = tempfile::TempDir::new().unwrap();
    let database_url = env::var("DATABASE_URL").ok().map(Secret::new);
    let store =
        Store::open(&StoreConfig { database_url, ..StoreConfig::default() }, folder.path()).await.unwrap();
    println!(
        "{}, {DOCUMENTS} documents of {} bytes",
        store.summary().database,
        json!(expense(1)).to_string().len()
    );
    let documents = store.documents();
    let mine = Collection {
        plugin: "speed".to_owned(),
        owner: Some(UserId(Timestamp::now().to_string())),
        name: "expenses".to_owned(),
    };

    let start = Instant::now();
    for number in 0..DOCUMENTS {
        documents.insert(&mine, &format!("{number:06}"), expense(number), Timestamp::now()).await.unwrap();
    }
    report("insert, one after the other", start.elapsed(), DOCUMENTS);

    let fuel = Condition {
        field: path("category"),
        operator: Operator::Equal,
        value: Scalar::Text("fuel".to_owned()),
    };
    let by_id = Query { conditions: Vec::new(), order: Vec::new(), limit: 20, cursor: None };
    let latest = Query { order: vec![Order { key: SortKey::Created, descending: true }], ..by_id.clone() };
    let dearest = Query {
        conditions: vec![fuel],
        order: vec![Order { key: SortKey::Field(path("amount")), descending: true }],
        ..by_id.clone()
    };
    let sum = Aggregation {
        conditions: Vec::new(),
        function: Function::Sum,
        field: Some(path("amount")),
        group_by: Some(path("category")),
    };
    let find = || async { drop(documents.find(&mine, "000777").await.unwrap().unwrap()) };
    measure("find", 5_000, find).await;
    measure("list 20 by id", 1_000, || list(&*documents, &mine, &by_id)).await;
    measure("list 20 latest", 1_000, || list(&*documents, &mine, &latest)).await;
    measure("list 20 dearest of a category", 100, || list(&*documents, &mine, &dearest)).await;
    measure("sum by category", 100, || async {
        assert_eq!(documents.aggregate(&mine, &sum).await.unwrap().len(), 5);
    })
    .await;

    let start = Instant::now();
    join_all((0..4).map(|_| async {
        for _ in 0..2_500 {
            find().await;
        }
    }))
    .await;
    report("find, four at once", start.elapsed(), 10_000);

    let mut number = DOCUMENTS;
    let writing = async {
        loop {
            documents
                .insert(&mine, &format!("{number:06}"), expense(number), Timestamp::now())
                .await
                .unwrap();
            number += 1;
        }
    };
    tokio::select! {
        () = writing => {}
        () = measure("find, while another writes", 5_000, find) => {}
    }
    println!("{:<32} {:>9} inserts meanwhile", "", number - DOCUMENTS);
    store.close().await;
}

async fn list(documents: &dyn DocumentStore, collection: &Collection, query: &Query) {
    assert_eq!(documents.list(collection, query).await.unwrap().documents.len(), 20);
}

async fn measure<F: Future<Output = ()>>(name: &str, times: usize, mut call: impl FnMut() -> F) {
    let start = Instant::now();
    for _ in 0..times {
        call().await;
    }
    report(name, start.elapsed(), times);
}

fn report(name: &str, elapsed: Duration, times: usize) {
    println!("{name:<32} {:>9.1} µs", elapsed.as_secs_f64() * 1e6 / times as f64);
}

fn path(text: &str) -> FieldPath {
    FieldPath::parse(text).unwrap()
}

fn expense(number: usize) -> Map<String, Value> {
    let categories = ["fuel", "food", "campground", "repair", "other"];
    let expense = json!({
        "amount": (number * 7_919) % 20_000,
        "currency": "USD",
        "category": categories[number % 5],
        "description": "diesel at the truck stop",
        "date": format!("2026-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
    });
    expense.as_object().unwrap().clone()
}
