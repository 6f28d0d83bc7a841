//! Speech: text in, audio out, by whichever engine of the chain can.
//!
//! A [`request`] becomes a [`score`]: lines ([`script`]) and a [`plan`] of who is asked for them, with which voice ([`voice`], [`cast`]). What
//! was made before comes from the [`shelf`]. Anything else is a [`performance`]: each sentence is a [`take`] of one engine, its [`sound`] is
//! brought into the form that is asked for and goes into a [`recording`], which any number may listen to.

mod canary;
pub mod captions;
mod cast;
mod config;
mod counts;
mod format;
mod performance;
mod piece;
mod plan;
mod prose;
mod recording;
mod request;
mod score;
mod script;
mod shelf;
mod slots;
mod sound;
mod sticky;
mod studio;
mod take;
mod voice;

use std::{sync::Arc, time::Duration};

use futures_util::{future::join_all, stream::BoxStream};
use serde::Serialize;
use tokio::time::timeout;
pub use wheelhouse_audio::{Container, Layout};
use wheelhouse_core::{
    CallContext, Failure, Result,
    audio::AudioId,
    catalog::{Catalog, Lookup},
    language,
    speech::{Gender, Voice},
};

pub use config::SpeechConfig;
pub use counts::{SpeechCounts, SpeechFigures};
pub use format::{find_encoders, find_format, formats, media_type};
pub use piece::{Mark, SpokenPiece};
pub use request::SpeechRequest;
pub use shelf::FinishedAudio;

use crate::{Ports, access::require_known_caller, status::MemberStatus};
use cast::Role;
use performance::Performance;
use plan::Plan;
use recording::{Listener, Recording};
use score::Score;
use shelf::Joined;
use studio::Studio;
use voice::generic_voices;

/// Audio on its way.
pub struct SpokenAudio {
    /// What it is called once it is whole, unless it is not kept.
    pub id: Option<AudioId>,
    /// Its form.
    pub container: Container,
    /// Rate and channels.
    pub layout: Layout,
    /// Who speaks, at least at the beginning.
    pub engine: String,
    /// The voice that was chosen; `None` when the engine chose.
    pub voice: Option<String>,
    /// Whether an engine before it was passed over.
    pub fallback_used: bool,
    /// Whether it was made before, or is being made for somebody else.
    pub cache_hit: bool,
    /// How many bytes it has, when it is whole already.
    pub length: Option<usize>,
    /// What is heard. An error is the last item: what came before it is not the whole. Dropping it stops the engine, unless somebody else
    /// listens.
    pub pieces: BoxStream<'static, Result<SpokenPiece>>,
}

/// A name that stands for a voice of whichever engine speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GenericVoice {
    /// `pam_default`.
    pub id: String,
    /// The engine's voice that it stands for; `None` leaves the choice to the engine.
    pub voice: Option<String>,
}

/// Which voices are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VoiceFilter {
    /// Only those of this engine.
    pub engine: Option<String>,
    /// Only those that speak this language; BCP 47 tag. With a region, only those of that region.
    pub language: Option<String>,
    /// Only those that sound so.
    pub gender: Option<Gender>,
}

/// One engine's voices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineVoices {
    /// The engine.
    pub engine: String,
    /// Its voices that fit, in its own order of preference.
    pub voices: Vec<Voice>,
    /// What the generic voice ids stand for when this engine speaks.
    pub generic: Vec<GenericVoice>,
    /// Why the voices cannot be told.
    pub problem: Option<String>,
}

/// Speaks.
pub struct SpeechService {
    studio: Arc<Studio>,
}

impl SpeechService {
    /// Puts the service together.
    pub fn new(config: &SpeechConfig, ports: &Ports) -> Self {
        Self { studio: Arc::new(Studio::new(config, ports)) }
    }

