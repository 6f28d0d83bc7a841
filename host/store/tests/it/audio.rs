//! The contract of `AudioStore`, on each tier alone and on all of them.

mod disk;
mod shared;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::future::join_all;
use tempfile::TempDir;
use uuid::Uuid;
use wheelhouse_core::{
    Secret,
    audio::{AudioId, KeptAudio},
};
use wheelhouse_store::{Store, StoreConfig};

use crate::{
    cache::forget,
    ground::{self, REDIS, finally, server},
};

/// Makes a test on each tier of each sentence: an `async fn(&mut Ground)` of this name.
macro_rules! on_every_tier {
    ($($sentence:ident),+ $(,)?) => {
        mod memory_alone {
            $(#[test] fn $sentence() { super::on_memory(super::$sentence) })+
        }
        mod disk_alone {
            $(#[test] fn $sentence() { super::on_disk(super::$sentence) })+
        }
        mod redis_alone {
            $(#[test] fn $sentence() { super::on_redis(false, super::$sentence) })+
        }
        mod all {
            $(#[test] fn $sentence() { super::on_redis(true, super::$sentence) })+
        }
    };
}

on_every_tier!(
    audio_comes_back_as_it_was_kept,
    later_audio_takes_the_place,
    empty_audio_is_audio,
    what_was_not_kept_is_not_found,
    audio_that_is_kept_at_once_is_all_found,
    audio_too_large_for_every_tier_is_not_kept_and_does_no_harm,
);

/// Larger than what any tier of a ground takes.
const TOO_LARGE: usize = 5 * 1024 * 1024;

struct Ground {
    store: Store,
    config: StoreConfig,
    folder: PathBuf,
    /// Whether it outlasts a restart.
    lasts: bool,
}

impl Ground {
    async fn open(config: StoreConfig, folder: &Path, lasts: bool) -> Self {
        let store = Store::open(&config, folder).await.unwrap();
        Self { store, config, folder: folder.to_owned(), lasts }
    }

    /// Has everything written, by a restart.
    async fn settle(&mut self) {
        if self.lasts {
            self.store.close().await;
            self.store = Store::open(&self.config, &self.folder).await.unwrap();
        }
    }

    async fn keep(&self, number: u8, audio: &KeptAudio) {
        keep(&self.store, number, audio).await;
    }

    async fn find(&self, number: u8) -> Option<KeptAudio> {
        match self.config.redis_url {
            Some(_) => find_patiently(&self.store, number).await,
            None => find(&self.store, number).await,
        }
    }
}

async fn keep(store: &Store, number: u8, audio: &KeptAudio) {
    store.audio().keep(&id(number), audio.clone()).await.unwrap();
}

async fn find(store: &Store, number: u8) -> Option<KeptAudio> {
    store.audio().find(&id(number)).await.unwrap()
}

/// Asks again for what is not found: Redis has 200 ms, a busy machine may not give it as much, and then it is not asked for a while.
async fn find_patiently(store: &Store, number: u8) -> Option<KeptAudio> {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
    for _ in 0..400 {
        looks.tick().await;
        if let Some(audio) = find(store, number).await {
            return Some(audio);
        }
    }
    None
}

fn id(number: u8) -> AudioId {
    AudioId([number; 32])
}

/// Audio of so many bytes, of which each number has its own.
fn audio(number: u8, bytes: usize) -> KeptAudio {
    KeptAudio { about: format!("about {number:03}").into(), audio: vec![number; bytes].into() }
}

fn config() -> StoreConfig {
    StoreConfig {
        audio_memory_bytes: 4 * 1024 * 1024,
        audio_disk_bytes: 4 * 1024 * 1024,
        ..StoreConfig::default()
    }
}

fn on_memory(test: impl AsyncFnOnce(&mut Ground)) {
    on_folder(StoreConfig { audio_disk_bytes: 0, ..config() }, false, test);
}

fn on_disk(test: impl AsyncFnOnce(&mut Ground)) {
    on_folder(StoreConfig { audio_memory_bytes: 0, ..config() }, true, test);
}

fn on_folder(config: StoreConfig, lasts: bool, test: impl AsyncFnOnce(&mut Ground)) {
    ground::runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let mut ground = Ground::open(config, folder.path(), lasts).await;
        test(&mut ground).await;
        ground.store.close().await;
    });
}

/// With a prefix of its own, which is gone when the test ends.
fn on_redis(with_others: bool, test: impl AsyncFnOnce(&mut Ground)) {
    let Some(url) = server(REDIS) else { return };
    ground::runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let prefix = format!("test:{}:", Uuid::new_v4());
        let mut config = StoreConfig {
            redis_url: Some(Secret::new(url.clone())),
            redis_prefix: prefix.clone(),
            ..config()
        };
        if !with_others {
            (config.audio_memory_bytes, config.audio_disk_bytes) = (0, 0);
        }
        let mut ground = Ground::open(config, folder.path(), true).await;
        let test = async {
            test(&mut ground).await;
            ground.store.close().await;
        };
        finally(test, forget(&url, &prefix)).await;
    });
}

