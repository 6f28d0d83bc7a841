//! Bodies that are counted as they pass.

use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    error::{EgressError, Kind},
    gate::{GatePeaks, UnderWay},
};
use crate::usage::raise;

/// The body of a request.
pub(crate) type RequestBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// What a server sends, as it comes.
pub(super) type AnswerBody = RequestBody;

/// A body of at most `limit` bytes.
pub(super) fn counted<B>(body: B, limit: u64, peaks: Arc<GatePeaks>) -> RequestBody
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    Counted { body, left: limit, limit, peaks }.boxed_unsync()
}

struct Counted<B> {
    body: B,
    left: u64,
    limit: u64,
    peaks: Arc<GatePeaks>,
}

impl<B> Body for Counted<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else { return Poll::Ready(None) };
        let frame = frame.map_err(Into::into)?;
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        Poll::Ready(Some(match self.left.checked_sub(length) {
            Some(left) => {
                self.left = left;
                raise(&self.peaks.request_bytes, self.limit - left);
                Ok(frame)
            }
            None => Err(request_too_large(self.limit).into()),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

pub(super) fn request_too_large(limit: u64) -> EgressError {
    EgressError::new(
        Kind::RequestTooLarge,
        format!(
            "The body of a request may have at most {limit} bytes, as the limit http_request_bytes says."
        ),
    )
}

/// The body of an answer: of at most as many bytes as the plugin may take, and a request under way until it is dropped.
pub(crate) struct ResponseBody {
    incoming: AnswerBody,
    host: Arc<str>,
    left: u64,
    limit: u64,
    patience: Option<Patience>,
    peaks: Arc<GatePeaks>,
    _under_way: UnderWay,
}

/// How long the server may take.
struct Patience {
    /// Between two pieces.
    pause: Duration,
    /// To the last one.
    until: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl ResponseBody {
    /// # Errors
    /// `ResponseTooLarge` when the server says beforehand that it is too long.
    pub(super) fn new(
        incoming: AnswerBody,
        host: Arc<str>,
        limit: u64,
        peaks: Arc<GatePeaks>,
        under_way: UnderWay,
    ) -> Result<Self, EgressError> {
        let body = Self { incoming, host, left: limit, limit, patience: None, peaks, _under_way: under_way };
        if body.incoming.size_hint().lower() > limit { Err(body.too_large()) } else { Ok(body) }
    }

    /// Ends in an error when the server pauses for so long, or goes on beyond `until`.
    pub(crate) fn with_patience(mut self, pause: Duration, until: Instant) -> Self {
        let alarm = Box::pin(sleep_until(until.min(Instant::now() + pause)));
        self.patience = Some(Patience { pause, until, alarm });
        self
    }

    /// Reads it whole.
    ///
    /// # Errors
    /// `ResponseTooLarge`, or `Broken` when the server breaks off: never a part.
    pub(super) async fn read(mut self) -> Result<Vec<u8>, EgressError> {
        let mut bytes = Vec::new();
        while let Some(frame) = self.frame().await {
            if let Ok(data) = frame?.into_data() {
                bytes.extend_from_slice(&data);
            }
        }
        Ok(bytes)
    }

    fn too_large(&self) -> EgressError {
        EgressError::new(
            Kind::ResponseTooLarge,
            format!(
                "{} answered with more than {} bytes, which is the limit http_response_bytes.",
                self.host, self.limit
            ),
        )
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = EgressError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, EgressError>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(cx) else {
            let Some(patience) = &mut self.patience else { return Poll::Pending };
            ready!(patience.alarm.as_mut().poll(cx));
            return Poll::Ready(Some(Err(silent(&self.host))));
        };
        if let Some(Patience { pause, until, alarm }) = &mut self.patience {
            alarm.as_mut().reset((*until).min(Instant::now() + *pause));
        }
        let Some(frame) = frame else { return Poll::Ready(None) };
        let frame = frame.map_err(|error| EgressError::of(&*error, &self.host))?;
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        Poll::Ready(Some(match self.left.checked_sub(length) {
            Some(left) => {
                self.left = left;
                raise(&self.peaks.response_bytes, self.limit - left);
                Ok(frame)
            }
            None => Err(self.too_large()),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The server took too long.
pub(crate) fn silent(host: &str) -> EgressError {
    EgressError::new(Kind::Silent, format!("{host} did not answer in time."))
}
