//! `/api/v1/tts`.

use jiff::Timestamp;
use salvo::{Request, Writer, handler};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wheelhouse_core::{Failure, speech};
use wheelhouse_services::{
    BreakerState, EngineVoices, GenericVoice, MemberState, MemberStatus, OutputFormat, SpeechRequest,
};

use super::audio::{AUDIO_HEADERS, Audio};
use crate::{
    body::Json,
    call::Call,
    endpoint::{Deadline, Docs, Endpoint, Tag},
    problem::Problem,
    reply::{Answer, Reply},
};

/// What to say, and how.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Synthesis {
    /// Text, not blank, of which Markdown, addresses and emoji are read out as a person would; up to the host's limit (5,000 characters
    /// unless configured otherwise).
    #[schemars(length(min = 1))]
    text: String,
    /// A voice of an engine, or a generic one such as `pam_default` that stands for a voice of whichever engine speaks.
    voice_id: Option<String>,
    /// `wav` (default): a header that leaves the length open, then samples. `pcm`: signed 16-bit little-endian samples alone; rate and
    /// channels stand in `Content-Type`.
    #[schemars(extend("enum" = ["wav", "pcm", null]))]
    format: Option<String>,
    /// The engine to ask first; the chain follows when it fails.
    engine: Option<String>,
    /// BCP 47 tag of the text.
    language: Option<String>,
    /// 1.0 is the voice's own pace.
    #[schemars(range(min = 0.25, max = 4.0))]
    speed: Option<f32>,
}

/// How a voice sounds.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Gender {
    /// Sounds female.
    Female,
    /// Sounds male.
    Male,
    /// Neither.
    Neutral,
}

/// One voice of an engine.
#[derive(Serialize, JsonSchema)]
struct Voice {
    /// Unique in the engine.
    id: String,
    /// For people.
    name: String,
    /// BCP 47 tag.
    language: String,
    /// How it sounds.
    gender: Gender,
    /// One sentence for people.
    summary: Option<String>,
    /// The engine that it belongs to.
    engine: String,
}

/// A name that stands for a voice of whichever engine speaks.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GenericVoice")]
struct Generic {
    /// `pam_default`.
    id: String,
    /// The engine's voice that it stands for; null leaves the choice to the engine.
    voice: Option<String>,
}

impl From<GenericVoice> for Generic {
    fn from(generic: GenericVoice) -> Self {
        Self { id: generic.id, voice: generic.voice }
    }
}

/// What one engine has.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EngineVoices")]
struct Engine {
    /// The engine.
    engine: String,
    /// What the generic voice ids stand for when this engine speaks.
    generic: Vec<Generic>,
    /// Why its voices cannot be told.
    problem: Option<String>,
}

/// Voices of all engines.
#[derive(Serialize, JsonSchema)]
struct Voices {
    /// The voices, engine by engine in the order in which engines are asked.
    data: Vec<Voice>,
    /// Always false: the list is whole.
    has_more: bool,
    /// Always null.
    next_cursor: Option<String>,
    /// What the generic ids stand for, and engines whose voices cannot be told.
    engines: Vec<Engine>,
}

impl From<Vec<EngineVoices>> for Voices {
    fn from(engines: Vec<EngineVoices>) -> Self {
        let mut voices = Self { data: Vec::new(), has_more: false, next_cursor: None, engines: Vec::new() };
        for EngineVoices { engine, voices: own, generic, problem } in engines {
            voices.data.extend(own.into_iter().map(|voice| Voice {
                id: voice.id,
                name: voice.name,
                language: voice.language,
                gender: match voice.gender {
                    speech::Gender::Female => Gender::Female,
                    speech::Gender::Male => Gender::Male,
                    speech::Gender::Neutral => Gender::Neutral,
                },
                summary: voice.summary,
                engine: engine.clone(),
            }));
            let generic = generic.into_iter().map(Into::into).collect();
            voices.engines.push(Engine { engine, generic, problem });
        }
        voices
    }
}

/// Whether an engine or provider is there.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MemberState")]
enum State {
    /// It can be asked.
    Ready,
    /// Its plugin is being loaded.
    Loading,
    /// Its plugin was refused.
    Refused,
    /// Nothing of this name was found.
    Missing,
}

/// Whether an engine or provider is asked at present.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BreakerState")]
enum Breaker {
    /// It is asked.
    Closed,
    /// It failed too often and is left out until its next probe.
    Open,
    /// One call tries whether it works again.
    HalfOpen,
}

/// An engine or provider in its chain.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChainMember")]
pub(super) struct Member {
    /// The name in the configuration.
    id: String,
    /// Its place; 0 is the primary. Members that are only used when asked for by name stand after the chain.
    position: u32,
    /// Whether it stands in the configured chain.
    configured: bool,
    /// Whether it is there.
    state: State,
    /// Why it is not there.
    reason: Option<String>,
    /// Whether it is asked at present.
    breaker: Breaker,
    /// What went wrong the last time that something did.
    last_error: Option<String>,
    /// When that was.
    last_error_at: Option<Timestamp>,
    /// When it will be asked again, while the breaker is open.
    next_probe: Option<Timestamp>,
}

