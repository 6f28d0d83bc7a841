//! What is performed: lines, and how they are to sound.

use sha2::{Digest, Sha256};
use wheelhouse_audio::Container;
use wheelhouse_core::{audio::AudioId, speech::SpeechEngine};

use super::{
    cast::Role,
    script::{Line, Prosody},
};

/// A change to what is made of the same request begins a new number, so that nothing that was kept before is taken for it.
const MAKE: &str = "2";

/// A speech.
pub(super) struct Score {
    pub(super) lines: Vec<Line>,
    /// What holds for all lines.
    pub(super) prosody: Prosody,
    pub(super) role: Role,
    pub(super) container: Container,
}

impl Score {
    /// Names what this engine makes of it. Two scores that sound differently have different ids.
    pub(super) fn id(&self, engine: &dyn SpeechEngine) -> AudioId {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(MAKE);
        add(engine.id());
        add(engine.revision());
        add(self.container.as_str());
        add(&format!("{:?}", self.prosody));
        add(self.role.language.as_deref().unwrap_or_default());
        match &self.role.exact {
            Some((owner, voice)) if owner == engine.id() => add(&voice.id),
            _ => add(&format!("{:?}", self.role.wish)),
        }
        for line in &self.lines {
            match line {
                Line::Say(sentence) => {
                    add(&sentence.text);
                    add(&format!("{:?}", sentence.prosody));
                }
                Line::Pause(length) => add(&format!("{length:?}")),
            }
        }
        AudioId(hash.finalize().into())
    }
}
