//! The contract of `Cache`.

use std::{sync::Arc, time::Duration};

use ::redis::{AsyncCommands, Client};
use bytes::Bytes;
use futures_util::future::join_all;
use tempfile::TempDir;
use uuid::Uuid;
use wheelhouse_core::{FailureClass, Secret, cache::Cache};
use wheelhouse_store::{Store, StoreConfig};

use crate::ground::{self, REDIS, server};

/// Makes a test on each cache of each sentence: an `async fn(&Ground)` of this name.
macro_rules! on_every_cache {
    ($($sentence:ident),+ $(,)?) => {
        mod memory {
            $(#[test] fn $sentence() { super::on_memory(super::$sentence) })+
        }
        mod redis {
            $(#[test] fn $sentence() { super::on_redis(super::$sentence) })+
        }
    };
}

on_every_cache!(
    value_comes_back_as_it_was_kept,
    later_value_takes_the_place,
    deleted_value_is_gone,
    expired_value_is_gone,
    value_is_added_where_there_is_none,
    of_several_additions_at_once_one_wins,
    expired_value_makes_room_for_an_addition,
    counter_counts_from_one,
    increments_at_once_are_all_counted,
    later_increment_does_not_prolong_a_counter,
    counter_reads_as_digits,
    no_counter_is_no_number_to_count_on,
    any_time_to_live_is_taken,
    keys_may_be_anything,
);

const MINUTE: Duration = Duration::from_secs(60);

struct Ground {
    cache: Arc<dyn Cache>,
    /// Time of the test's own, where nobody else has a clock.
    is_time_ours: bool,
}

impl Ground {
    async fn wait(&self, time: Duration) {
        if self.is_time_ours {
            tokio::time::advance(time).await;
        } else {
            // The server's clock cannot be set.
            tokio::time::sleep(time + Duration::from_millis(2)).await;
        }
    }

    async fn get(&self, key: &str) -> Option<Bytes> {
        self.cache.get(key).await.unwrap()
    }

    async fn set(&self, key: &str, value: &'static str, ttl: Duration) {
        self.cache.set(key, value.into(), ttl).await.unwrap();
    }

    async fn add(&self, key: &str, value: &'static str, ttl: Duration) -> bool {
        self.cache.add(key, value.into(), ttl).await.unwrap()
    }

    async fn increment(&self, key: &str, ttl: Duration) -> u64 {
        self.cache.increment(key, ttl).await.unwrap()
    }
}

fn on_memory(test: impl AsyncFnOnce(&Ground)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&StoreConfig::default(), folder.path()).await.unwrap();
        tokio::time::pause();
        test(&Ground { cache: store.cache(), is_time_ours: true }).await;
        tokio::time::resume();
        store.close().await;
    });
}

fn on_redis(test: impl AsyncFnOnce(&Ground)) {
    let Some(url) = server(REDIS) else { return };
    ground::runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let prefix = format!("test:{}:", Uuid::new_v4());
        let config = StoreConfig {
            redis_url: Some(Secret::new(url.clone())),
            redis_prefix: prefix.clone(),
            ..StoreConfig::default()
        };
        let store = Store::open(&config, folder.path()).await.unwrap();
        let ground = Ground { cache: store.cache(), is_time_ours: false };
        ground::finally(test(&ground), forget(&url, &prefix)).await;
        store.close().await;
    });
}

/// Deletes all keys in Redis that begin so.
pub(crate) async fn forget(url: &str, prefix: &str) {
    let client = Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = connection.keys(format!("{prefix}*")).await.unwrap();
    for key in keys {
        let _: () = connection.del(key).await.unwrap();
    }
}

async fn value_comes_back_as_it_was_kept(ground: &Ground) {
    let bytes = Bytes::from((0..=255).collect::<Vec<u8>>());
    ground.cache.set("k", bytes.clone(), MINUTE).await.unwrap();
    assert_eq!(ground.get("k").await, Some(bytes));
    assert_eq!(ground.get("other").await, None);
    ground.set("empty", "", MINUTE).await;
    assert_eq!(ground.get("empty").await, Some(Bytes::new()));
}

async fn later_value_takes_the_place(ground: &Ground) {
    ground.set("k", "1", Duration::from_millis(50)).await;
    ground.set("k", "2", MINUTE).await;
    ground.wait(Duration::from_millis(50)).await;
    assert_eq!(ground.get("k").await, Some("2".into()), "with its own time to live");
}

