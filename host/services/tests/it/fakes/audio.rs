use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use wheelhouse_core::{
    Result,
    audio::{AudioId, AudioStore, AudioUsage, KeptAudio},
};

/// Keeps everything.
#[derive(Default)]
pub(crate) struct FakeAudioStore(Mutex<HashMap<AudioId, KeptAudio>>);

impl FakeAudioStore {
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

#[async_trait]
impl AudioStore for FakeAudioStore {
    async fn find(&self, id: &AudioId) -> Result<Option<KeptAudio>> {
        Ok(self.0.lock().unwrap().get(id).cloned())
    }

    async fn keep(&self, id: &AudioId, audio: KeptAudio) -> Result<()> {
        self.0.lock().unwrap().insert(*id, audio);
        Ok(())
    }

    fn usage(&self) -> AudioUsage {
        let memory = self.0.lock().unwrap().values().map(|kept| kept.audio.len() as u64).sum();
        AudioUsage { memory, disk: 0 }
    }
}
