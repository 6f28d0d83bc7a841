//! Opening: on every database, and what is said when it fails.

use futures_util::future::join_all;
use serde_json::json;
use tempfile::TempDir;
use wheelhouse_core::{FailureClass, Secret};
use wheelhouse_store::{Store, StoreConfig, StoreOpenError};

use crate::{
    document::{body, collection},
    ground::{at, runtime},
};

crate::on_every_database!(every_dependency_answers, summary_names_both, closed_store_is_unavailable,);

async fn every_dependency_answers(store: &Store) {
    let dependencies = store.dependencies();
    assert_eq!(dependencies.iter().map(|d| d.name()).collect::<Vec<_>>(), ["database", "cache"]);
    for dependency in dependencies {
        dependency.check().await.unwrap();
    }
}

async fn summary_names_both(store: &Store) {
    let summary = store.summary();
    assert!(["sqlite", "postgresql"].contains(&summary.database.kind));
    assert!(!summary.database.place.is_empty());
    assert_eq!(summary.cache.to_string(), "memory");
}

async fn closed_store_is_unavailable(store: &Store) {
    store.close().await;
    let failure = store.documents().find(&collection("ann"), "x").await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
    let failure =
        store.documents().insert(&collection("ann"), "x", body(&json!({})), at(0)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
    assert!(store.dependencies()[0].check().await.is_err());
}

/// Opens twice and says whether what the first stored is there for the second.
pub(crate) async fn reopened_store_has_what_was_stored(config: &StoreConfig, data_dir: &std::path::Path) {
    let store = Store::open(config, data_dir).await.unwrap();
    let kept =
        store.documents().insert(&collection("ann"), "x", body(&json!({"a": 1})), at(0)).await.unwrap();
    store.close().await;
    let store = Store::open(config, data_dir).await.unwrap();
    assert_eq!(store.documents().find(&collection("ann"), "x").await.unwrap(), Some(kept));
    store.close().await;
}

/// Opens four times at once, as replicas do that start together.
pub(crate) async fn opened_at_once_all_serve(config: &StoreConfig, data_dir: &std::path::Path) {
    let stores = join_all((0..4).map(|_| {
        let (config, data_dir) = (config.clone(), data_dir.to_owned());
        tokio::spawn(async move { Store::open(&config, &data_dir).await.unwrap() })
    }))
    .await;
    for (index, store) in stores.into_iter().enumerate() {
        let store = store.unwrap();
        let id = index.to_string();
        store.documents().insert(&collection("ann"), &id, body(&json!({})), at(0)).await.unwrap();
        store.close().await;
    }
}

fn error_of(config: &StoreConfig) -> StoreOpenError {
    let folder = TempDir::new().unwrap();
    runtime().block_on(Store::open(config, folder.path())).map(|_| ()).unwrap_err()
}

fn on_database(url: &str) -> StoreConfig {
    StoreConfig { database_url: Some(Secret::new(url)), connect_seconds: 1, ..StoreConfig::default() }
}

fn on_redis(url: &str) -> StoreConfig {
    StoreConfig { redis_url: Some(Secret::new(url)), connect_seconds: 1, ..StoreConfig::default() }
}

#[test]
fn wrong_urls_are_told_without_the_password() {
    for url in ["mysql://ann:hunter2@h/d", "ann:hunter2@h", "postgresql://ann:hunter2@h:port/d", "hunter2"] {
        let error = error_of(&on_database(url));
        assert!(matches!(error, StoreOpenError::DatabaseUrl { .. }), "{error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains("DATABASE_URL") || text.contains("DatabaseUrl"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    for url in ["http://:hunter2@h", ":hunter2@h", "redis://:hunter2@h:port", "redis://:hunter2@h/x"] {
        let error = error_of(&on_redis(url));
        assert!(matches!(error, StoreOpenError::RedisUrl { .. }), "{error}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn problems_are_told_all_at_once_and_without_the_password() {
    assert_eq!(StoreConfig::default().problems(), Vec::<String>::new());
    let fine = StoreConfig {
        redis_url: Some(Secret::new("rediss://:hunter2@h/1")),
        ..on_database("postgresql+asyncpg://ann:hunter2@h/d")
    };
    assert_eq!(fine.problems(), Vec::<String>::new());
    for (database, redis) in [
        ("mysql://ann:hunter2@h/d", "http://:hunter2@h"),
        ("postgresql://ann:hunter2@h:port/d", "hunter2"),
        ("", ""),
    ] {
        let config = StoreConfig {
            redis_url: Some(Secret::new(redis)),
            sqlite_readers: 0,
            connect_seconds: 1_000,
            ..on_database(database)
        };
        let problems = config.problems();
        let settings: Vec<_> = problems.iter().map(|problem| problem.split(':').next().unwrap()).collect();
        let expected =
            ["store.database_url", "store.redis_url", "store.sqlite_readers", "store.connect_seconds"];
        assert_eq!(settings, expected, "{problems:?}");
        assert!(problems[0].contains("postgresql://user:password@host"), "{problems:?}");
        assert!(!problems.concat().contains("hunter2"), "{problems:?}");
    }
}

#[test]
fn servers_that_are_not_there_are_told_without_the_password() {
    // A port that nobody listens on: it was free a moment ago, and is not given out again so soon.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = format!("127.0.0.1:{port}");
    for config in [
        on_database(&format!("postgresql+asyncpg://ann:hunter2@{place}/app")),
        on_redis(&format!("redis://:hunter2@{place}/1")),
    ] {
        let error = error_of(&config);
        let text = format!("{error} {error:?}");
        assert!(text.contains(&place) && !text.contains("hunter2"), "{text}");
        assert!(error.to_string().contains("see that it runs"), "{text}");
    }
}

#[test]
fn debug_of_the_configuration_shows_no_secret() {
    let config = StoreConfig {
        redis_url: Some(Secret::new("redis://:hunter2@h")),
        ..on_database("postgresql://ann:hunter2@h/d")
    };
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(!serde_json::to_string(&config).unwrap().contains("hunter2"));
}

#[test]
fn unknown_keys_of_the_configuration_are_refused() {
    assert!(serde_json::from_value::<StoreConfig>(json!({"redis_prefix": "x:"})).is_ok());
    let error = serde_json::from_value::<StoreConfig>(json!({"redis_perfix": "x:"})).unwrap_err();
    assert!(error.to_string().contains("redis_perfix"), "{error}");
}
