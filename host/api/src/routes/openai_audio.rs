//! `/api/v1/audio`, as OpenAI's clients speak it.

use std::time::Duration;

use salvo::{Writer, handler};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use wheelhouse_core::Failure;
use wheelhouse_services::SpeechRequest;

use super::{
    audio::{AUDIO_HEADERS, Audio},
    speech::{output_format, rename_field},
};
use crate::{
    body::Json,
    call::Call,
    endpoint::{Deadline, Docs, Endpoint, Tag},
    problem::{ErrorShape, Problem},
};

/// Engines that do not tell their voices in this time are not waited for.
const LOOKUP_LIMIT: Duration = Duration::from_secs(2);

/// Models that name no engine here: whichever engine is first in the chain speaks.
const OPENAI_MODELS: &[&str] = &["tts-1", "tts-1-hd", "gpt-4o-mini-tts"];

/// Voices that OpenAI's clients know, and the generic voice that each stands for where no engine has a voice of that name.
const OPENAI_VOICES: &[(&str, &str)] = &[
    ("alloy", "pam_default"),
    ("ash", "pam_male_calm"),
    ("ballad", "pam_male_calm"),
    ("cedar", "pam_male_calm"),
    ("coral", "pam_female_professional"),
    ("echo", "pam_male_calm"),
    ("fable", "pam_default"),
    ("marin", "pam_female_professional"),
    ("nova", "pam_female_professional"),
    ("onyx", "pam_male_calm"),
    ("sage", "pam_female_professional"),
    ("shimmer", "pam_female_professional"),
    ("verse", "pam_male_calm"),
];

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
    /// `wav` or `pcm`. Where it is absent the answer is `wav`; OpenAI's own default, `mp3`, cannot be made here and is never pretended.
    #[schemars(extend("enum" = ["wav", "pcm", null]))]
    response_format: Option<String>,
    /// 1.0 is the voice's own pace.
    #[schemars(range(min = 0.25, max = 4.0))]
    speed: Option<f32>,
    /// Taken so that clients work, and without effect: no engine here can follow instructions.
    #[allow(dead_code, reason = "taken and not followed")]
    instructions: Option<String>,
    /// `audio` (default). `sse` is refused.
    #[schemars(extend("enum" = ["audio", null]))]
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
async fn create_speech(call: Call, body: Json<CreateSpeech>) -> Result<Audio, Problem> {
    let Json(body) = body;
    if let Some(other) = body.stream_format.as_deref().filter(|format| *format != "audio") {
        let shown: String = other.chars().take(32).collect();
        let message = format!("`{shown}` is not served; there is `audio`");
        return Err(Failure::invalid_field("stream_format", message).into());
    }
    let (Voice::Id(voice) | Voice::Object { id: voice }) = body.voice;
    let engine = (!OPENAI_MODELS.contains(&body.model.as_str())).then_some(body.model);
    let request = SpeechRequest {
        text: body.input,
        voice: Some(voice_of(&call, engine.as_deref(), voice).await),
        engine,
        language: None,
        speed: body.speed,
        format: output_format("response_format", body.response_format.as_deref())?,
    };
    let spoken = call.state.services.speech.synthesize(&call.ctx, request).await.map_err(|failure| {
        let failure = rename_field(failure, "text", "input");
        let failure = rename_field(failure, "format", "response_format");
        rename_field(failure, "engine", "model")
    })?;
    Ok(Audio::new(spoken, call.ctx))
}

/// The voice that is meant: a name of OpenAI's stands for a generic voice, unless an engine that can be asked has a voice of this name.
async fn voice_of(call: &Call, engine: Option<&str>, voice: String) -> String {
    let Some((_, generic)) = OPENAI_VOICES.iter().find(|(name, _)| *name == voice) else { return voice };
    let ctx = call.ctx.clone().with_time_limit(LOOKUP_LIMIT);
    let engines = call.state.services.speech.voices(&ctx, engine).await.unwrap_or_default();
    let exists = engines.iter().flat_map(|engine| &engine.voices).any(|known| known.id == voice);
    if exists { voice } else { (*generic).to_owned() }
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
                     the API key. Differences: without `response_format` the answer is `wav`; `instructions` have no effect. Audio is sent \
                     while it is made, and a connection that breaks off means that the engine did.",
                )
                .body::<CreateSpeech>(json!({
                    "model": "tts-1", "input": "Your tank is half full.", "voice": "alloy", "response_format": "wav",
                }))
                .bytes("The audio, chunk by chunk.", &["audio/wav", "audio/pcm"], AUDIO_HEADERS)
                .fails(&[400, 413, 429, 503, 504]),
            ),
    ]
}
