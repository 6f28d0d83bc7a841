//! What all performances share.

use std::{sync::Arc, time::Duration};

use wheelhouse_core::{
    catalog::{Catalog, CatalogReader, Lookup},
    speech::SpeechEngine,
};

use super::{
    SpeechConfig, counts::Counts, recording::Budget, shelf::Shelf, slots::Slots, sticky::Sticky,
    voice::VoiceBook,
};
use crate::{
    Ports,
    breaker::Probing,
    chain::{Chain, ChainParts},
};

/// How long engines may take, and how far ahead they work.
pub(super) struct Limits {
    /// To the first byte.
    pub(super) begin: Duration,
    /// Between two pieces.
    pub(super) stall: Duration,
    /// For a sentence.
    pub(super) sentence: Duration,
    /// For a speech.
    pub(super) speech: Duration,
    /// After this the second engine is asked as well.
    pub(super) hedge: Option<Duration>,
    /// Sentences beside the one that is heard.
    pub(super) ahead: usize,
}

pub(super) struct Studio {
    pub(super) chain: Chain<dyn SpeechEngine>,
    pub(super) catalog: CatalogReader,
    pub(super) book: Arc<VoiceBook>,
    pub(super) slots: Arc<Slots>,
    pub(super) shelf: Shelf,
    pub(super) sticky: Sticky,
    pub(super) budget: Arc<Budget>,
    pub(super) limits: Limits,
    pub(super) max_text_chars: usize,
    pub(super) counts: Counts,
}

impl Studio {
    pub(super) fn new(config: &SpeechConfig, ports: &Ports) -> Self {
        let chain = Chain::new(ChainParts {
            noun: "speech engine",
            names: &config.chain(),
            resolve: Catalog::engine,
            revision: |engine| engine.revision(),
            breaker: config.breaker,
            probing: Probing::ByCanary(ports.entropy.clone()),
            patience: Duration::from_secs(config.first_byte_seconds),
            catalog: ports.catalog.clone(),
            clock: ports.clock.clone(),
        });
        Self {
            chain,
            catalog: ports.catalog.clone(),
            book: Arc::new(VoiceBook::new(ports.clock.clone())),
            slots: Slots::new(config),
            shelf: Shelf::new(ports.audio.clone()),
            sticky: Sticky(ports.cache.clone()),
            budget: Budget::new(config.recording_bytes),
            limits: Limits {
                begin: Duration::from_secs(config.first_byte_seconds),
                stall: Duration::from_secs(config.stall_seconds),
                sentence: Duration::from_secs(config.sentence_seconds),
                speech: Duration::from_secs(config.speech_seconds),
                hedge: (config.hedge_ms > 0).then(|| Duration::from_millis(config.hedge_ms)),
                ahead: config.ahead,
            },
            max_text_chars: config.max_text_chars,
            counts: Counts::default(),
        }
    }

    /// The first of these engines that is there.
    pub(super) fn first_member(&self, catalog: &Catalog, names: &[String]) -> Option<Arc<dyn SpeechEngine>> {
        names.iter().find_map(|name| match catalog.engine(name) {
            Lookup::Ready(engine) => Some(engine),
            Lookup::Pending | Lookup::Missing => None,
        })
    }
}
