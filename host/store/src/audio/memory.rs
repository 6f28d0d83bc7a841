//! Audio in memory: bounded by bytes; what was used least lately goes first.

use moka::{future::Cache, policy::EvictionPolicy};
use wheelhouse_core::audio::{AudioId, KeptAudio};

/// What an entry costs beside its bytes: its id and moka's own book-keeping, roughly.
const OVERHEAD: usize = 192;

pub(super) struct MemoryAudio {
    entries: Cache<AudioId, KeptAudio>,
    /// The weight of the largest entry that is taken: one that is larger would drive out all the others.
    largest: u64,
}

impl MemoryAudio {
    pub(super) fn new(max_bytes: u64) -> Self {
        let entries = Cache::builder()
            .max_capacity(max_bytes)
            .weigher(|_, audio: &KeptAudio| u32::try_from(weight(audio)).unwrap_or(u32::MAX))
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { entries, largest: max_bytes / 4 }
    }

    pub(super) async fn find(&self, id: &AudioId) -> Option<KeptAudio> {
        self.entries.get(id).await
    }

    /// Bytes, with what the entries cost beside.
    pub(super) fn bytes(&self) -> u64 {
        self.entries.weighted_size()
    }

    /// Takes it in place of what is there, or forgets that when this is too large.
    pub(super) async fn keep(&self, id: &AudioId, audio: KeptAudio) {
        if weight(&audio) > self.largest {
            self.entries.invalidate(id).await;
            return;
        }
        self.entries.insert(*id, audio).await;
        self.settle().await;
    }

    /// Takes what a later tier had. What was kept meanwhile stays.
    pub(super) async fn restore(&self, id: &AudioId, audio: KeptAudio) {
        if weight(&audio) <= self.largest {
            self.entries.entry(*id).or_insert(audio).await;
            self.settle().await;
        }
    }

    /// Moka drives out entries when it gets round to it, and some hundreds of large ones may pile up until
    /// then.
    async fn settle(&self) {
        self.entries.run_pending_tasks().await;
    }
}

fn weight(audio: &KeptAudio) -> u64 {
    (audio.about.len() + audio.audio.len() + OVERHEAD) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> AudioId {
        AudioId([number; 32])
    }

    fn audio(bytes: usize) -> KeptAudio {
        KeptAudio { about: "about".into(), audio: vec![7; bytes].into() }
    }

    #[tokio::test]
    async fn memory_stays_within_its_bound_after_every_entry() {
        let memory = MemoryAudio::new(100_000);
        for number in 0..=255 {
            memory.keep(&id(number), audio(9_000)).await;
            assert!(memory.entries.weighted_size() <= 100_000);
        }
        assert!(memory.find(&id(255)).await.is_some(), "the latest is kept");
        assert!(memory.find(&id(0)).await.is_none(), "the oldest is not");
    }

    #[tokio::test]
    async fn what_was_used_least_lately_goes_first() {
        let memory = MemoryAudio::new(10_000);
        for number in 0..4 {
            memory.keep(&id(number), audio(2_000)).await;
        }
        assert!(memory.find(&id(0)).await.is_some());
        memory.keep(&id(4), audio(2_000)).await;
        assert!(memory.find(&id(0)).await.is_some());
        assert!(memory.find(&id(1)).await.is_none());
    }

    #[tokio::test]
    async fn entry_larger_than_a_quarter_is_not_taken_and_forgets_the_one_before() {
        let memory = MemoryAudio::new(10_000);
        memory.keep(&id(1), audio(100)).await;
        memory.keep(&id(1), audio(2_500)).await;
        assert_eq!(memory.find(&id(1)).await, None);
        memory.restore(&id(1), audio(2_500)).await;
        assert_eq!(memory.find(&id(1)).await, None);
    }

    #[tokio::test]
    async fn restored_audio_does_not_replace_what_is_there() {
        let memory = MemoryAudio::new(10_000);
        memory.keep(&id(1), audio(100)).await;
        memory.restore(&id(1), audio(50)).await;
        assert_eq!(memory.find(&id(1)).await, Some(audio(100)));
    }
}
