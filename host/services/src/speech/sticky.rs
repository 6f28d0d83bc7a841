//! A conversation keeps the engine that speaks in it, so that PAM does not change her voice in the middle.

use std::{sync::Arc, time::Duration};

use wheelhouse_core::{CallContext, cache::Cache};

/// How long a conversation keeps it after the last sentence.
const KEPT_FOR: Duration = Duration::from_secs(6 * 3_600);

/// Who speaks in which conversation, for all replicas.
pub(super) struct Sticky(pub(super) Arc<dyn Cache>);

impl Sticky {
    /// The engine that spoke last; `None` also when that cannot be told.
    pub(super) async fn engine(&self, ctx: &CallContext, conversation: &str) -> Option<String> {
        let kept = self.0.get(&key(ctx, conversation)).await.ok()??;
        String::from_utf8(kept.into()).ok()
    }

    /// Remembers who speaks. That it cannot be remembered is no reason not to speak.
    pub(super) async fn keep(&self, ctx: &CallContext, conversation: &str, engine: &str) {
        let engine = engine.to_owned().into();
        if let Err(failure) = self.0.set(&key(ctx, conversation), engine, KEPT_FOR).await {
            tracing::debug!(%failure, "who speaks in a conversation is not remembered");
        }
    }
}

fn key(ctx: &CallContext, conversation: &str) -> String {
    let user = ctx.user().map(|user| user.id.as_str()).unwrap_or_default();
    format!("speech:engine:{user}:{conversation}")
}