    /// Begins to speak; comes back once the first byte of audio is there. Until then an engine that fails or stalls is passed over; from then
    /// on the next engine goes on with the sentence that broke off, and a mark says so. After the first byte only cancellation and the
    /// host's own limits end the audio early, not the context's deadline.
    ///
    /// # Errors
    /// `Invalid` or `TooLarge` naming the field at fault; `Unauthenticated`; `RateLimited` when as many are spoken to as may be; else the
    /// most telling failure of the engines.
    pub async fn synthesize(&self, ctx: &CallContext, mut request: SpeechRequest) -> Result<SpokenAudio> {
        require_known_caller(ctx)?;
        let lines = request.lines(self.studio.max_text_chars)?;
        request.language = request.language.take().or_else(|| script::language_of_ssml(&request.text));
        let Plan { catalog, order, speaker, exact, wish } = self.plan(ctx, &request).await?;
        let role = Role { book: self.studio.book.clone(), exact, wish, language: request.language.clone() };
        let score = Score { lines, prosody: request.prosody(), role, container: request.format };
        let found = if request.is_kept { self.find(ctx, &catalog, &order, &score).await } else { None };
        let spoken = match found {
            Some(found) => found?,
            None => self.perform(ctx, &request, score, catalog, order).await?,
        };
        if let Some(conversation) = &request.conversation
            && spoken.cache_hit
            && speaker.as_ref() != Some(&spoken.engine)
        {
            self.studio.sticky.keep(ctx, conversation, &spoken.engine).await;
        }
        Ok(spoken)
    }

    /// What was made of this score before, or is being made, by the engine that would be asked first, or by one before it that is left out at
    /// present.
    async fn find(
        &self,
        ctx: &CallContext,
        catalog: &Catalog,
        order: &[String],
        score: &Score,
    ) -> Option<Result<SpokenAudio>> {
        for name in order {
            let engine = match catalog.engine(name) {
                Lookup::Ready(engine) => engine,
                // It will be asked first, and has not said anything that could be found.
                Lookup::Pending => return None,
                Lookup::Missing => continue,
            };
            let id = score.id(&*engine);
            if let Some(listener) = self.studio.shelf.join(&id) {
                return Some(self.joined(ctx, listener).await);
            }
            if let Some(finished) = self.studio.shelf.find(&id).await {
                self.studio.counts.found();
                return Some(Ok(SpokenAudio::finished(finished, order.first() != Some(name))));
            }
            if self.studio.chain.is_asked(name, &*engine) {
                return None;
            }
        }
        None
    }

    async fn joined(&self, ctx: &CallContext, listener: Listener) -> Result<SpokenAudio> {
        self.studio.counts.joined();
        SpokenAudio::listen(ctx, listener, true).await
    }

    async fn perform(
        &self,
        ctx: &CallContext,
        request: &SpeechRequest,
        score: Score,
        catalog: Arc<Catalog>,
        order: Vec<String>,
    ) -> Result<SpokenAudio> {
        let recording = Recording::new(request.is_kept, self.studio.budget.clone());
        let listener = recording.listen().ok_or_else(|| Failure::internal("a new recording that is over"))?;
        // Before it is known to others: who is sent away leaves nothing behind.
        let place = self.studio.slots.speech(ctx)?;
        let first = self.studio.first_member(&catalog, &order);
        if request.is_kept
            && let Some(first) = first
            && let Joined::Other(other) = self.studio.shelf.join_or_register(score.id(&*first), &recording)
        {
            return self.joined(ctx, other).await;
        }
        let mut opening = ctx.clone();
        opening.cancellation = recording.given_up.child_token();
        let mut rest = ctx.for_stream(self.studio.limits.speech);
        rest.cancellation = recording.given_up.child_token();
        let performance = Performance {
            studio: self.studio.clone(),
            score,
            recording,
            opening,
            ctx: rest,
            catalog,
            order,
            conversation: request.conversation.clone(),
            place,
        };
        self.studio.counts.made();
        tokio::spawn(performance.run());
        let spoken = SpokenAudio::listen(ctx, listener, false).await?;
        Ok(SpokenAudio { id: spoken.id.filter(|_| request.is_kept), ..spoken })
    }

    /// Audio that was made before, whole; while it is still being made, this waits for its end.
    ///
    /// # Errors
    /// `NotFound` when it is gone, or was never there; `Unauthenticated`.
    pub async fn audio(&self, ctx: &CallContext, id: &AudioId) -> Result<FinishedAudio> {
        require_known_caller(ctx)?;
        if let Some(listener) = self.studio.shelf.join(id)
            && let Some((head, pieces)) = listener.all(ctx).await
            // Another engine may have spoken, or gone on.
            && head.id == *id
            && !pieces.iter().any(|piece| matches!(piece, SpokenPiece::Mark(Mark::Engine { .. })))
        {
            return FinishedAudio::of(head, pieces).await;
        }
        self.studio.shelf.find(id).await.ok_or_else(|| {
            Failure::not_found("There is no such audio, or not any more; have it spoken again.")
        })
    }

