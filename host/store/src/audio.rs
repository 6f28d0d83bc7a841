//! Kept audio in tiers, asked in order. What a later one has is put into the earlier ones.

mod disk;
mod folder;
mod frame;
mod index;
mod memory;
mod queue;
mod shared;
mod trouble;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use wheelhouse_core::{
    Result,
    audio::{AudioId, AudioStore, AudioUsage, KeptAudio},
};

use self::{disk::DiskAudio, memory::MemoryAudio, queue::Queue, shared::SharedAudio};
use crate::{StoreConfig, cache::RedisCache};

/// The tiers' folder in the data folder.
const FOLDER: &str = "speech";

/// Never fails: a tier that does not work is one that holds nothing. Only memory is written to at once; what
/// waits to be written to the others is found there already.
pub(crate) struct AudioTiers {
    memory: MemoryAudio,
    disk: Option<Queue<DiskAudio>>,
    shared: Option<Queue<SharedAudio>>,
}

impl AudioTiers {
    /// Looks in the background what is in the folder. Needs the runtime.
    pub(crate) fn open(config: &StoreConfig, data_dir: &Path, redis: Option<Arc<RedisCache>>) -> Self {
        let disk = (config.audio_disk_bytes > 0)
            .then(|| DiskAudio::new(data_dir.join(FOLDER), config.audio_disk_bytes));
        let ttl = Duration::from_secs(config.audio_redis_seconds);
        let shared = redis
            .filter(|_| !ttl.is_zero())
            .map(|redis| SharedAudio::new(redis, ttl, config.audio_redis_entry_bytes));
        Self {
            memory: MemoryAudio::new(config.audio_memory_bytes),
            disk: disk.map(Queue::start),
            shared: shared.map(Queue::start),
        }
    }

    /// Waits for the writes that are to come. What is kept later is kept in memory alone.
    pub(crate) async fn close(&self) {
        let disk = async {
            if let Some(disk) = &self.disk {
                disk.close().await;
            }
        };
        let shared = async {
            if let Some(shared) = &self.shared {
                shared.close().await;
            }
        };
        tokio::join!(disk, shared);
    }

    async fn find_on_disk(&self, id: &AudioId) -> Option<KeptAudio> {
        let disk = self.disk.as_ref()?;
        match disk.find(id) {
            Some(audio) => Some(audio),
            None => disk.sink().find(id).await,
        }
    }

    async fn find_shared(&self, id: &AudioId) -> Option<KeptAudio> {
        let shared = self.shared.as_ref()?;
        match shared.find(id) {
            Some(audio) => Some(audio),
            None => shared.sink().find(id).await,
        }
    }
}

#[async_trait]
impl AudioStore for AudioTiers {
    async fn find(&self, id: &AudioId) -> Result<Option<KeptAudio>> {
        if let Some(audio) = self.memory.find(id).await {
            return Ok(Some(audio));
        }
        if let Some(audio) = self.find_on_disk(id).await {
            self.memory.restore(id, audio.clone()).await;
            return Ok(Some(audio));
        }
        let Some(audio) = self.find_shared(id).await else { return Ok(None) };
        if let Some(disk) = &self.disk {
            disk.push(*id, audio.clone());
        }
        self.memory.restore(id, audio.clone()).await;
        Ok(Some(audio))
    }

    async fn keep(&self, id: &AudioId, audio: KeptAudio) -> Result<()> {
        if let Some(disk) = &self.disk {
            disk.push(*id, audio.clone());
        }
        if let Some(shared) = &self.shared {
            shared.push(*id, audio.clone());
        }
        self.memory.keep(id, audio).await;
        Ok(())
    }

    fn usage(&self) -> AudioUsage {
        let disk = self.disk.as_ref().map_or(0, |disk| disk.sink().bytes());
        AudioUsage { memory: self.memory.bytes(), disk }
    }
}
