//! Audio in the data folder: what is found after a restart, what is removed, and what several stores do to
//! each other.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;
use wheelhouse_core::audio::AudioUsage;
use wheelhouse_store::{Store, StoreConfig};

use super::{Ground, audio, config, find, id, keep, on_disk, on_memory};
use crate::ground::runtime;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Bytes of the file of `audio(_, 1_000)`: its own, those of its `about`, and 52 around them.
const ENTRY: u64 = 1_000 + 9 + 52;

fn file(folder: &Path, number: u8) -> PathBuf {
    let id = id(number).to_string();
    folder.join("speech").join(&id[..2]).join(format!("{id}.audio"))
}

fn kept(folder: &Path) -> Vec<u8> {
    (0..=255).filter(|number| file(folder, *number).exists()).collect()
}

fn used_ago(path: &Path, time: Duration) {
    File::options().append(true).open(path).unwrap().set_modified(SystemTime::now() - time).unwrap();
}

/// All bytes in the folder.
fn size(folder: &Path) -> u64 {
    let files = fs::read_dir(folder.join("speech")).unwrap().flat_map(|sub| {
        let sub = fs::read_dir(sub.unwrap().path()).unwrap();
        sub.map(|file| file.unwrap().metadata().unwrap().len())
    });
    files.sum()
}

/// A store on the disk alone, with room for so many of `audio(_, 1_000)`.
fn with_room_for(entries: u64, test: impl AsyncFnOnce(&mut Ground)) {
    runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let config = StoreConfig { audio_memory_bytes: 0, audio_disk_bytes: entries * ENTRY, ..config() };
        let mut ground = Ground::open(config, folder.path(), true).await;
        test(&mut ground).await;
        ground.store.close().await;
    });
}

#[test]
fn files_are_within_the_bound_and_the_latest_are_kept() {
    with_room_for(10, async |ground| {
        for number in 0..40 {
            ground.keep(number, &audio(number, 1_000)).await;
        }
        ground.settle().await;
        assert_eq!(kept(&ground.folder), (30..40).collect::<Vec<_>>());
        assert_eq!(size(&ground.folder), 10 * ENTRY);
    });
}

#[test]
fn bytes_on_disk_and_in_memory_are_told_apart() {
    with_room_for(3, async |ground| {
        for number in 0..5 {
            ground.keep(number, &audio(number, 1_000)).await;
        }
        ground.store.close().await;
        assert_eq!(ground.store.audio().usage(), AudioUsage { memory: 0, disk: 3 * ENTRY });
    });
    on_memory(async |ground| {
        ground.keep(1, &audio(1, 1_000)).await;
        let AudioUsage { memory, disk } = ground.store.audio().usage();
        assert!((1_000..2_000).contains(&memory) && disk == 0, "{memory} {disk}");
    });
}

#[test]
fn what_was_used_least_lately_goes_first() {
    with_room_for(4, async |ground| {
        for number in 1..=4 {
            ground.keep(number, &audio(number, 1_000)).await;
        }
        ground.settle().await;
        assert!(ground.find(1).await.is_some());
        ground.keep(5, &audio(5, 1_000)).await;
        ground.settle().await;
        assert_eq!(kept(&ground.folder), [1, 3, 4, 5]);
    });
}

#[test]
fn order_of_use_outlasts_a_restart() {
    with_room_for(4, async |ground| {
        for number in 1..=4 {
            ground.keep(number, &audio(number, 1_000)).await;
        }
        ground.settle().await;
        for (number, hours) in [(1, 20), (2, 40), (3, 30), (4, 10)] {
            used_ago(&file(&ground.folder, number), HOUR * hours);
        }
        ground.settle().await;
        assert!(ground.find(2).await.is_some());
        ground.settle().await;
        for number in [5, 6] {
            ground.keep(number, &audio(number, 1_000)).await;
        }
        ground.settle().await;
        assert_eq!(kept(&ground.folder), [2, 4, 5, 6]);
    });
}

#[test]
fn file_is_touched_at_most_once_an_hour() {
    on_disk(async |ground| {
        ground.keep(1, &audio(1, 10)).await;
        ground.settle().await;
        let path = file(&ground.folder, 1);
        let modified = || path.metadata().unwrap().modified().unwrap();
        used_ago(&path, HOUR * 2);
        ground.find(1).await.unwrap();
        let touched = modified();
        assert!(touched > SystemTime::now() - HOUR);

        used_ago(&path, HOUR / 2);
        let before = modified();
        ground.find(1).await.unwrap();
        assert_eq!(modified(), before);
    });
}

#[test]
fn smaller_bound_holds_from_the_start() {
    with_room_for(10, async |ground| {
        for number in 0..10 {
            ground.keep(number, &audio(number, 1_000)).await;
        }
        ground.config.audio_disk_bytes = 3 * ENTRY;
        // The first restart writes what is to come, the second waits for what the first does at its start.
        ground.settle().await;
        ground.settle().await;
        assert_eq!(kept(&ground.folder), [7, 8, 9]);
    });
}