async fn audio_comes_back_as_it_was_kept(ground: &mut Ground) {
    let bytes = Bytes::from((0..=255).collect::<Vec<u8>>());
    let kept = KeptAudio { about: "é\0".into(), audio: bytes };
    ground.keep(1, &kept).await;
    assert_eq!(ground.find(1).await, Some(kept.clone()));
    ground.settle().await;
    assert_eq!(ground.find(1).await, Some(kept.clone()));
    assert_eq!(ground.find(1).await, Some(kept));
}

async fn later_audio_takes_the_place(ground: &mut Ground) {
    for bytes in [100, 2_000, 50] {
        ground.keep(1, &audio(1, bytes)).await;
        assert_eq!(ground.find(1).await, Some(audio(1, bytes)));
    }
    ground.settle().await;
    assert_eq!(ground.find(1).await, Some(audio(1, 50)));
    ground.keep(1, &audio(1, 70)).await;
    ground.settle().await;
    assert_eq!(ground.find(1).await, Some(audio(1, 70)));
}

async fn empty_audio_is_audio(ground: &mut Ground) {
    let empty = KeptAudio { about: Bytes::new(), audio: Bytes::new() };
    ground.keep(1, &empty).await;
    ground.settle().await;
    assert_eq!(ground.find(1).await, Some(empty));
}

async fn what_was_not_kept_is_not_found(ground: &mut Ground) {
    assert_eq!(ground.find(1).await, None);
    ground.keep(1, &audio(1, 10)).await;
    ground.settle().await;
    assert_eq!(ground.find(2).await, None);
}

async fn audio_that_is_kept_at_once_is_all_found(ground: &mut Ground) {
    join_all((0..50).map(|number| {
        let store = ground.store.clone();
        tokio::spawn(async move {
            keep(&store, number, &audio(number, 1_000)).await;
            assert_eq!(find_patiently(&store, number).await, Some(audio(number, 1_000)));
        })
    }))
    .await
    .into_iter()
    .for_each(Result::unwrap);
    ground.settle().await;
    for number in 0..50 {
        assert_eq!(ground.find(number).await, Some(audio(number, 1_000)));
    }
}

async fn audio_too_large_for_every_tier_is_not_kept_and_does_no_harm(ground: &mut Ground) {
    ground.keep(1, &audio(1, 100)).await;
    ground.keep(2, &audio(2, TOO_LARGE)).await;
    ground.settle().await;
    assert_eq!(ground.find(1).await, Some(audio(1, 100)));
    assert_eq!(ground.find(2).await, None);
}

#[test]
fn bounds_of_the_settings_are_said() {
    assert_eq!(StoreConfig::default().problems(), [""; 0]);
    let off = StoreConfig {
        audio_memory_bytes: 0,
        audio_disk_bytes: 0,
        audio_redis_seconds: 0,
        ..StoreConfig::default()
    };
    assert_eq!(off.problems(), [""; 0]);
    let beyond = StoreConfig {
        audio_memory_bytes: u64::MAX,
        audio_disk_bytes: u64::MAX,
        audio_redis_seconds: u64::MAX,
        audio_redis_entry_bytes: 0,
        ..StoreConfig::default()
    };
    let fields: Vec<String> =
        beyond.problems().iter().map(|problem| problem.split_once(':').unwrap().0.to_owned()).collect();
    assert_eq!(
        fields,
        [
            "store.audio_memory_bytes",
            "store.audio_disk_bytes",
            "store.audio_redis_seconds",
            "store.audio_redis_entry_bytes"
        ]
    );
}
