//! Speech: text in, audio out, by whichever engine of the chain can.

pub mod captions;
mod config;
mod format;
mod plan;
mod prose;
mod script;
mod stream;
mod voice;

use std::{borrow::Cow, collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, future::join_all, stream::BoxStream};
use serde::Serialize;
use tokio::time::timeout;
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    catalog::{Catalog, CatalogReader, Lookup},
    language,
    speech::{AudioFormat, SpeechEngine, Utterance, Voice},
};

pub use config::SpeechConfig;
pub use format::OutputFormat;

use crate::{
    Ports,
    access::require_known_caller,
    chain::{Attempt, Chain},
    status::MemberStatus,
};
use plan::Plan;
use stream::Begun;
use voice::{VoiceBook, Wish, closest, generic_voices};

/// What to say, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechRequest {
    /// 1 to `speech.max_text_chars` characters, not all blank. Markdown, addresses and emoji are spoken as a person would read them out.
    pub text: String,
    /// A voice of an engine, or a generic one such as `pam_default`.
    pub voice: Option<String>,
    /// The engine to ask first.
    pub engine: Option<String>,
    /// BCP 47 tag of the text.
    pub language: Option<String>,
    /// 0.25 to 4.0; 1.0 is the voice's own pace.
    pub speed: Option<f32>,
    /// The form of the audio.
    pub format: OutputFormat,
}

/// Audio on its way.
pub struct SpokenAudio {
    /// `audio/wav`, or `audio/pcm` with its rate and channels.
    pub content_type: String,
    /// The samples inside.
    pub format: AudioFormat,
    /// Who speaks.
    pub engine: String,
    /// The voice that was chosen; `None` when the engine chose.
    pub voice: Option<String>,
    /// Whether an engine before it was passed over.
    pub fallback_used: bool,
    /// Non-empty pieces. An error is the last item: what came before it is not the whole. Dropping it stops the engine.
    pub audio: BoxStream<'static, Result<Bytes>>,
}

/// A name that stands for a voice of whichever engine speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GenericVoice {
    /// `pam_default`.
    pub id: String,
    /// The engine's voice that it stands for; `None` leaves the choice to the engine.
    pub voice: Option<String>,
}

/// One engine's voices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineVoices {
    /// The engine.
    pub engine: String,
    /// Its voices, in its own order of preference.
    pub voices: Vec<Voice>,
    /// What the generic voice ids stand for when this engine speaks.
    pub generic: Vec<GenericVoice>,
    /// Why the voices cannot be told.
    pub problem: Option<String>,
}

/// Speaks.
pub struct SpeechService {
    chain: Chain<dyn SpeechEngine>,
    catalog: CatalogReader,
    book: VoiceBook,
    max_text_chars: usize,
    stall: Duration,
}

impl SpeechService {
    /// Puts the service together.
    pub fn new(config: &SpeechConfig, ports: &Ports) -> Self {
        let chain = Chain::new(
            "speech engine",
            &config.chain(),
            Catalog::engine,
            config.breaker,
            Duration::from_secs(config.first_byte_seconds),
            ports.catalog.clone(),
            ports.clock.clone(),
        );
        Self {
            chain,
            catalog: ports.catalog.clone(),
            book: VoiceBook::new(ports.clock.clone()),
            max_text_chars: config.max_text_chars,
            stall: Duration::from_secs(config.stall_seconds),
        }
    }

