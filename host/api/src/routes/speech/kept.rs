//! Audio that was made before.

use salvo::{
    Depot, Request, Response, Writer, async_trait, handler,
    http::{
        HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
            IF_RANGE, RANGE,
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

/// What it says stays the same, though it may sound otherwise when it had to be spoken again.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=86400");

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
        let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", audio.digest)) else { return };
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
        let wanted = header(RANGE).filter(|_| is_same && req.method() == Method::GET);
        match wanted.map_or(Part::Whole, |wanted| part(wanted, size)) {
            Part::Whole => {
                // Also where the body is left out, as `HEAD` asks.
                headers.insert(CONTENT_LENGTH, size.into());
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
                let headers = res.headers_mut();
                headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                if let Ok(said) = HeaderValue::from_str(&format!("bytes */{size}")) {
                    headers.insert(CONTENT_RANGE, said);
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
    // A server may always send the whole, and does where it is asked for several parts or in other units.
    let (unit, range) = wanted.trim().split_once('=').unwrap_or_default();
    if !unit.eq_ignore_ascii_case("bytes") || range.contains(',') {
        return Part::Whole;
    }
    let Some((first, last)) = range.split_once('-') else { return Part::Nothing };
    let (start, end) = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(size)),
        (Some(first), None) if last.is_empty() => (first, size),
        (None, Some(length)) if first.is_empty() => (size.saturating_sub(length), size),
        _ => return Part::Nothing,
    };
    if start < end { Part::From(start, end - start) } else { Part::Nothing }
}

/// Digits of any number; more than can be counted are as good as the most that can.
fn number(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
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
    .bytes("The audio.", &AUDIO_TYPES[..AUDIO_TYPES.len() - 1], &[("ETag", "Of these bytes: what had to be spoken again may sound otherwise.")])
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
            ("bytes=0-18446744073709551616", Part::From(0, 10)),
            ("bytes=-18446744073709551616", Part::From(0, 10)),
            ("bytes=18446744073709551616-", Part::Nothing),
            ("bytes=-0", Part::Nothing),
            ("bytes=-", Part::Nothing),
            ("bytes=+1-2", Part::Nothing),
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
