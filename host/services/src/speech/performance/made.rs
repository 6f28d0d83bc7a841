//! What has been made of a speech.

use std::time::Duration;

use tokio::time::Instant;
use wheelhouse_audio::Layout;

use super::super::{recording::Head, sound::Output};

/// How much a listener has to hear, at least, while a sentence is not whole.
const LEAD: Duration = Duration::from_millis(400);

/// What has been made so far.
#[derive(Default)]
pub(super) struct Made {
    pub(super) layout: Option<Layout>,
    pub(super) output: Option<Output>,
    pub(super) head: Option<Head>,
    /// Samples a channel that were handed on.
    pub(super) frames: u64,
    /// When the first of them was.
    pub(super) since: Option<Instant>,
    /// To be kept silent before the first sentence.
    pub(super) silence: Duration,
    /// Who speaks, and with which voice.
    pub(super) speaker: Option<(String, Option<String>)>,
    /// Whether more than one engine was heard.
    pub(super) is_mixed: bool,
    /// Engines that broke off.
    pub(super) broken: Vec<String>,
}

impl Made {
    /// So many samples a channel as a time.
    pub(super) fn time(&self, frames: u64) -> Duration {
        let rate = self.layout.map_or(1, |layout| u64::from(layout.sample_rate));
        Duration::from_nanos(
            u64::try_from(u128::from(frames) * 1_000_000_000 / u128::from(rate)).unwrap_or(u64::MAX),
        )
    }

    /// When whoever listens at the pace of the speech has so little left to hear that a part of a sentence is better than nothing.
    pub(super) fn dry_at(&self) -> Instant {
        match self.since {
            Some(since) => since + self.time(self.frames).saturating_sub(LEAD),
            None => Instant::now(),
        }
    }
}