    /// Begins to speak; comes back once the first byte of audio is there. Until then an engine that fails, stalls or cannot make the
    /// asked form is passed over. After it only cancellation and a stalled engine end the audio early, not the context's deadline.
    ///
    /// # Errors
    /// `Invalid` or `TooLarge` naming the field at fault; `Unauthenticated`; else the most telling failure of the engines.
    pub async fn synthesize(&self, ctx: &CallContext, request: SpeechRequest) -> Result<SpokenAudio> {
        require_known_caller(ctx)?;
        let request = self.checked(request)?;
        let plan = self.plan(ctx, &request).await?;
        let mut walk = self.chain.walk(ctx, plan.catalog.clone(), plan.order.clone());
        let mut languages = BTreeSet::new();
        while let Some(attempt) = walk.next().await {
            let begun = match timeout(attempt.limit, self.begin(ctx, &request, &plan, &attempt)).await {
                Ok(begun) => begun,
                Err(_) => Err(Refusal::Failed(Failure::timeout("The speech engine did not begin in time."))),
            };
            match begun {
                Ok(Opening { voice, format, first, rest }) => {
                    let begun =
                        Begun { engine: attempt.name.clone(), format, first, rest, permit: attempt.permit };
                    return Ok(SpokenAudio {
                        content_type: request.format.content_type(format),
                        format,
                        engine: attempt.name,
                        voice,
                        fallback_used: attempt.fallback,
                        audio: stream::to_client(ctx, begun, request.format, self.stall),
                    });
                }
                Err(Refusal::Failed(failure)) => walk.pass_over(attempt, failure)?,
                Err(Refusal::Language(known)) => {
                    let failure = Failure::invalid_field("language", "the engine does not speak it");
                    walk.skip(attempt, failure);
                    languages.extend(known);
                }
            }
        }
        if walk.all_skipped() {
            let known = languages.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Failure::invalid_field(
                "language",
                format!("no engine speaks it; there are: {known}"),
            ));
        }
        Err(walk.exhausted())
    }

    /// The request with its text as it is to be spoken.
    fn checked(&self, mut request: SpeechRequest) -> Result<SpeechRequest> {
        let chars = request.text.chars().count();
        if chars > self.max_text_chars {
            let message = format!("has {chars} characters and may have {}", self.max_text_chars);
            return Err(Failure::new(FailureClass::TooLarge, format!("text: {message}"))
                .with_code("text_too_long")
                .with_field("text", message));
        }
        if request.text.trim().is_empty() {
            return Err(Failure::invalid_field("text", "is empty; say something"));
        }
        if let Some(speed) = request.speed
            && !(0.25..=4.0).contains(&speed)
        {
            return Err(Failure::invalid_field("speed", format!("is {speed} and must be from 0.25 to 4.0")));
        }
        if let Some(tag) = &request.language
            && !language::is_tag(tag)
        {
            let message = format!("`{}` is no BCP 47 tag such as `en-US`", shorten(tag));
            return Err(Failure::invalid_field("language", message));
        }
        let said = prose::spoken(&request.text);
        if said.trim().is_empty() {
            return Err(Failure::invalid_field("text", "has nothing in it that can be spoken"));
        }
        if let Cow::Owned(said) = said {
            request.text = said;
        }
        Ok(request)
    }

    /// One engine's way to its first byte.
    async fn begin(
        &self,
        ctx: &CallContext,
        request: &SpeechRequest,
        plan: &Plan,
        attempt: &Attempt<dyn SpeechEngine>,
    ) -> Result<Opening, Refusal> {
        let voice = self.choose_voice(ctx, request, plan, &attempt.member).await?;
        let utterance = Utterance {
            voice: voice.clone(),
            language: request.language.clone(),
            speed: request.speed.unwrap_or(1.0),
            ..Utterance::new(request.text.clone())
        };
        let speech = attempt.member.synthesize(ctx, utterance).await?;
        if !request.format.can_be_made_of(speech.format) {
            let format = speech.format;
            return Err(Refusal::Failed(Failure::unavailable(format!(
                "The speech engine `{}` gives {:?} at {} Hz with {} channels, of which {} cannot be made.",
                attempt.name, format.encoding, format.sample_rate, format.channels, request.format
            ))));
        }
        let format = speech.format;
        let mut rest = speech.into_audio();
        loop {
            match rest.next().await {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(first)) => return Ok(Opening { voice, format, first, rest }),
                Some(Err(failure)) => return Err(failure.into()),
                None => return Err(Failure::unavailable("The speech engine gave no audio.").into()),
            }
        }
    }

    async fn choose_voice(
        &self,
        ctx: &CallContext,
        request: &SpeechRequest,
        plan: &Plan,
        engine: &Arc<dyn SpeechEngine>,
    ) -> Result<Option<String>, Refusal> {
        if let Some((owner, voice)) = &plan.exact
            && owner == engine.id()
        {
            return Ok(Some(voice.id.clone()));
        }
        if plan.wish == Wish::default() {
            return Ok(None);
        }
        let voices = self.book.voices(ctx, engine).await?;
        match &request.language {
            None => Ok(closest(&voices, &plan.wish).map(|voice| voice.id.clone())),
            Some(wished) => {
                let fitting: Vec<Voice> = voices
                    .iter()
                    .filter(|voice| language::is_same(wished, &voice.language))
                    .cloned()
                    .collect();
                match fitting.as_slice() {
                    [] => Err(Refusal::Language(voices.iter().map(|voice| voice.language.clone()).collect())),
                    // The engine knows best which of its voices goes with a language.
                    _ if request.voice.is_none() => Ok(None),
                    fitting => Ok(closest(fitting, &plan.wish).map(|voice| voice.id.clone())),
                }
            }
        }
    }

    /// Every engine's voices, or one engine's. An engine whose voices cannot be told at present says why in `problem`.
    ///
    /// # Errors
    /// `Invalid` naming `engine` when there is none of this name; `Unauthenticated`.
    pub async fn voices(&self, ctx: &CallContext, engine: Option<&str>) -> Result<Vec<EngineVoices>> {
        require_known_caller(ctx)?;
        let names = match engine {
            Some(name) => {
                let catalog = self.settle(ctx, &[name.to_owned()]).await;
                self.check_engine(&catalog, name)?;
                vec![name.to_owned()]
            }
            None => self.all_names(&self.catalog.current()),
        };
        let catalog = self.catalog.current();
        Ok(join_all(names.into_iter().map(|name| self.voices_of(ctx, &catalog, name))).await)
    }

    async fn voices_of(&self, ctx: &CallContext, catalog: &Catalog, engine: String) -> EngineVoices {
        let voices = match catalog.engine(&engine) {
            Lookup::Ready(member) => {
                let voices = timeout(ctx.time_left(), self.book.voices(ctx, &member)).await;
                voices.unwrap_or_else(|_| Err(Failure::timeout("The speech engine did not answer in time.")))
            }
            Lookup::Pending => Err(Failure::unavailable("The speech engine is still being loaded.")),
            Lookup::Missing => Err(Failure::unavailable("The speech engine is not loaded.")),
        };
        match voices {
            Ok(voices) => EngineVoices {
                engine,
                generic: generic_voices(&voices),
                voices: voices.to_vec(),
                problem: None,
            },
            Err(failure) => EngineVoices {
                engine,
                voices: Vec::new(),
                generic: Vec::new(),
                problem: Some(failure.message),
            },
        }
    }

    /// The chain's engines in order, then those that are loaded and stand in no chain.
    pub fn engines(&self, _ctx: &CallContext) -> Vec<MemberStatus> {
        let catalog = self.catalog.current();
        let loaded: Vec<&str> = catalog.engines().iter().map(|engine| engine.id()).collect();
        self.chain.status(&catalog, &loaded)
    }
}

/// How an engine did not begin.
enum Refusal {
    Failed(Failure),
    /// It does not speak the language, but these.
    Language(Vec<String>),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// An engine has begun.
struct Opening {
    voice: Option<String>,
    format: AudioFormat,
    first: Bytes,
    rest: BoxStream<'static, Result<Bytes>>,
}

/// What a stranger sent, as far as it belongs into a message.
fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