impl From<MemberStatus> for Member {
    fn from(status: MemberStatus) -> Self {
        Self {
            id: status.id,
            position: status.position,
            configured: status.configured,
            state: match status.state {
                MemberState::Ready => State::Ready,
                MemberState::Loading => State::Loading,
                MemberState::Refused => State::Refused,
                MemberState::Missing => State::Missing,
            },
            reason: status.reason,
            breaker: match status.breaker {
                BreakerState::Closed => Breaker::Closed,
                BreakerState::Open => Breaker::Open,
                BreakerState::HalfOpen => Breaker::HalfOpen,
            },
            last_error: status.last_error,
            last_error_at: status.last_error_at,
            next_probe: status.next_probe,
        }
    }
}

/// Speech engines in order.
#[derive(Serialize, JsonSchema)]
struct Engines {
    /// In the order in which they are asked.
    data: Vec<Member>,
    /// Always false: the list is whole.
    has_more: bool,
    /// Always null.
    next_cursor: Option<String>,
}

/// The form of audio that is asked for.
///
/// # Errors
/// `Invalid` for one that cannot be made, naming those that can.
pub(super) fn output_format(field: &str, wish: Option<&str>) -> Result<OutputFormat, Failure> {
    let Some(wish) = wish else { return Ok(OutputFormat::default()) };
    OutputFormat::ALL.into_iter().find(|format| format.as_str() == wish).ok_or_else(|| {
        let known = OutputFormat::ALL.map(|format| format!("`{format}`")).join(", ");
        // The word is the caller's own and may be of any length.
        let shown: String = wish.chars().take(32).collect();
        Failure::invalid_field(field, format!("`{shown}` cannot be made; there is {known}"))
    })
}

#[handler]
async fn synthesize(call: Call, body: Json<Synthesis>) -> Result<Audio, Problem> {
    let Json(Synthesis { text, voice_id, format, engine, language, speed }) = body;
    let format = output_format("format", format.as_deref())?;
    let request = SpeechRequest { text, voice: voice_id, engine, language, speed, format };
    // The service knows the voice under the name that a client of any route gives it.
    let spoken = call
        .state
        .services
        .speech
        .synthesize(&call.ctx, request)
        .await
        .map_err(|failure| rename_field(failure, "voice", "voice_id"))?;
    Ok(Audio::new(spoken, call.ctx))
}

/// Calls a field as the request does.
pub(super) fn rename_field(mut failure: Failure, from: &str, to: &str) -> Failure {
    for field in failure.fields.iter_mut().filter(|field| field.field == from) {
        to.clone_into(&mut field.field);
    }
    if let Some(rest) = failure.message.strip_prefix(from).filter(|rest| rest.starts_with(": ")) {
        failure.message = format!("{to}{rest}");
    }
    failure
}

#[handler]
async fn list_voices(call: Call, req: &mut Request) -> Answer<Voices> {
    let engine = req.query::<String>("engine").filter(|engine| !engine.is_empty());
    let voices = call.state.services.speech.voices(&call.ctx, engine.as_deref()).await?;
    Ok(Reply::ok(voices.into()))
}

#[handler]
async fn list_engines(call: Call) -> Answer<Engines> {
    let engines = call.state.services.speech.engines(&call.ctx);
    let data = engines.into_iter().map(Into::into).collect();
    Ok(Reply::ok(Engines { data, has_more: false, next_cursor: None }))
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/tts/synthesize", synthesize).deadline(Deadline::Stream).docs(
            Docs::new(
                Tag::Speech,
                "synthesize",
                "Speak",
                "Audio is sent while it is made. An engine that fails before its first byte is passed over for the next one of the \
                 chain; one that fails later breaks the connection, so that a part is never taken for the whole.",
            )
            .body::<Synthesis>(json!({"text": "Your tank is half full.", "voice_id": "pam_default", "format": "wav"}))
            .bytes("The audio, chunk by chunk.", &["audio/wav", "audio/pcm"], AUDIO_HEADERS)
            .fails(&[413, 429, 503, 504]),
        ),
        Endpoint::get("/api/v1/tts/voices", list_voices).docs(
            Docs::new(Tag::Speech, "voices", "Voices of all engines", "")
                .query("engine", "Only voices of this engine.", "hibari")
                .answer::<Voices>(
                    200,
                    "The voices.",
                    json!({
                        "data": [{
                            "id": "heart", "name": "Heart", "language": "en-US", "gender": "female",
                            "summary": "A calm American voice that needs no network and no key.", "engine": "hibari",
                        }],
                        "has_more": false,
                        "next_cursor": null,
                        "engines": [{
                            "engine": "hibari", "generic": [{"id": "pam_default", "voice": null}], "problem": null,
                        }],
                    }),
                )
                .fails(&[422]),
        ),
        Endpoint::get("/api/v1/tts/engines", list_engines).docs(
            Docs::new(Tag::Speech, "engines", "Speech engines in the order in which they are asked", "").answer::<Engines>(
                200,
                "The engines.",
                json!({
                    "data": [{
                        "id": "hibari", "position": 0, "configured": true, "state": "ready", "reason": null, "breaker": "closed",
                        "last_error": null, "last_error_at": null, "next_probe": null,
                    }],
                    "has_more": false,
                    "next_cursor": null,
                }),
            ),
        ),
    ]
}
