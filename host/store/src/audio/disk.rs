//! Audio in the data folder, which outlasts a restart: bounded by bytes; what was used least lately goes
//! first.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use async_trait::async_trait;
use wheelhouse_core::audio::{AudioId, KeptAudio};

use super::{
    folder::Folder,
    frame,
    index::Index,
    queue::{Sink, lock},
    trouble::Trouble,
};

/// The bound is exact for one process on the folder. Of several, each learns what the others wrote when it
/// has itself written a quarter of the bound, so that there may be as much too many for each other process
/// until then.
pub(super) struct DiskAudio {
    disk: Arc<Disk>,
}

struct Disk {
    folder: Folder,
    max_bytes: u64,
    index: Mutex<Index>,
    /// Bytes written since the last look into the folder.
    written: AtomicU64,
    reading: Trouble,
    writing: Trouble,
}

impl DiskAudio {
    pub(super) fn new(path: PathBuf, max_bytes: u64) -> Self {
        let disk = Disk {
            folder: Folder::new(path),
            max_bytes,
            index: Mutex::default(),
            written: AtomicU64::new(0),
            reading: Trouble::default(),
            writing: Trouble::default(),
        };
        Self { disk: Arc::new(disk) }
    }

    /// What is in the file; a file that is not whole is removed.
    pub(super) async fn find(&self, id: &AudioId) -> Option<KeptAudio> {
        let id = *id;
        self.blocking(move |disk| disk.find(&id)).await.flatten()
    }

    /// Bytes, as far as it knows.
    pub(super) fn bytes(&self) -> u64 {
        lock(&self.disk.index).bytes()
    }

    /// Nothing when the runtime ends meanwhile.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Disk) -> T + Send + 'static) -> Option<T> {
        let disk = self.disk.clone();
        tokio::task::spawn_blocking(move || work(&disk)).await.ok()
    }
}

#[async_trait]
impl Sink for DiskAudio {
    const NAME: &'static str = "the data folder";

    async fn prepare(&self) {
        self.blocking(Disk::scan).await;
    }

    async fn write(&self, id: &AudioId, audio: &KeptAudio) -> bool {
        let (id, audio) = (*id, audio.clone());
        self.blocking(move |disk| disk.write(&id, &audio)).await.unwrap_or(false)
    }
}

impl Disk {
    fn find(&self, id: &AudioId) -> Option<KeptAudio> {
        let used = self.moment();
        let frame = match self.folder.read(id, self.max_bytes, used) {
            Ok(frame) => frame,
            Err(error) => {
                self.reading.begin("kept audio cannot be read from the data folder", error);
                return None;
            }
        };
        self.reading.end();
        let Some(frame) = frame else {
            lock(&self.index).remove(id);
            return None;
        };
        let bytes = frame.len() as u64;
        let audio = frame::decode(&frame);
        if audio.is_some() {
            lock(&self.index).put(*id, bytes, used);
        } else {
            tracing::warn!(%id, "kept audio was damaged and is removed");
            lock(&self.index).remove(id);
            self.remove(id);
        }
        audio
    }

    fn write(&self, id: &AudioId, audio: &KeptAudio) -> bool {
        let bytes = frame::length(audio);
        let Some(frame) = frame::encode(audio).filter(|_| bytes <= self.max_bytes) else {
            lock(&self.index).remove(id);
            self.remove(id);
            return true;
        };
        self.shrink(self.max_bytes - bytes);
        let used = self.moment();
        if let Err(error) = self.folder.write(id, &frame, used) {
            self.writing_failed(error);
            return false;
        }
        self.writing.end();
        lock(&self.index).put(*id, bytes, used);
        if self.written.fetch_add(bytes, Ordering::Relaxed) + bytes > self.max_bytes / 4 {
            self.scan();
        }
        true
    }

    /// Looks what is in the folder, and removes what is too much.
    fn scan(&self) {
        self.written.store(0, Ordering::Relaxed);
        let began = self.moment();
        match self.folder.scan(began) {
            Ok(found) => lock(&self.index).agree(&found, began),
            Err(error) => self.reading.begin("the folder of kept audio cannot be read", error),
        }
        self.shrink(self.max_bytes);
    }

    fn shrink(&self, max_bytes: u64) {
        // Apart from the removal, which takes its time.
        let forgotten = lock(&self.index).shrink(max_bytes);
        forgotten.iter().for_each(|id| self.remove(id));
    }

    fn remove(&self, id: &AudioId) {
        if let Err(error) = self.folder.remove(id) {
            self.writing_failed(error);
        }
    }

    fn writing_failed(&self, error: io::Error) {
        self.writing.begin("audio is not kept in the data folder", error);
    }

    fn moment(&self) -> SystemTime {
        lock(&self.index).moment(SystemTime::now())
    }
}
