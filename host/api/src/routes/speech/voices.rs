//! Which voices there are.

use salvo::{Request, Writer, handler};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wheelhouse_core::{Failure, speech};
use wheelhouse_services::{EngineVoices, GenericVoice, VoiceFilter};

use crate::{
    call::Call,
    endpoint::{Docs, Endpoint, Tag},
    problem::Problem,
    reply::{Answer, Reply},
};

/// How a voice sounds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Gender {
    /// Sounds female.
    Female,
    /// Sounds male.
    Male,
    /// Neither.
    Neutral,
}

impl From<speech::Gender> for Gender {
    fn from(gender: speech::Gender) -> Self {
        match gender {
            speech::Gender::Female => Self::Female,
            speech::Gender::Male => Self::Male,
            speech::Gender::Neutral => Self::Neutral,
        }
    }
}

impl From<Gender> for speech::Gender {
    fn from(gender: Gender) -> Self {
        match gender {
            Gender::Female => Self::Female,
            Gender::Male => Self::Male,
            Gender::Neutral => Self::Neutral,
        }
    }
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
                gender: voice.gender.into(),
                summary: voice.summary,
                engine: engine.clone(),
            }));
            let generic = generic.into_iter().map(Into::into).collect();
            voices.engines.push(Engine { engine, generic, problem });
        }
        voices
    }
}

/// What of a list of voices is asked for.
///
/// # Errors
/// `Invalid` naming the parameter that is none.
fn filter(req: &Request) -> Result<VoiceFilter, Failure> {
    let given = |name: &str| req.query::<String>(name).filter(|value| !value.is_empty());
    let (engine, language) = (given("engine"), given("language"));
    let gender = match given("gender") {
        None => None,
        Some(word) => Some(
            serde_json::from_value::<Gender>(word.into())
                .map_err(|_| Failure::invalid_field("gender", "must be `female`, `male` or `neutral`"))?
                .into(),
        ),
    };
    Ok(VoiceFilter { engine, language, gender })
}

#[handler]
async fn list_voices(call: Call, req: &mut Request) -> Answer<Voices> {
    let filter = filter(req).map_err(Problem::from)?;
    let voices = call.state.services.speech.voices(&call.ctx, &filter).await?;
    Ok(Reply::ok(voices.into()))
}

pub(super) fn endpoint() -> Endpoint {
    let docs = Docs::new(
        Tag::Speech,
        "voices",
        "Voices of all engines",
        "A voice is asked for by its id, alone or with its engine as `engine:voice`.",
    )
    .query("engine", "Only voices of this engine.", "hibari")
    .query("language", "Only voices of this language; BCP 47, with a region only those of the region.", "en")
    .query("gender", "Only voices that sound `female`, `male` or `neutral`.", "female")
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
    .fails(&[422]);
    Endpoint::get("/api/v1/tts/voices", list_voices).docs(docs)
}
