//! Speech that need not be made again: what is being made at present, and what was kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wheelhouse_audio::{Container, Layout, wav_header};
use wheelhouse_core::{
    Failure, Result,
    audio::{AudioId, AudioStore, AudioUsage, KeptAudio},
};

use super::{
    Mark, SpokenPiece,
    captions::{Cue, cues},
    recording::{Head, Listener, Recording},
};

/// Kept audio is handed on in pieces of this size.
const PIECE: usize = 32 << 10;
/// Of the header before the samples in WAV.
const WAV_HEADER: usize = 44;

/// Audio that is whole.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedAudio {
    /// What it was made of.
    pub id: AudioId,
    /// Who spoke.
    pub engine: String,
    /// The voice that was chosen; `None` when the engine chose.
    pub voice: Option<String>,
    /// Its form.
    pub container: Container,
    /// Rate and channels.
    pub layout: Layout,
    /// What is said and when, each with the number of bytes before it.
    pub marks: Vec<(usize, Mark)>,
    /// A digest of the bytes: the same text may sound otherwise when it is spoken again, under the same id.
    pub digest: String,
    /// Every byte.
    pub audio: Bytes,
}

/// What is kept beside the bytes.
#[derive(Serialize, Deserialize)]
struct About {
    engine: String,
    voice: Option<String>,
    container: String,
    sample_rate: u32,
    channels: u8,
    marks: Vec<(usize, Mark)>,
    digest: String,
}

impl FinishedAudio {
    /// Puts the pieces together, off the threads that serve.
    pub(super) async fn of(head: Head, pieces: Vec<SpokenPiece>) -> Result<Self> {
        tokio::task::spawn_blocking(move || Self::put_together(head, pieces)).await.map_err(Failure::internal)
    }

    fn put_together(head: Head, pieces: Vec<SpokenPiece>) -> Self {
        let (mut audio, mut marks) = (BytesMut::new(), Vec::new());
        for piece in pieces {
            match piece {
                SpokenPiece::Audio(bytes) => audio.extend_from_slice(&bytes),
                SpokenPiece::Mark(mark) => marks.push((audio.len(), mark)),
            }
        }
        if head.container == Container::Wav && audio.len() >= WAV_HEADER {
            // Now that the length is known, players can show it and seek.
            let samples = u32::try_from(audio.len() - WAV_HEADER).ok();
            audio[..WAV_HEADER].copy_from_slice(&wav_header(head.layout, samples));
        }
        let Head { id, engine, voice, container, layout, fallback_used: _ } = head;
        let audio = audio.freeze();
        let digest = Sha256::digest(&audio).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { id, engine, voice, container, layout, marks, digest, audio }
    }

    fn from_kept(id: AudioId, kept: KeptAudio) -> Option<Self> {
        let about: About = serde_json::from_slice(&kept.about).ok()?;
        let container = Container::ALL.into_iter().find(|form| form.as_str() == about.container)?;
        let layout = Layout { sample_rate: about.sample_rate, channels: about.channels };
        let About { engine, voice, marks, digest, .. } = about;
        Some(Self { id, engine, voice, container, layout, marks, digest, audio: kept.audio })
    }

    fn to_kept(&self) -> KeptAudio {
        let about = About {
            engine: self.engine.clone(),
            voice: self.voice.clone(),
            container: self.container.as_str().to_owned(),
            sample_rate: self.layout.sample_rate,
            channels: self.layout.channels,
            marks: self.marks.clone(),
            digest: self.digest.clone(),
        };
        // A struct of strings and numbers has no way to fail.
        let about = serde_json::to_vec(&about).unwrap_or_default().into();
        KeptAudio { about, audio: self.audio.clone() }
    }

