//! Looks at the drop-in folder while the host serves.
//!
//! The operating system's notices only wake this up; what counts is what a look finds. So a folder that gives no notices (on a network, behind
//! a link that is moved) is merely seen later. A file is taken when two looks find the same bytes: nobody is writing it any more.

use std::{
    collections::BTreeMap,
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, SystemTime},
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use wheelhouse_core::{Failure, Result};

use crate::{
    cache::{CompiledCache, ContentHash},
    loader::Message,
    scan::{self, Found},
};

/// Time between the two looks at a file that has changed.
const SETTLE: Duration = Duration::from_millis(100);

/// Ends the watching when it is dropped.
pub(crate) struct Watch {
    is_over: Arc<AtomicBool>,
    wake: Sender<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // It may have ended by itself.
        let _ = self.wake.send(());
    }
}

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Tells a file that was renamed into place from the one before, whatever its times say.
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

/// What was seen of a file.
struct Seen {
    stamp: Stamp,
    /// Of the bytes that were handed over. None for a file that could not be read.
    hash: Option<ContentHash>,
    change: Change,
}

/// How far a change has been followed. A file that is being written for a while is not read all the while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    /// It is another file, or longer, than at the look before.
    Moving,
    /// It was the same at two looks and was read at the second. None when it could not be.
    Read(Option<ContentHash>),
}

/// The folder, and what was seen in it last.
pub(crate) struct Folder {
    dir: PathBuf,
    cache: Arc<CompiledCache>,
    limit: u64,
    seen: BTreeMap<String, Seen>,
}

impl Folder {
    /// Nothing has been seen yet. Files of more than `limit` bytes are refused.
    pub(crate) fn new(dir: PathBuf, cache: Arc<CompiledCache>, limit: u64) -> Self {
        Self { dir, cache, limit, seen: BTreeMap::new() }
    }

    /// What is there at the start, taken as it is: a file that is still being written is seen to change later.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be read.
    pub(crate) fn first_look(&mut self) -> Result<Vec<Found>> {
        let files = self.files().map_err(|error| {
            Failure::unavailable(format!("The plugin folder {} cannot be read.", self.dir.display()))
                .with_detail(error)
        })?;
        let take = |(name, stamp): (String, Stamp)| {
            let found = scan::file(self.dir.join(&name), &self.cache, self.limit);
            let hash = found.hash;
            self.seen.insert(name, Seen { stamp, hash, change: Change::None });
            found
        };
        Ok(files.into_iter().map(take).collect())
    }

    /// What has changed since the last look. Files that may still be being written are left for the next one; whether there are
    /// such is the second part.
    fn look(&mut self) -> (Vec<Message>, bool) {
        let mut messages = Vec::new();
        let files = match self.files() {
            Ok(files) => files,
            Err(error) => {
                // What serves goes on: a folder that cannot be read is not an empty one.
                tracing::warn!(%error, dir = %self.dir.display(), "the plugin folder cannot be read");
                return (messages, false);
            }
        };
        let gone: Vec<String> = self.seen.keys().filter(|name| !files.contains_key(*name)).cloned().collect();
        for name in gone {
            self.seen.remove(&name);
            messages.push(Message::Gone(name));
        }
        let mut is_unsettled = false;
        for (name, stamp) in files {
            let path = self.dir.join(&name);
            let seen = self.seen.entry(name).or_insert(Seen { stamp, hash: None, change: Change::Moving });
            let is_same = std::mem::replace(&mut seen.stamp, stamp) == stamp;
            match (is_same, seen.change) {
                (true, Change::None) => continue,
                (false, _) => seen.change = Change::Moving,
                (true, Change::Moving) => seen.change = Change::Read(scan::hash(&path).ok()),
                (true, Change::Read(first)) => {
                    let found = scan::file(path, &self.cache, self.limit);
                    let now = found.hash;
                    if now == first {
                        seen.change = Change::None;
                        let before = std::mem::replace(&mut seen.hash, now);
                        if before != now || now.is_none() {
                            messages.push(Message::Found(Box::new(found)));
                        }
                        continue;
                    }
                    seen.change = Change::Read(now);
                }
            }
            is_unsettled = true;
        }
        (messages, is_unsettled)
    }

    fn files(&self) -> io::Result<BTreeMap<String, Stamp>> {
        let files = scan::components(&self.dir)?;
        Ok(files.into_iter().map(|(name, metadata)| (name, Stamp::of(&metadata))).collect())
    }

    /// Looks whenever the folder gives notice, and every `every` in any case, until the answer is dropped.
    ///
    /// # Errors
    /// `Internal` when no thread can be started.
    pub(crate) fn watch(self, every: Duration, to: Sender<Message>) -> Result<Watch> {
        let (wake, woken) = channel();
        let is_over = Arc::new(AtomicBool::new(false));
        let (notices, over) = (Notices { to: wake.clone() }, is_over.clone());
        thread::Builder::new()
            .name("plugin-watch".to_owned())
            .spawn(move || self.run(every, &to, &woken, &notices, &over))
            .map_err(Failure::internal)?;
        Ok(Watch { is_over, wake })
    }

    fn run(
        mut self,
        every: Duration,
        to: &Sender<Message>,
        woken: &Receiver<()>,
        notices: &Notices,
        is_over: &AtomicBool,
    ) {
        let mut watcher = None;
        let mut pause = every;
        loop {
            if watcher.is_none() {
                // The folder may not be there yet, or be made anew.
                watcher = notices.of(&self.dir);
            }
            // A notice or the time: both are a reason to look.
            let _ = woken.recv_timeout(pause);
            if is_over.load(Ordering::Acquire) {
                return;
            }
            // One look answers all notices that came before it; a later one leads to another look.
            while woken.try_recv().is_ok() {}
            if !self.dir.is_dir() {
                watcher = None;
            }
            let (messages, is_unsettled) = self.look();
            for message in messages {
                if to.send(message).is_err() {
                    return;
                }
            }
            // A file that is being written gives notice again and again; two looks are some time apart all the same.
            thread::sleep(SETTLE);
            pause = if is_unsettled { Duration::ZERO } else { every };
        }
    }
}

struct Notices {
    to: Sender<()>,
}

impl Notices {
    fn of(&self, dir: &Path) -> Option<RecommendedWatcher> {
        let to = self.to.clone();
        let mut watcher = notify::recommended_watcher(move |_| {
            // Nobody looks any more.
            let _ = to.send(());
        })
        .inspect_err(|error| tracing::debug!(%error, "the system gives no notice of changed files"))
        .ok()?;
        watcher.watch(dir, RecursiveMode::NonRecursive).ok()?;
        Some(watcher)
    }
}