    /// Every engine's voices, or those that fit. An engine whose voices cannot be told at present says why in `problem`.
    ///
    /// # Errors
    /// `Invalid` naming `engine` when there is none of this name, or `language` when it is no tag; `Unauthenticated`.
    pub async fn voices(&self, ctx: &CallContext, filter: &VoiceFilter) -> Result<Vec<EngineVoices>> {
        require_known_caller(ctx)?;
        if let Some(tag) = &filter.language
            && !language::is_tag(tag)
        {
            return Err(Failure::invalid_field("language", "is no BCP 47 tag such as `en-US`"));
        }
        let names = match &filter.engine {
            Some(name) => {
                let catalog = self.settle(ctx, std::slice::from_ref(name)).await;
                self.check_engine(&catalog, name)?;
                vec![name.clone()]
            }
            None => self.all_names(&self.studio.catalog.current()),
        };
        let catalog = self.studio.catalog.current();
        Ok(join_all(names.into_iter().map(|name| self.voices_of(ctx, &catalog, name, filter))).await)
    }

    async fn voices_of(
        &self,
        ctx: &CallContext,
        catalog: &Catalog,
        engine: String,
        filter: &VoiceFilter,
    ) -> EngineVoices {
        let voices = match catalog.engine(&engine) {
            Lookup::Ready(member) => {
                let voices = timeout(ctx.time_left(), self.studio.book.voices(ctx, &member)).await;
                voices.unwrap_or_else(|_| Err(Failure::timeout("The speech engine did not answer in time.")))
            }
            Lookup::Pending => Err(Failure::unavailable("The speech engine is still being loaded.")),
            Lookup::Missing => Err(Failure::unavailable("The speech engine is not loaded.")),
        };
        match voices {
            Ok(voices) => EngineVoices {
                engine,
                generic: generic_voices(&voices),
                voices: voices.iter().filter(|voice| filter.takes(voice)).cloned().collect(),
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
        let catalog = self.studio.catalog.current();
        let loaded: Vec<&str> = catalog.engines().iter().map(|engine| engine.id()).collect();
        self.studio.chain.status(&catalog, &loaded)
    }

    /// How it goes.
    pub fn figures(&self) -> SpeechFigures {
        let Studio { counts, slots, shelf, .. } = &*self.studio;
        let (working, waiting) = (slots.working(), slots.waiting());
        SpeechFigures { counts: counts.read(), working, waiting, kept: shelf.usage() }
    }
}

impl VoiceFilter {
    fn takes(&self, voice: &Voice) -> bool {
        let speaks = self.language.as_deref().is_none_or(|wished| {
            if wished.contains('-') {
                wished.eq_ignore_ascii_case(&voice.language.replace('_', "-"))
            } else {
                language::is_same(wished, &voice.language)
            }
        });
        speaks && self.gender.is_none_or(|wished| wished == voice.gender)
    }
}

impl SpokenAudio {
    async fn listen(ctx: &CallContext, listener: Listener, cache_hit: bool) -> Result<Self> {
        let head = tokio::select! {
            head = listener.head() => head?,
            () = ctx.cancellation.cancelled() => {
                return Err(Failure::timeout("The call was given up before there was an answer."));
            }
            () = tokio::time::sleep_until(ctx.deadline + Duration::from_millis(10)) => {
                return Err(Failure::timeout("There was no time left for an answer."));
            }
        };
        Ok(Self {
            id: Some(head.id),
            container: head.container,
            layout: head.layout,
            engine: head.engine,
            voice: head.voice,
            fallback_used: head.fallback_used,
            cache_hit,
            length: None,
            pieces: listener.into_pieces(ctx),
        })
    }

    fn finished(audio: FinishedAudio, fallback_used: bool) -> Self {
        Self {
            id: Some(audio.id),
            container: audio.container,
            layout: audio.layout,
            engine: audio.engine.clone(),
            voice: audio.voice.clone(),
            fallback_used,
            cache_hit: true,
            length: Some(audio.audio.len()),
            pieces: audio.into_pieces(),
        }
    }
}
