//! Who can speak: the service's list, or as long as it cannot be had, voices that it has had for years.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt;
use jiff::Timestamp;
use msedge_tts::voice::tokio_runtime::get_voices_list_proxy_async;
use tokio::time::timeout;
use wheelhouse_core::{
    CallContext, Failure, Result,
    clock::Clock,
    language,
    speech::{Gender, Utterance, Voice},
};

use super::{EdgeConfig, connection::silent, relay::Way, ssml};
use crate::{failures::engine, voices::unknown};

/// How long a list is good.
const KEPT_FOR: Duration = Duration::from_secs(3_600);
/// How long nobody asks again after it could not be had.
const PAUSE: Duration = Duration::from_secs(60);

/// In the order of preference, after the configured one.
const KNOWN: [(&str, Gender); 13] = [
    ("en-US-AriaNeural", Gender::Female),
    ("en-US-GuyNeural", Gender::Male),
    ("en-GB-SoniaNeural", Gender::Female),
    ("en-GB-RyanNeural", Gender::Male),
    ("en-AU-NatashaNeural", Gender::Female),
    ("en-AU-WilliamNeural", Gender::Male),
    ("de-DE-KatjaNeural", Gender::Female),
    ("de-DE-ConradNeural", Gender::Male),
    ("fr-FR-DeniseNeural", Gender::Female),
    ("fr-FR-HenriNeural", Gender::Male),
    ("es-ES-ElviraNeural", Gender::Female),
    ("it-IT-ElsaNeural", Gender::Female),
    ("pt-BR-FranciscaNeural", Gender::Female),
];

/// What is known of the voices.
pub(super) struct Voices {
    engine: Arc<str>,
    /// The configured voice.
    default: String,
    way: Arc<Way>,
    limit: Duration,
    clock: Arc<dyn Clock>,
    /// One asks at a time.
    asking: tokio::sync::Mutex<()>,
    kept: Mutex<Kept>,
}

#[derive(Clone)]
struct Kept {
    voices: Arc<[Voice]>,
    of_service: bool,
    until: Timestamp,
}

impl Voices {
    pub(super) fn new(engine: Arc<str>, config: &EdgeConfig, way: Arc<Way>, clock: Arc<dyn Clock>) -> Self {
        let known = KNOWN.into_iter().map(|(id, gender)| voice(id.to_owned(), gender)).collect();
        let kept =
            Kept { voices: sorted(known, &config.voice), of_service: false, until: Timestamp::UNIX_EPOCH };
        Self {
            engine,
            default: config.voice.clone(),
            way,
            limit: Duration::from_millis(config.connect_timeout_ms + config.answer_timeout_ms),
            clock,
            asking: tokio::sync::Mutex::default(),
            kept: Mutex::new(kept),
        }
    }

    /// All voices, those first that are preferred. A list that cannot be had in an eighth of the caller's
    /// time is left for the next one.
    pub(super) async fn get(self: &Arc<Self>, ctx: &CallContext) -> Arc<[Voice]> {
        self.refresh(ctx).await.voices
    }

    /// The voice that is meant. It has a name that can be sent.
    ///
    /// # Errors
    /// `Invalid` when the service has no such voice or none of the language; `Unavailable` when nobody knows.
    pub(super) async fn resolve(self: &Arc<Self>, ctx: &CallContext, utterance: &Utterance) -> Result<Voice> {
        let kept = self.kept();
        match (&utterance.voice, &utterance.language) {
            (Some(id), _) => match kept.voices.iter().find(|voice| voice.id == *id) {
                Some(voice) => Ok(voice.clone()),
                // The service says that it has none by saying nothing.
                None if !kept.of_service && ssml::is_voice(id) => Ok(voice(id.clone(), Gender::Neutral)),
                None => Err(self.unknown("voice", id)),
            },
            (None, Some(language)) => {
                if let Some(voice) = of_language(&kept.voices, language) {
                    return Ok(voice.clone());
                }
                let kept = if kept.of_service { kept } else { self.refresh(ctx).await };
                match of_language(&kept.voices, language) {
                    Some(voice) => Ok(voice.clone()),
                    None if kept.of_service => Err(self.unknown("language", language)),
                    None => Err(Failure::unavailable(format!(
                        "{} does not know at present who speaks this language.",
                        engine(&self.engine)
                    ))
                    .with_code("provider_voices_unknown")),
                }
            }
            (None, None) => {
                let known = kept.voices.iter().find(|voice| voice.id == self.default);
                Ok(known.cloned().unwrap_or_else(|| voice(self.default.clone(), Gender::Neutral)))
            }
        }
    }

