//! Finds out whether an engine that was left out works again, so that no caller has to.

use std::{convert::Infallible, time::Duration};

use futures_util::{StreamExt, future::join_all};
use tokio::time::{MissedTickBehavior, interval, timeout};
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    speech::{SpeechEngine, Utterance},
};

use super::SpeechService;

/// What a canary sings: short, for some engines are paid by the letter.
const SONG: &str = "Okay.";
/// How often it is looked whether it is time for one.
const LOOK: Duration = Duration::from_secs(1);

impl SpeechService {
    /// Has every engine speak for which it is time to find out whether it works again. Each engine's breaker decides when that is.
    pub async fn probe(&self, ctx: &CallContext) {
        let catalog = self.studio.catalog.current();
        let due = self.studio.chain.due(&catalog);
        join_all(due.into_iter().map(|(name, engine, permit)| async move {
            let sung = sing(ctx, &*engine, self.studio.limits.begin * 2).await;
            match sung {
                Ok(()) => {
                    tracing::info!(engine = %name, "speaks again");
                    permit.succeeded();
                }
                // It speaks, though not this; what it was left out for is over.
                Err(failure) if failure.class.is_callers_fault() => permit.succeeded(),
                Err(failure) => {
                    let detail = failure.detail.as_deref().unwrap_or_default();
                    tracing::debug!(engine = %name, class = failure.class.as_str(), detail, "does not speak yet");
                    permit.failed(&failure);
                }
            }
        }))
        .await;
    }

    /// Probes for as long as it is polled; `ctx` makes the context of each round.
    pub async fn keep_probing(&self, ctx: impl Fn() -> CallContext) -> Infallible {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            self.probe(&ctx()).await;
        }
    }
}

async fn sing(ctx: &CallContext, engine: &dyn SpeechEngine, limit: Duration) -> Result<()> {
    let ctx = ctx.clone().with_time_limit(limit);
    let song = async {
        let mut audio = engine.synthesize(&ctx, Utterance::new(SONG)).await?.into_audio();
        let mut bytes = 0;
        while let Some(piece) = audio.next().await {
            bytes += piece?.len();
        }
        if bytes == 0 {
            return Err(Failure::new(FailureClass::Truncated, "The speech engine gave no audio."));
        }
        Ok(())
    };
    timeout(limit, song)
        .await
        .unwrap_or_else(|_| Err(Failure::timeout("The speech engine did not speak in time.")))
}
