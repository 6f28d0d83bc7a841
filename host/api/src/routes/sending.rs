//! Answers that are sent while they are made.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, stream::BoxStream};
use salvo::{
    http::{HeaderMap, ResBody, body::BytesFrame},
    hyper::body::Frame,
};
use tokio::time::{Sleep, sleep_until};
use tokio_util::sync::DropGuard;
use wheelhouse_core::{CallContext, Result};

/// What an answer is made of.
pub(super) enum Outgoing {
    /// A piece of its body.
    Bytes(Bytes),
    /// What stands behind the body.
    Trailers(HeaderMap),
}

/// A body of these pieces. When they break off, so does the connection: a part is never sent as the whole.
pub(super) fn sending(pieces: BoxStream<'static, Result<Outgoing>>, ctx: &CallContext) -> ResBody {
    ResBody::stream(Sending::new(pieces, ctx))
}

/// The stream while it is sent: stops whoever makes it when the client goes away or the deadline has come, says in the log how it ended.
struct Sending {
    pieces: BoxStream<'static, Result<Outgoing>>,
    span: tracing::Span,
    bytes: u64,
    ended: bool,
    deadline: Pin<Box<Sleep>>,
    _given_up: DropGuard,
}

impl Sending {
    fn new(pieces: BoxStream<'static, Result<Outgoing>>, ctx: &CallContext) -> Self {
        let given_up = ctx.cancellation.clone().drop_guard();
        Self {
            pieces,
            span: tracing::Span::current(),
            bytes: 0,
            ended: false,
            deadline: Box::pin(sleep_until(ctx.deadline)),
            _given_up: given_up,
        }
    }
}

impl Stream for Sending {
    type Item = io::Result<BytesFrame>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let span = self.span.clone();
        let _entered = span.enter();
        if self.deadline.as_mut().poll(cx).is_ready() {
            self.ended = true;
            tracing::warn!(bytes = self.bytes, "an answer was not taken in time");
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        let polled = self.pieces.as_mut().poll_next(cx);
        if let Poll::Ready(item) = &polled {
            match item {
                Some(Ok(Outgoing::Bytes(piece))) => self.bytes += piece.len() as u64,
                Some(Ok(Outgoing::Trailers(_))) => {}
                Some(Err(failure)) => {
                    self.ended = true;
                    let (class, detail) =
                        (failure.class.as_str(), failure.detail.as_deref().unwrap_or_default());
                    tracing::warn!(bytes = self.bytes, class, detail, "an answer broke off");
                }
                None => {
                    self.ended = true;
                    tracing::debug!(bytes = self.bytes, "an answer was sent");
                }
            }
        }
        let frame = |piece| match piece {
            Outgoing::Bytes(bytes) => BytesFrame::data(bytes),
            Outgoing::Trailers(trailers) => BytesFrame(Frame::trailers(trailers)),
        };
        polled.map(|item| item.map(|piece| piece.map(frame).map_err(io::Error::other)))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if !self.ended {
            let _entered = self.span.enter();
            tracing::debug!(bytes = self.bytes, "client went away before the answer's end");
        }
    }
}