    fn unknown(&self, field: &str, wanted: &str) -> Failure {
        unknown(field, wanted, &self.engine)
    }

    fn kept(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_fresh(&self) -> bool {
        self.clock.now() < self.kept().until
    }

    async fn refresh(self: &Arc<Self>, ctx: &CallContext) -> Kept {
        if !self.is_fresh() {
            let this = self.clone();
            // Beside the caller, who may have no time for it.
            let asked = tokio::spawn(async move {
                let _turn = this.asking.lock().await;
                if !this.is_fresh() {
                    this.ask().await;
                }
            });
            let _ = timeout(ctx.time_left() / 8, asked).await;
        }
        self.kept()
    }

    async fn ask(&self) {
        let asked = async {
            let relay = self.way.open().await.map_err(|_| "no port")?;
            let asking = AssertUnwindSafe(Box::pin(get_voices_list_proxy_async(relay.url()))).catch_unwind();
            let asked = timeout(self.limit, asking).await.map_err(|_| "no answer in time")?;
            asked.map_err(|_| "the crate gave up")?.map_err(|_| "no list")
        };
        let list = silent(asked).await;
        let voices = list.map(|list| list.into_iter().filter_map(of_service).collect::<Vec<_>>());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match voices {
            Ok(voices) if !voices.is_empty() => {
                let until = self.clock.now() + KEPT_FOR;
                *kept = Kept { voices: sorted(voices, &self.default), of_service: true, until };
            }
            failed => {
                kept.until = self.clock.now() + PAUSE;
                let reason = failed.err().unwrap_or("an empty list");
                tracing::debug!(engine = %self.engine, reason, "the voices cannot be listed");
            }
        }
    }
}

/// One of this name, whose language is in it.
fn voice(id: String, gender: Gender) -> Voice {
    let language = id.rsplit_once('-').unwrap_or_default().0.to_owned();
    Voice { name: id.clone(), language, gender, summary: None, id }
}

fn of_service(listed: msedge_tts::voice::Voice) -> Option<Voice> {
    let id = listed.short_name.filter(|id| ssml::is_voice(id))?;
    let gender = match listed.gender.as_deref() {
        Some("Female") => Gender::Female,
        Some("Male") => Gender::Male,
        _ => Gender::Neutral,
    };
    let personalities = listed.voice_tag.and_then(|tag| tag.voice_personalities).unwrap_or_default();
    let summary = (!personalities.is_empty()).then(|| format!("{}.", personalities.join(", ")));
    let voice = voice(id, gender);
    Some(Voice {
        name: listed.friendly_name.unwrap_or_else(|| voice.id.clone()),
        language: listed.locale.filter(|tag| language::is_tag(tag)).unwrap_or(voice.language),
        summary,
        ..voice
    })
}

/// The one of exactly this language, or else of any region.
fn of_language<'v>(voices: &'v [Voice], tag: &str) -> Option<&'v Voice> {
    let exact = voices.iter().find(|voice| voice.language.eq_ignore_ascii_case(tag));
    exact.or_else(|| voices.iter().find(|voice| language::is_same(&voice.language, tag)))
}

fn sorted(mut voices: Vec<Voice>, default: &str) -> Arc<[Voice]> {
    let rank = |id: &str| KNOWN.iter().position(|(known, _)| *known == id).unwrap_or(KNOWN.len());
    // Stable: the rest stays in the service's order.
    voices.sort_by_key(|voice| (voice.id != default, rank(&voice.id)));
    voices.into()
}
