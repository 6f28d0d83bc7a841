//! Audio from its first byte to its end.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use wheelhouse_core::{CallContext, Failure, FailureClass, Result, speech::AudioFormat};

use super::OutputFormat;
use crate::breaker::Permit;

/// An engine's stream that has begun.
pub(super) struct Begun {
    pub(super) engine: String,
    pub(super) format: AudioFormat,
    pub(super) first: Bytes,
    pub(super) rest: BoxStream<'static, Result<Bytes>>,
    pub(super) permit: Permit,
}

struct State {
    request_id: Arc<str>,
    engine: String,
    cancellation: CancellationToken,
    stall: Duration,
    frame: usize,
    /// Bytes of samples so far.
    bytes: usize,
    head: [Option<Bytes>; 2],
    rest: BoxStream<'static, Result<Bytes>>,
    /// Taken when the stream is over: dropping it before that counts neither way.
    permit: Option<Permit>,
}

/// The audio in the form that was asked for. What the engine leaves out is reported as the last item and counts against it.
pub(super) fn to_client(
    ctx: &CallContext,
    begun: Begun,
    output: OutputFormat,
    stall: Duration,
) -> BoxStream<'static, Result<Bytes>> {
    let header = output.header(begun.format).map(|header| Bytes::copy_from_slice(&header));
    let state = State {
        request_id: ctx.request_id.clone(),
        engine: begun.engine,
        cancellation: ctx.cancellation.clone(),
        stall,
        frame: 2 * usize::from(begun.format.channels),
        bytes: begun.first.len(),
        head: [header, Some(begun.first)],
        rest: begun.rest,
        permit: Some(begun.permit),
    };
    stream::unfold(state, |mut state| async move { state.next().await.map(|item| (item, state)) }).boxed()
}

impl State {
    async fn next(&mut self) -> Option<Result<Bytes>> {
        if let Some(piece) = self.head.iter_mut().find_map(Option::take) {
            return Some(Ok(piece));
        }
        self.permit.as_ref()?;
        loop {
            let piece = tokio::select! {
                piece = timeout(self.stall, self.rest.next()) => piece,
                () = self.cancellation.cancelled() => {
                    self.permit = None;
                    return Some(Err(Failure::timeout("The call was given up before all was said.")));
                }
            };
            return match piece {
                Ok(Some(Ok(piece))) if piece.is_empty() => continue,
                Ok(Some(Ok(piece))) => {
                    self.bytes += piece.len();
                    Some(Ok(piece))
                }
                Ok(Some(Err(failure))) => Some(Err(self.broken(failure))),
                Ok(None) if self.bytes.is_multiple_of(self.frame) => {
                    self.permit.take()?.succeeded();
                    None
                }
                Ok(None) => Some(Err(self.broken(Failure::new(
                    FailureClass::Truncated,
                    "The speech engine stopped in the middle of a sample.",
                )))),
                Err(_) => Some(Err(self.broken(Failure::timeout("The speech engine stopped speaking.")))),
            };
        }
    }

    fn broken(&mut self, failure: Failure) -> Failure {
        tracing::warn!(
            request_id = %self.request_id,
            engine = %self.engine,
            class = failure.class.as_str(),
            detail = failure.detail.as_deref().unwrap_or_default(),
            bytes = self.bytes,
            "speech broke off"
        );
        if let Some(permit) = self.permit.take()
            && !failure.class.is_callers_fault()
        {
            permit.failed(&failure);
        }
        failure
    }
}
