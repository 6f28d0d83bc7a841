//! Spoken audio as an answer.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, stream::BoxStream};
use salvo::{
    Depot, Request, Response, Writer, async_trait,
    http::{HeaderValue, ResBody, StatusCode, header::CONTENT_TYPE},
};
use tokio::time::{Sleep, sleep_until};
use tokio_util::sync::DropGuard;
use wheelhouse_core::{CallContext, Result};
use wheelhouse_services::SpokenAudio;

/// Headers of every answer that is audio.
pub(super) const AUDIO_HEADERS: &[(&str, &str)] = &[
    ("X-Engine", "The engine that speaks."),
    ("X-Voice", "The voice that speaks; absent when the engine chose."),
    ("X-Fallback-Used", "`true` when an engine before it in the chain was passed over."),
    ("X-Cache-Hit", "`false`: audio is not kept."),
];

/// Audio that is sent while it is made. When it breaks off, so does the connection: a part is never sent as the whole.
pub(super) struct Audio {
    spoken: SpokenAudio,
    ctx: CallContext,
}

impl Audio {
    pub(super) fn new(spoken: SpokenAudio, ctx: CallContext) -> Self {
        Self { spoken, ctx }
    }
}

#[async_trait]
impl Writer for Audio {
    async fn write(self, _req: &mut Request, _depot: &mut Depot, res: &mut Response) {
        let Self { spoken, ctx } = self;
        let flag = |yes: bool| HeaderValue::from_static(if yes { "true" } else { "false" });
        let headers = res.headers_mut();
        for (name, value) in [
            ("x-engine", Some(spoken.engine.as_str())),
            ("x-voice", spoken.voice.as_deref()),
            (CONTENT_TYPE.as_str(), Some(spoken.content_type.as_str())),
        ] {
            // An engine's name for a voice may be no header value, and then the header is left out.
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        }
        headers.insert("x-fallback-used", flag(spoken.fallback_used));
        headers.insert("x-cache-hit", flag(false));
        res.status_code(StatusCode::OK);
        res.body(ResBody::stream(Sending::new(spoken.audio, &ctx)));
    }
}

/// The stream while it is sent: stops the engine when the client goes away or the deadline has come, says in the log how it ended.
struct Sending {
    audio: BoxStream<'static, Result<Bytes>>,
    span: tracing::Span,
    bytes: u64,
    ended: bool,
    deadline: Pin<Box<Sleep>>,
    _given_up: DropGuard,
}

impl Sending {
    fn new(audio: BoxStream<'static, Result<Bytes>>, ctx: &CallContext) -> Self {
        let given_up = ctx.cancellation.clone().drop_guard();
        Self {
            audio,
            span: tracing::Span::current(),
            bytes: 0,
            ended: false,
            deadline: Box::pin(sleep_until(ctx.deadline)),
            _given_up: given_up,
        }
    }
}

impl Stream for Sending {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let span = self.span.clone();
        let _entered = span.enter();
        if self.deadline.as_mut().poll(cx).is_ready() {
            self.ended = true;
            tracing::warn!(bytes = self.bytes, "audio was not taken in time");
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        let polled = self.audio.as_mut().poll_next(cx);
        if let Poll::Ready(item) = &polled {
            match item {
                Some(Ok(piece)) => self.bytes += piece.len() as u64,
                Some(Err(failure)) => {
                    self.ended = true;
                    let (class, detail) =
                        (failure.class.as_str(), failure.detail.as_deref().unwrap_or_default());
                    tracing::warn!(bytes = self.bytes, class, detail, "audio broke off");
                }
                None => {
                    self.ended = true;
                    tracing::debug!(bytes = self.bytes, "audio sent");
                }
            }
        }
        polled.map(|item| item.map(|piece| piece.map_err(io::Error::other)))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if !self.ended {
            let _entered = self.span.enter();
            tracing::debug!(bytes = self.bytes, "client went away before the audio's end");
        }
    }
}
