//! Audio that was made before.

use salvo::{
    Depot, Request, Response, Writer, async_trait, handler,
    http::{
        HeaderValue, HttpRange, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
        },
    },
};
use wheelhouse_core::{Failure, audio::AudioId};
use wheelhouse_services::{FinishedAudio, speech::media_type};

use super::{super::conditional::matches, synthesize::AUDIO_TYPES};
use crate::{
    call::Call,
    endpoint::{Deadline, Docs, Endpoint, Tag},
    problem::Problem,
};

/// What is named by its content never changes.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// The id in the path.
///
/// # Errors
/// `NotFound` for one that nothing can have.
pub(super) fn id_of(req: &Request) -> Result<AudioId, Failure> {
    let text = req.params().get("id").map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| Failure::not_found("There is no such audio: an id is 64 of 0-9 and a-f."))
}

/// Whole audio, or a part of it.
struct Kept(FinishedAudio);

#[async_trait]
impl Writer for Kept {
    async fn write(self, req: &mut Request, depot: &mut Depot, res: &mut Response) {
        let Self(audio) = self;
        let header = |name| req.headers().get(name).and_then(|value| value.to_str().ok());
        let size = audio.audio.len();
        let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", audio.id)) else { return };
        let headers = res.headers_mut();
        headers.insert(ETAG, etag.clone());
        headers.insert(CACHE_CONTROL, KEEP);
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if header(IF_NONE_MATCH).is_some_and(|tags| matches(tags, &etag)) {
            res.status_code(StatusCode::NOT_MODIFIED);
            return;
        }
        if let Ok(kind) = HeaderValue::from_str(&media_type(audio.container, audio.layout)) {
            headers.insert(CONTENT_TYPE, kind);
        }
        // A part of another version would not fit to what the client has.
        let is_same = header(IF_RANGE).is_none_or(|tag| tag.as_bytes() == etag.as_bytes());
        let Some(wanted) = header(RANGE).filter(|_| is_same) else {
            res.status_code(StatusCode::OK);
            res.body(audio.audio);
            return;
        };
        match part(wanted, size) {
            Part::Whole => {
                res.status_code(StatusCode::OK);
                res.body(audio.audio);
            }
            Part::From(start, length) => {
                let said = format!("bytes {start}-{}/{size}", start + length - 1);
                if let Ok(said) = HeaderValue::from_str(&said) {
                    headers.insert(CONTENT_RANGE, said);
                }
                res.status_code(StatusCode::PARTIAL_CONTENT);
                res.body(audio.audio.slice(start..start + length));
            }
            Part::Nothing => {
                Problem::of_status(StatusCode::RANGE_NOT_SATISFIABLE).render(req, depot, res);
                if let Ok(said) = HeaderValue::from_str(&format!("bytes */{size}")) {
                    res.headers_mut().insert(CONTENT_RANGE, said);
                }
            }
        }
    }
}

/// What a `Range` header asks for (RFC 9110, 14.2).
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// First byte and how many.
    From(usize, usize),
    Nothing,
}

fn part(wanted: &str, size: usize) -> Part {
    let is_bytes = wanted.trim_start().get(..6).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes="));
    match HttpRange::parse(wanted, size as u64) {
        // A server may always send the whole, and does where it is asked for several parts or in other units.
        _ if !is_bytes || wanted.contains(',') => Part::Whole,
        Ok(ranges) => match ranges.as_slice() {
            [range] if range.length > 0 => Part::From(range.start as usize, range.length as usize),
            [] => Part::Whole,
            _ => Part::Nothing,
        },
        Err(_) => Part::Nothing,
    }
}

#[handler]
async fn get_audio(call: Call, req: &mut Request) -> Result<Kept, Problem> {
    let id = id_of(req)?;
    Ok(Kept(call.state.services.speech.audio(&call.ctx, &id).await?))
}

pub(super) fn endpoint() -> Endpoint {
    let docs = Docs::new(
        Tag::Speech,
        "audio",
        "Audio that was spoken before",
        "What `X-Audio-Id` of an answer named, as long as it is kept; while it is still being made this waits for its end. Takes `Range`, \
         `If-Range` and `If-None-Match`.",
    )
    .path("id", "From `X-Audio-Id`.", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    .bytes("The audio.", &AUDIO_TYPES[..AUDIO_TYPES.len() - 1], &[("ETag", "The id; what it names never changes.")])
    .fails(&[404, 416]);
    Endpoint::get("/api/v1/tts/audio/{id}", get_audio).deadline(Deadline::Stream).docs(docs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_is_a_part_the_whole_or_nothing() {
        for (wanted, expected) in [
            ("bytes=0-1", Part::From(0, 2)),
            ("bytes=4-", Part::From(4, 6)),
            ("Bytes=-3", Part::From(7, 3)),
            ("bytes=8-100", Part::From(8, 2)),
            ("bytes=0-1,4-5", Part::Whole),
            ("samples=0-1", Part::Whole),
            ("bytes=10-", Part::Nothing),
            ("bytes=5-2", Part::Nothing),
            ("bytes=x", Part::Nothing),
        ] {
            assert_eq!(part(wanted, 10), expected, "{wanted}");
        }
    }
}
