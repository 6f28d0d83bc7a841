//! Kept audio in tiers, asked in order. What a later one has is put into the earlier ones.

mod memory;

use async_trait::async_trait;
use wheelhouse_core::{
    Result,
    audio::{AudioId, AudioStore, KeptAudio},
};

use self::memory::MemoryAudio;
use crate::StoreConfig;

/// Never fails: a tier that does not work is one that holds nothing.
pub(crate) struct AudioTiers {
    memory: MemoryAudio,
}

impl AudioTiers {
    pub(crate) fn open(config: &StoreConfig) -> Self {
        Self { memory: MemoryAudio::new(config.audio_memory_bytes) }
    }
}

#[async_trait]
impl AudioStore for AudioTiers {
    async fn find(&self, id: &AudioId) -> Result<Option<KeptAudio>> {
        Ok(self.memory.find(id).await)
    }

    async fn keep(&self, id: &AudioId, audio: KeptAudio) -> Result<()> {
        self.memory.keep(id, audio).await;
        Ok(())
    }
}
