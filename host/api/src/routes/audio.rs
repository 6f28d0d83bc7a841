//! Spoken audio as an answer.

mod events;

use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use salvo::{
    Depot, Request, Response, Writer, async_trait,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, TRAILER},
    },
};
use wheelhouse_core::{CallContext, Failure, Result};
use wheelhouse_services::{Mark, SpokenAudio, SpokenPiece, speech::media_type};

use super::sending::{Outgoing, sending};

/// Headers of every answer that is audio.
pub(super) const AUDIO_HEADERS: &[(&str, &str)] = &[
    ("X-Engine", "The engine that speaks, at least at the beginning."),
    ("X-Voice", "The voice that speaks; absent when the engine chose."),
    ("X-Fallback-Used", "`true` when an engine before it in the chain was passed over."),
    ("X-Cache-Hit", "`true` when it was made before, or is just being made for somebody else."),
    ("X-Audio-Id", "Where it can be had again: `/api/v1/tts/audio/{id}`. Absent when it is not kept."),
];

/// Who has spoken, in order: what was not known when the headers were sent.
const ENGINES: HeaderName = HeaderName::from_static("x-engines");

/// In which way audio is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamFormat {
    /// As it is.
    Audio,
    /// In events.
    Sse,
}

impl StreamFormat {
    /// The one that is asked for.
    ///
    /// # Errors
    /// `Invalid` naming `stream_format`.
    pub(super) fn of(wish: Option<&str>) -> Result<Self> {
        match wish {
            None | Some("audio") => Ok(Self::Audio),
            Some("sse") => Ok(Self::Sse),
            Some(other) => {
                // The word is the caller's own and may be of any length.
                let shown: String = other.chars().filter(|c| !c.is_control()).take(32).collect();
                Err(Failure::invalid_field(
                    "stream_format",
                    format!("`{shown}` is neither `audio` nor `sse`"),
                ))
            }
        }
    }
}

/// Audio that is sent while it is made. When it breaks off, so does the connection: a part is never sent as the whole.
pub(super) struct Audio {
    spoken: SpokenAudio,
    ctx: CallContext,
    stream: StreamFormat,
    takes_trailers: bool,
}

impl Audio {
    pub(super) fn new(
        spoken: SpokenAudio,
        ctx: CallContext,
        stream: StreamFormat,
        takes_trailers: bool,
    ) -> Self {
        Self { spoken, ctx, stream, takes_trailers }
    }
}

#[async_trait]
impl Writer for Audio {
    async fn write(self, _req: &mut Request, _depot: &mut Depot, res: &mut Response) {
        let Self { spoken, ctx, stream, takes_trailers } = self;
        let flag = |yes: bool| HeaderValue::from_static(if yes { "true" } else { "false" });
        let headers = res.headers_mut();
        let kind = match stream {
            StreamFormat::Audio => media_type(spoken.container, spoken.layout),
            StreamFormat::Sse => "text/event-stream".to_owned(),
        };
        let id = spoken.id.map(|id| id.to_string());
        for (name, value) in [
            ("x-engine", Some(spoken.engine.as_str())),
            ("x-voice", spoken.voice.as_deref()),
            ("x-audio-id", id.as_deref()),
            (CONTENT_TYPE.as_str(), Some(kind.as_str())),
        ] {
            // An engine's name for a voice may be no header value, and then the header is left out.
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        }
        headers.insert("x-fallback-used", flag(spoken.fallback_used));
        headers.insert("x-cache-hit", flag(spoken.cache_hit));
        // The same body asked for again need not be the same answer; what has an id can be kept by that.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let pieces = match stream {
            StreamFormat::Sse => events::encode(spoken.pieces),
            StreamFormat::Audio => {
                if let Some(length) = spoken.length {
                    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
                } else if takes_trailers {
                    headers.insert(TRAILER, HeaderValue::from_name(ENGINES));
                }
                let says_engines = takes_trailers && spoken.length.is_none();
                audio_of(spoken.pieces, spoken.engine, says_engines)
            }
        };
        res.status_code(StatusCode::OK);
        res.body(sending(pieces, &ctx));
    }
}

/// The bytes alone, and behind them who has spoken.
fn audio_of(
    pieces: BoxStream<'static, Result<SpokenPiece>>,
    first: String,
    says_engines: bool,
) -> BoxStream<'static, Result<Outgoing>> {
    let state = (pieces, vec![first], says_engines);
    stream::unfold(state, |(mut pieces, mut engines, says_engines)| async move {
        loop {
            let item: Result<Bytes> = match pieces.next().await {
                Some(Ok(SpokenPiece::Audio(bytes))) => Ok(bytes),
                Some(Ok(SpokenPiece::Mark(Mark::Engine { engine, .. }))) => {
                    engines.push(engine);
                    continue;
                }
                Some(Ok(SpokenPiece::Mark(_))) => continue,
                Some(Err(failure)) => Err(failure),
                None if says_engines => {
                    let mut trailers = HeaderMap::new();
                    if let Ok(value) = HeaderValue::from_str(&engines.join(", ")) {
                        trailers.insert(ENGINES, value);
                    }
                    return Some((Ok(Outgoing::Trailers(trailers)), (pieces, engines, false)));
                }
                None => return None,
            };
            return Some((item.map(Outgoing::Bytes), (pieces, engines, says_engines)));
        }
    })
    .boxed()
}
