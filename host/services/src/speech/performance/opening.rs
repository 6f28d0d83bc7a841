//! A sentence for which engines have been asked.

use std::collections::BTreeSet;

use wheelhouse_core::{Failure, speech::SpeechEngine};

use super::super::take::Take;
use crate::chain::{Attempt, Walk};

/// A sentence for which engines have been asked.
pub(super) struct Opening<'p> {
    pub(super) walk: Walk<'p, dyn SpeechEngine>,
    pub(super) running: Vec<(Attempt<dyn SpeechEngine>, Take)>,
    pub(super) languages: BTreeSet<String>,
}

impl<'p> Opening<'p> {
    /// Nobody has been asked yet.
    pub(super) fn new(walk: Walk<'p, dyn SpeechEngine>) -> Self {
        Self { walk, running: Vec::new(), languages: BTreeSet::new() }
    }

    /// Why nobody speaks.
    pub(super) fn exhausted(&mut self) -> Failure {
        if self.walk.all_skipped() {
            let known = std::mem::take(&mut self.languages).into_iter().collect::<Vec<_>>().join(", ");
            return Failure::invalid_field("language", format!("no engine speaks it; there are: {known}"));
        }
        self.walk.exhausted()
    }
}
