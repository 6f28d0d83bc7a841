//! `/api/v1/audio`, as OpenAI's clients speak it.

use salvo::{Request, Writer, handler};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wheelhouse_services::{
    SpeechRequest, VoiceFilter,
    speech::{Container, find_format},
};

use super::{
    audio::{AUDIO_HEADERS, Audio, StreamFormat},
    speech::{AUDIO_TYPES, is_kept, rename_field, takes_trailers},
};
use crate::{
    body::Json,
    call::Call,
    endpoint::{Deadline, Docs, Endpoint, Tag},
    problem::{ErrorShape, Problem},
    reply::{Answer, Reply},
};

/// Models that name no engine here: whichever engine is first in the chain speaks.
const OPENAI_MODELS: &[&str] = &["tts-1", "tts-1-hd", "gpt-4o-mini-tts"];

/// OpenAI's body.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateSpeech {
    /// An engine of this host, or one of OpenAI's own (`tts-1`, `tts-1-hd`, `gpt-4o-mini-tts`), which leave the choice to the host.
    model: String,
    /// What to say.
    #[schemars(length(min = 1))]
    input: String,
    /// A voice of an engine, a generic one such as `pam_default`, or one of OpenAI's, which stands for a generic one.
    voice: Voice,
    /// `mp3` (default), `opus` (in Ogg), `flac`, `wav`, `pcm` (signed 16-bit little-endian samples alone, at the rate that stands in
    /// `Content-Type`), and `aac` where the host has ffmpeg.
    #[schemars(extend("enum" = ["mp3", "opus", "aac", "flac", "wav", "pcm", null]))]
    response_format: Option<String>,
    /// 1.0 is the voice's own pace.
    #[schemars(range(min = 0.25, max = 4.0))]
    speed: Option<f32>,
    /// Taken so that clients work, and without effect: no engine here can follow instructions.
    #[allow(dead_code, reason = "taken and not followed")]
    instructions: Option<String>,
    /// `audio` (default), or `sse`: events `speech.audio.delta` and `speech.audio.done`, and between them those of
    /// `POST /api/v1/tts/synthesize`.
    #[schemars(extend("enum" = ["audio", "sse", null]))]
    stream_format: Option<String>,
}

/// A voice's id, alone or in an object.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a string, or an object with the string `id`")]
#[schemars(rename = "VoiceName")]
enum Voice {
    /// `"alloy"`.
    Id(String),
    /// `{"id": "alloy"}`.
    Object {
        /// The voice's id.
        id: String,
    },
}

#[handler]
async fn create_speech(call: Call, req: &mut Request, body: Json<CreateSpeech>) -> Result<Audio, Problem> {
    let Json(body) = body;
    let stream = StreamFormat::of(body.stream_format.as_deref())?;
    let (Voice::Id(voice) | Voice::Object { id: voice }) = body.voice;
    let format = match &body.response_format {
        Some(format) => {
            find_format(format).map_err(|failure| rename_field(failure, "format", "response_format"))?
        }
        None => Container::Mp3,
    };
    let request = SpeechRequest {
        voice: Some(voice),
        engine: (!OPENAI_MODELS.contains(&body.model.as_str())).then_some(body.model),
        speed: body.speed,
        format,
        is_kept: is_kept(req),
        ..SpeechRequest::new(body.input)
    };
    let spoken = call.state.services.speech.synthesize(&call.ctx, request).await.map_err(|failure| {
        let failure = rename_field(failure, "text", "input");
        rename_field(failure, "engine", "model")
    })?;
    Ok(Audio::new(spoken, call.ctx, stream, takes_trailers(req)))
}

/// The ids that `voice` takes.
#[derive(Serialize, JsonSchema)]
struct VoiceNames {
    /// Of all engines, those of the first first; an id that two engines have is of the first.
    voices: Vec<String>,
}

#[handler]
async fn list_voices(call: Call) -> Answer<VoiceNames> {
    let engines = call.state.services.speech.voices(&call.ctx, &VoiceFilter::default()).await?;
    let mut voices: Vec<String> = Vec::new();
    for voice in engines.into_iter().flat_map(|engine| engine.voices) {
        if !voices.contains(&voice.id) {
            voices.push(voice.id);
        }
    }
    Ok(Reply::ok(VoiceNames { voices }))
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/audio/speech", create_speech)
            .deadline(Deadline::Stream)
            .errors_as(ErrorShape::OpenAi)
            .docs(
                Docs::new(
                    Tag::OpenAi,
                    "createSpeech",
                    "Speak, in OpenAI's words",
                    "What OpenAI's client libraries call for `audio.speech.create`, with the base URL `/api/v1` and an access token as \
                     the API key. Difference: `instructions` have no effect. Audio is sent while it is made, and a connection that breaks \
                     off means that nobody could go on.",
                )
                .body::<CreateSpeech>(json!({
                    "model": "tts-1", "input": "Your tank is half full.", "voice": "alloy", "response_format": "mp3",
                }))
                .bytes("The audio, chunk by chunk.", AUDIO_TYPES, AUDIO_HEADERS)
                .fails(&[400, 413, 429, 503, 504]),
            ),
        Endpoint::get("/api/v1/audio/voices", list_voices).errors_as(ErrorShape::OpenAi).docs(
            Docs::new(
                Tag::OpenAi,
                "listSpeechVoices",
                "Voices, as other servers of OpenAI's protocol list them",
                "`GET /api/v1/tts/voices` says more.",
            )
            .answer::<VoiceNames>(200, "The ids.", json!({"voices": ["heart"]})),
        ),
    ]
}
