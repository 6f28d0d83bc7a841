//! What was said when, as captions.

use salvo::{
    Request, Response, Writer, handler,
    http::{HeaderValue, header::CONTENT_TYPE},
};
use wheelhouse_core::Failure;
use wheelhouse_services::speech::captions::{srt, vtt};

use super::kept::id_of;
use crate::{
    call::Call,
    endpoint::{Deadline, Docs, Endpoint, Tag},
    problem::Problem,
};

#[handler]
async fn get_captions(call: Call, req: &mut Request, res: &mut Response) -> Result<(), Problem> {
    let id = id_of(req)?;
    let format = req.query::<String>("format").unwrap_or_else(|| "vtt".to_owned());
    let (write, kind): (fn(&[_]) -> String, _) = match format.as_str() {
        "vtt" => (vtt, "text/vtt; charset=utf-8"),
        "srt" => (srt, "application/x-subrip; charset=utf-8"),
        _ => return Err(Failure::invalid_field("format", "must be `vtt` or `srt`").into()),
    };
    let audio = call.state.services.speech.audio(&call.ctx, &id).await?;
    res.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    res.body(write(&audio.cues()));
    Ok(())
}

pub(super) fn endpoint() -> Endpoint {
    let docs = Docs::new(
        Tag::Speech,
        "captions",
        "Captions of audio that was spoken before",
        "By words where the engine told them, else by sentences.",
    )
    .path("id", "From `X-Audio-Id`.", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    .query("format", "`vtt` (WebVTT, the default) or `srt` (SubRip).", "vtt")
    .bytes("The captions.", &["text/vtt", "application/x-subrip"], &[])
    .fails(&[404, 422]);
    Endpoint::get("/api/v1/tts/audio/{id}/captions", get_captions).deadline(Deadline::Stream).docs(docs)
}
