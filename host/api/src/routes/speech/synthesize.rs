//! Text to audio.

use salvo::{
    Request, Writer, handler,
    http::header::{CACHE_CONTROL, TE},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use wheelhouse_core::Failure;
use wheelhouse_services::{SpeechRequest, speech::find_format};

use super::{
    super::audio::{AUDIO_HEADERS, Audio, StreamFormat},
    voices::Gender,
};
use crate::{
    body::Json,
    call::Call,
    endpoint::{Deadline, Docs, Endpoint, Tag},
    problem::Problem,
};

/// Media types of audio, and of the events that carry it.
pub(in crate::routes) const AUDIO_TYPES: &[&str] =
    &["audio/wav", "audio/pcm", "audio/mpeg", "audio/ogg", "audio/flac", "audio/aac", "text/event-stream"];

/// What to say, and how.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Synthesis {
    /// Text, not blank, of which Markdown, addresses and emoji are read out as a person would; or SSML, which begins with `<speak>`. Up to
    /// the host's limit (5,000 characters unless configured otherwise).
    #[schemars(length(min = 1))]
    text: String,
    /// A voice of an engine, alone or as `engine:voice`; a generic one such as `pam_default` that stands for a voice of whichever engine
    /// speaks; or one of OpenAI's names.
    voice_id: Option<String>,
    /// `wav` (default), `pcm` (signed 16-bit little-endian samples alone; rate and channels stand in `Content-Type`), `mp3`, `opus` (in Ogg),
    /// `flac`, and `aac` where the host has ffmpeg.
    #[schemars(extend("enum" = ["wav", "pcm", "mp3", "opus", "flac", "aac", null]))]
    format: Option<String>,
    /// The engine to ask first; the chain follows when it fails.
    engine: Option<String>,
    /// BCP 47 tag of the text.
    language: Option<String>,
    /// How the voice should sound, where no real voice is asked for.
    gender: Option<Gender>,
    /// A word that describes the voice, such as `calm`, where no real voice is asked for.
    #[schemars(length(min = 1, max = 64))]
    style: Option<String>,
    /// 1.0 is the voice's own pace.
    #[schemars(range(min = 0.25, max = 4.0))]
    speed: Option<f32>,
    /// Semitones above the voice's own pitch.
    #[schemars(range(min = -12.0, max = 12.0))]
    pitch: Option<f32>,
    /// 1.0 is the voice's own volume.
    #[schemars(range(min = 0.0, max = 2.0))]
    volume: Option<f32>,
    /// `audio` (default), or `sse`: events with pieces of audio, sentences and words.
    #[schemars(extend("enum" = ["audio", "sse", null]))]
    stream_format: Option<String>,
    /// A conversation, in which the engine that speaks goes on as long as it can.
    #[schemars(length(min = 1, max = 128))]
    conversation_id: Option<String>,
}

/// Whether others may get what is made for this request, and it what was made for others.
pub(in crate::routes) fn is_kept(req: &Request) -> bool {
    let said = req.headers().get_all(CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    !said.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case("no-store"))
}

/// Whether the client reads what stands behind the body.
pub(in crate::routes) fn takes_trailers(req: &Request) -> bool {
    let said = req.headers().get_all(TE).into_iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case("trailers"))
}

#[handler]
async fn synthesize(call: Call, req: &mut Request, body: Json<Synthesis>) -> Result<Audio, Problem> {
    let Json(body) = body;
    let stream = StreamFormat::of(body.stream_format.as_deref())?;
    let mut request = SpeechRequest::new(body.text);
    if let Some(format) = &body.format {
        request.format = find_format(format)?;
    }
    request.voice = body.voice_id;
    request.engine = body.engine;
    request.language = body.language;
    request.gender = body.gender.map(Into::into);
    request.style = body.style;
    request.speed = body.speed;
    request.pitch = body.pitch;
    request.volume = body.volume;
    request.conversation = body.conversation_id;
    request.is_kept = is_kept(req);
    // The service knows its fields under the names that a client of any route gives them.
    let spoken = call.state.services.speech.synthesize(&call.ctx, request).await.map_err(|failure| {
        let failure = rename_field(failure, "voice", "voice_id");
        rename_field(failure, "conversation", "conversation_id")
    })?;
    Ok(Audio::new(spoken, call.ctx, stream, takes_trailers(req)))
}

/// Calls a field as the request does.
pub(in crate::routes) fn rename_field(mut failure: Failure, from: &str, to: &str) -> Failure {
    for field in failure.fields.iter_mut().filter(|field| field.field == from) {
        to.clone_into(&mut field.field);
    }
    if let Some(rest) = failure.message.strip_prefix(from).filter(|rest| rest.starts_with(": ")) {
        failure.message = format!("{to}{rest}");
    }
    failure
}

pub(super) fn endpoint() -> Endpoint {
    let docs = Docs::new(
        Tag::Speech,
        "synthesize",
        "Speak",
        "Audio is sent while it is made. An engine that fails before its first byte is passed over for the next one of the chain; when one \
         fails later the next goes on with the sentence that broke off, and the trailer `X-Engines` (for clients that send `TE: trailers`) \
         or the event `speech.engine` says so. When nobody can go on the connection breaks, so that a part is never taken for the whole.\n\n\
         What was said before is not made again, and whoever asks for what is just being made joins: `X-Cache-Hit` says so, and \
         `X-Audio-Id` is where it can be had again. `Cache-Control: no-store` in the request keeps it out of that.\n\n\
         With `stream_format` `sse` the answer is a stream of events whose `data` is JSON: `speech.audio.delta` (`audio`, Base64), \
         `speech.sentence` (`text`, `start`), `speech.word` (`text`, `start`, `end`; of engines that tell), `speech.engine` (`engine`, \
         `voice`, `start`), at the end `speech.audio.done` or `error`. Times are seconds from the beginning.",
    )
    .body::<Synthesis>(json!({"text": "Your tank is half full.", "voice_id": "pam_default", "format": "mp3"}))
    .bytes("The audio, chunk by chunk.", AUDIO_TYPES, AUDIO_HEADERS)
    .fails(&[413, 429, 503, 504]);
    Endpoint::post("/api/v1/tts/synthesize", synthesize).deadline(Deadline::Stream).docs(docs)
}