    /// What is said when, for captions.
    pub fn cues(&self) -> Vec<Cue> {
        let (mut sentences, mut words) = (Vec::<(String, Duration, Duration)>::new(), Vec::new());
        for (_, mark) in &self.marks {
            let (Mark::Sentence { start: now, .. } | Mark::End { length: now }) = mark else {
                if let Mark::Word(word) = mark {
                    words.push(word.clone());
                }
                continue;
            };
            if let Some((_, _, end)) = sentences.last_mut() {
                *end = *now;
            }
            if let Mark::Sentence { text, start } = mark {
                sentences.push((text.clone(), *start, *start));
            }
        }
        cues(&sentences, &words)
    }

    /// The same as it would be heard while it is made.
    pub(super) fn into_pieces(self) -> BoxStream<'static, Result<SpokenPiece>> {
        let mut pieces = Vec::with_capacity(self.marks.len() + self.audio.len() / PIECE + 1);
        let mut audio = self.audio;
        let mut done = 0;
        let mut cut = |pieces: &mut Vec<_>, to: usize| {
            while done < to {
                let piece = audio.split_to((to - done).min(PIECE).min(audio.len()));
                if piece.is_empty() {
                    break;
                }
                done += piece.len();
                pieces.push(Ok(SpokenPiece::Audio(piece)));
            }
        };
        for (place, mark) in self.marks {
            cut(&mut pieces, place);
            pieces.push(Ok(SpokenPiece::Mark(mark)));
        }
        cut(&mut pieces, usize::MAX);
        stream::iter(pieces).boxed()
    }
}

/// Finds speech by what it is made of.
pub(super) struct Shelf {
    running: Mutex<HashMap<AudioId, Weak<Recording>>>,
    store: Arc<dyn AudioStore>,
}

impl Shelf {
    pub(super) fn new(store: Arc<dyn AudioStore>) -> Self {
        Self { running: Mutex::default(), store }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AudioId, Weak<Recording>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins whoever listens to it already.
    pub(super) fn join(&self, id: &AudioId) -> Option<Listener> {
        let running = self.lock().get(id)?.upgrade()?;
        running.listen()
    }

    /// Joins whoever listens to it already; else it is `recording` from now on, and the caller its first listener.
    pub(super) fn join_or_register(&self, id: AudioId, recording: &Arc<Recording>) -> Joined {
        let mut running = self.lock();
        if let Some(listener) = running.get(&id).and_then(Weak::upgrade).and_then(|other| other.listen()) {
            return Joined::Other(listener);
        }
        running.insert(id, Arc::downgrade(recording));
        Joined::Own
    }

    /// It is this as well from now on, unless somebody else makes that already.
    pub(super) fn register(&self, id: AudioId, recording: &Arc<Recording>) {
        let mut running = self.lock();
        if running.get(&id).and_then(Weak::upgrade).is_none() {
            running.insert(id, Arc::downgrade(recording));
        }
    }

    /// Forgets that it is being made, and with it whatever nobody makes any more.
    pub(super) fn unregister(&self, recording: &Arc<Recording>) {
        let this = Arc::downgrade(recording);
        self.lock().retain(|_, other| !other.ptr_eq(&this) && other.strong_count() > 0);
    }

    /// What was kept; a store that cannot be read is as good as an empty one.
    pub(super) async fn find(&self, id: &AudioId) -> Option<FinishedAudio> {
        match self.store.find(id).await {
            Ok(kept) => FinishedAudio::from_kept(*id, kept?),
            Err(failure) => {
                tracing::debug!(%failure, "kept speech cannot be read");
                None
            }
        }
    }

    pub(super) fn usage(&self) -> AudioUsage {
        self.store.usage()
    }

    pub(super) async fn keep(&self, head: Head, pieces: Vec<SpokenPiece>) {
        let kept = match FinishedAudio::of(head, pieces).await {
            Ok(finished) => self.store.keep(&finished.id, finished.to_kept()).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = kept {
            tracing::debug!(%failure, "speech cannot be kept");
        }
    }
}

/// Whose recording it is.
pub(super) enum Joined {
    Own,
    Other(Listener),
}