async fn deleted_value_is_gone(ground: &Ground) {
    ground.set("k", "1", MINUTE).await;
    ground.cache.delete("k").await.unwrap();
    ground.cache.delete("k").await.unwrap();
    assert_eq!(ground.get("k").await, None);
}

async fn expired_value_is_gone(ground: &Ground) {
    ground.set("k", "1", Duration::from_millis(50)).await;
    ground.set("other", "1", MINUTE).await;
    ground.wait(Duration::from_millis(50)).await;
    assert_eq!(ground.get("k").await, None);
    assert_eq!(ground.get("other").await, Some("1".into()));
}

async fn value_is_added_where_there_is_none(ground: &Ground) {
    assert!(ground.add("k", "1", MINUTE).await);
    assert!(!ground.add("k", "2", MINUTE).await);
    assert_eq!(ground.get("k").await, Some("1".into()));
    ground.cache.delete("k").await.unwrap();
    assert!(ground.add("k", "3", MINUTE).await);
}

async fn of_several_additions_at_once_one_wins(ground: &Ground) {
    let added = join_all((0..8).map(|_| {
        let cache = ground.cache.clone();
        tokio::spawn(async move { cache.add("k", "1".into(), MINUTE).await.unwrap() })
    }))
    .await;
    assert_eq!(added.into_iter().filter(|added| matches!(added, Ok(true))).count(), 1);
}

async fn expired_value_makes_room_for_an_addition(ground: &Ground) {
    assert!(ground.add("k", "1", Duration::from_millis(50)).await);
    ground.wait(Duration::from_millis(50)).await;
    assert!(ground.add("k", "2", MINUTE).await);
    assert_eq!(ground.get("k").await, Some("2".into()));
}

async fn counter_counts_from_one(ground: &Ground) {
    for count in 1..=3 {
        assert_eq!(ground.increment("k", MINUTE).await, count);
    }
    assert_eq!(ground.increment("other", MINUTE).await, 1);
}

async fn increments_at_once_are_all_counted(ground: &Ground) {
    let counted = join_all((0..50).map(|_| {
        let cache = ground.cache.clone();
        tokio::spawn(async move { cache.increment("k", MINUTE).await.unwrap() })
    }))
    .await;
    let mut counts: Vec<u64> = counted.into_iter().map(Result::unwrap).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=50).collect::<Vec<_>>());
}

async fn later_increment_does_not_prolong_a_counter(ground: &Ground) {
    let second = Duration::from_secs(1);
    assert_eq!(ground.increment("k", second).await, 1);
    assert_eq!(ground.increment("k", MINUTE).await, 2);
    ground.wait(second).await;
    assert_eq!(ground.increment("k", MINUTE).await, 1);
}

async fn counter_reads_as_digits(ground: &Ground) {
    ground.increment("k", MINUTE).await;
    ground.increment("k", MINUTE).await;
    assert_eq!(ground.get("k").await, Some("2".into()));
    ground.set("k", "41", MINUTE).await;
    assert_eq!(ground.increment("k", MINUTE).await, 42);
}

async fn no_counter_is_no_number_to_count_on(ground: &Ground) {
    ground.set("k", "forty", MINUTE).await;
    let failure = ground.cache.increment("k", MINUTE).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Internal);
    assert_eq!(ground.get("k").await, Some("forty".into()), "it is left as it is");
}

async fn any_time_to_live_is_taken(ground: &Ground) {
    for ttl in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
        ground.set("set", "1", ttl).await;
        ground.add("add", "1", ttl).await;
        ground.increment("increment", ttl).await;
    }
    assert_eq!(ground.get("set").await, Some("1".into()));
}

async fn keys_may_be_anything(ground: &Ground) {
    let keys = ["", " ", "a b", "a:b", "é🚐", "\r\nFLUSHALL\r\n", "*", "\0"];
    for key in keys {
        assert!(ground.add(key, "1", MINUTE).await, "{key:?}");
    }
    for key in keys {
        assert_eq!(ground.get(key).await, Some("1".into()), "{key:?}");
    }
}

#[test]
fn prefixes_keep_hosts_apart() {
    on_redis(async |ground| {
        let url = server(REDIS).unwrap();
        ground.set("k", "1", MINUTE).await;
        let mut connection = Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
        let present: bool = connection.exists("k").await.unwrap();
        assert!(!present);
    });
}
