//! Spoken audio as an answer.

use salvo::{
    Depot, Request, Response, Writer, async_trait,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use wheelhouse_core::CallContext;
use wheelhouse_services::SpokenAudio;

use super::sending::sending;

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
        res.body(sending(spoken.audio, &ctx));
    }
}