#[test]
fn torn_file_is_a_miss_and_is_removed() {
    on_disk(async |ground| {
        let ends: [fn(u64) -> u64; 4] = [|_| 0, |_| 1, |length| length / 2, |length| length - 1];
        for end in ends {
            ground.keep(1, &audio(1, 1_000)).await;
            ground.keep(2, &audio(2, 1_000)).await;
            ground.settle().await;
            let path = file(&ground.folder, 1);
            File::options().write(true).open(&path).unwrap().set_len(end(ENTRY)).unwrap();
            assert_eq!(ground.find(1).await, None);
            assert!(!path.exists());
            assert_eq!(ground.find(2).await, Some(audio(2, 1_000)));
        }
    });
}

#[test]
fn only_files_of_ours_are_removed() {
    with_room_for(2, async |ground| {
        ground.keep(0xab, &audio(0xab, 1_000)).await;
        ground.settle().await;
        let folder = file(&ground.folder, 0xab).parent().unwrap().to_owned();
        let part = |digit: &str| format!("{}.{}.part", id(0xab), digit.repeat(32));
        let others = [
            folder.join("notes.audio"),
            folder.join(id(0xab).to_string()),
            folder.with_file_name("notes.txt"),
            folder.join(part("1")),
        ];
        let abandoned = folder.join(part("2"));
        others.iter().chain([&abandoned]).for_each(|path| fs::write(path, [0; 9_000]).unwrap());
        for path in others[..3].iter().chain([&abandoned]) {
            used_ago(path, HOUR * 100);
        }
        ground.settle().await;
        for number in 0..10 {
            ground.keep(number, &audio(number, 1_000)).await;
        }
        ground.settle().await;
        assert_eq!(kept(&ground.folder), [8, 9]);
        assert!(others.iter().all(|path| path.exists()), "also what another store is writing");
        assert!(!abandoned.exists());
    });
}

#[cfg(unix)]
#[test]
fn folder_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    on_disk(async |ground| {
        assert!(!ground.folder.join("speech").exists(), "nothing is made before there is something to keep");
        ground.keep(1, &audio(1, 10)).await;
        ground.settle().await;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&ground.folder.join("speech")), 0o700);
        assert_eq!(mode(&file(&ground.folder, 1)), 0o600);
    });
}

#[test]
fn store_goes_on_where_nothing_can_be_written() {
    runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        // Permissions would not stop a test that runs as root.
        fs::write(folder.path().join("speech"), "in the way").unwrap();
        let store = Store::open(&config(), folder.path()).await.unwrap();
        for number in 0..20 {
            keep(&store, number, &audio(number, 1_000)).await;
            assert_eq!(find(&store, number).await, Some(audio(number, 1_000)));
        }
        assert_eq!(find(&store, 99).await, None);
        store.close().await;
        assert_eq!(fs::read(folder.path().join("speech")).unwrap(), b"in the way");
    });
}

#[test]
fn what_is_found_on_disk_is_put_into_memory() {
    runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let mut ground = Ground::open(config(), folder.path(), true).await;
        ground.keep(1, &audio(1, 1_000)).await;
        ground.settle().await;
        assert!(ground.find(1).await.is_some());
        fs::remove_file(file(folder.path(), 1)).unwrap();
        assert_eq!(ground.find(1).await, Some(audio(1, 1_000)));
        ground.store.close().await;
    });
}

#[test]
fn what_is_kept_after_the_end_is_not_written() {
    on_disk(async |ground| {
        ground.store.close().await;
        ground.keep(1, &audio(1, 1_000)).await;
        ground.settle().await;
        assert_eq!(ground.find(1).await, None);
    });
}

#[test]
fn two_stores_on_one_folder_find_what_the_other_kept_and_do_not_damage_it() {
    on_disk(async |ground| {
        let other = Store::open(&ground.config, &ground.folder).await.unwrap();
        let write = |store: Store| {
            tokio::spawn(async move {
                for round in 0..10 {
                    for number in 0..20 {
                        keep(&store, number, &audio(number, 1_000 + round)).await;
                        // Its own or the other's, of this round or another, and whole.
                        let found = find(&store, number).await.unwrap();
                        assert_eq!(found, audio(number, found.audio.len()));
                    }
                }
            })
        };
        let (one, two) = tokio::join!(write(ground.store.clone()), write(other.clone()));
        one.and(two).unwrap();
        other.close().await;
        ground.settle().await;
        for number in 0..20 {
            assert_eq!(ground.find(number).await, Some(audio(number, 1_009)));
        }
        assert_eq!(size(&ground.folder), 20 * (ENTRY + 9), "nothing is left over");
    });
}

#[test]
fn two_stores_on_one_folder_keep_it_near_the_bound_and_the_next_start_within_it() {
    with_room_for(20, async |ground| {
        for round in 0..10 {
            let other = Store::open(&ground.config, &ground.folder).await.unwrap();
            for number in 0..10 {
                ground.keep(round * 20 + number, &audio(1, 1_000)).await;
                keep(&other, round * 20 + 10 + number, &audio(1, 1_000)).await;
            }
            other.close().await;
        }
        ground.settle().await;
        assert!(size(&ground.folder) <= 30 * ENTRY);
        ground.settle().await;
        assert!(size(&ground.folder) <= 20 * ENTRY);
    });
}
