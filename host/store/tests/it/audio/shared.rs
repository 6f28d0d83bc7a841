//! Audio on Redis: what replicas find of each other's, and what happens while it is down.

use std::time::Duration;

use ::redis::{AsyncCommands, Client, aio::MultiplexedConnection};
use tempfile::TempDir;
use wheelhouse_core::Secret;
use wheelhouse_store::{Store, StoreConfig};

use super::{Ground, audio, find, find_patiently, id, keep, on_redis};
use crate::{
    cache::forget,
    ground::{REDIS, server},
    outage::{Line, healthy, redirect, server_of},
};

async fn connect() -> MultiplexedConnection {
    Client::open(server(REDIS).unwrap()).unwrap().get_multiplexed_async_connection().await.unwrap()
}

fn key(ground: &Ground, number: u8) -> String {
    format!("{}audio:{}", ground.config.redis_prefix, id(number))
}

async fn forget_all(ground: &Ground) {
    forget(&server(REDIS).unwrap(), &ground.config.redis_prefix).await;
}

#[test]
fn what_one_replica_kept_another_finds_and_keeps_nearer() {
    on_redis(true, async |ground| {
        let folder = TempDir::new().unwrap();
        let replica = Store::open(&ground.config, folder.path()).await.unwrap();
        ground.keep(1, &audio(1, 1_000)).await;
        ground.settle().await;
        assert_eq!(find_patiently(&replica, 1).await, Some(audio(1, 1_000)));

        forget_all(ground).await;
        assert_eq!(find_patiently(&replica, 1).await, Some(audio(1, 1_000)), "in memory");
        replica.close().await;
        let replica = Store::open(&ground.config, folder.path()).await.unwrap();
        assert_eq!(find_patiently(&replica, 1).await, Some(audio(1, 1_000)), "on disk");
        replica.close().await;
    });
}

#[test]
fn audio_stays_in_redis_for_a_time() {
    on_redis(false, async |ground| {
        ground.keep(1, &audio(1, 1_000)).await;
        ground.settle().await;
        let seconds: i64 = connect().await.ttl(key(ground, 1)).await.unwrap();
        assert!((86_300..=86_400).contains(&seconds), "{seconds}");
    });
}

#[test]
fn audio_beyond_the_bound_of_an_entry_does_not_go_to_redis() {
    on_redis(false, async |ground| {
        ground.config.audio_redis_entry_bytes = 1_000;
        ground.settle().await;
        ground.keep(1, &audio(1, 1_000 - 52 - 9)).await;
        ground.keep(2, &audio(2, 1_000 - 52 - 8)).await;
        ground.settle().await;
        assert!(ground.find(1).await.is_some());
        assert_eq!(ground.find(2).await, None);
    });
}

#[test]
fn nothing_goes_to_redis_where_that_is_off() {
    on_redis(false, async |ground| {
        ground.config.audio_redis_seconds = 0;
        ground.settle().await;
        ground.keep(1, &audio(1, 10)).await;
        ground.settle().await;
        let is_there: bool = connect().await.exists(key(ground, 1)).await.unwrap();
        assert!(!is_there);
    });
}

#[test]
fn what_is_damaged_in_redis_is_a_miss() {
    on_redis(false, async |ground| {
        ground.keep(1, &audio(1, 1_000)).await;
        ground.settle().await;
        let mut redis = connect().await;
        let _: usize = redis.setrange(key(ground, 1), 100, "x").await.unwrap();
        assert_eq!(ground.find(1).await, None);
        let _: () = redis.del(key(ground, 1)).await.unwrap();
        let _: () = redis.rpush(key(ground, 1), "a list").await.unwrap();
        assert_eq!(ground.find(1).await, None);
        let _: () = redis.del(key(ground, 1)).await.unwrap();
        ground.keep(1, &audio(1, 1_000)).await;
        ground.settle().await;
        assert_eq!(ground.find(1).await, Some(audio(1, 1_000)));
    });
}

#[test]
fn redis_that_is_down_is_a_miss_until_it_comes_back() {
    on_redis(false, async |ground| {
        let url = server(REDIS).unwrap();
        let mut line = Line::to(&server_of(&url, 6379)).await;
        let folder = TempDir::new().unwrap();
        let config = StoreConfig {
            redis_url: Some(Secret::new(redirect(&url, |_| line.local))),
            ..ground.config.clone()
        };
        let store = Store::open(&config, folder.path()).await.unwrap();
        ground.keep(1, &audio(1, 10)).await;
        ground.settle().await;
        assert_eq!(find_patiently(&store, 1).await, Some(audio(1, 10)));

        line.cut().await;
        for _ in 0..3 {
            assert_eq!(find(&store, 1).await, None);
        }
        keep(&store, 2, &audio(2, 10)).await;

        line.mend().await;
        healthy(&store.dependencies()[1]).await;
        assert_eq!(find_patiently(&store, 1).await, Some(audio(1, 10)));
        keep(&store, 3, &audio(3, 10)).await;
        store.close().await;
        assert_eq!(ground.find(3).await, Some(audio(3, 10)));
    });
}

#[test]
fn redis_that_is_down_does_not_hold_up_the_end() {
    on_redis(false, async |ground| {
        let url = server(REDIS).unwrap();
        let mut line = Line::to(&server_of(&url, 6379)).await;
        let folder = TempDir::new().unwrap();
        let config = StoreConfig {
            redis_url: Some(Secret::new(redirect(&url, |_| line.local))),
            ..ground.config.clone()
        };
        let store = Store::open(&config, folder.path()).await.unwrap();
        line.cut().await;
        for number in 0..100 {
            keep(&store, number, &audio(number, 10)).await;
        }
        tokio::time::timeout(Duration::from_secs(20), store.close()).await.expect("one write is waited for");
    });
}
