//! Which engines are asked in which order, and for which voice.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout, timeout_at};
use wheelhouse_core::{
    CallContext, Failure, Result,
    catalog::{Catalog, Lookup},
    language,
    speech::Voice,
};

use super::{
    SpeechRequest, SpeechService,
    request::shorten,
    voice::{Wish, find_generic, generic_ids},
};

/// So many names stand in a message at most.
const LISTED: usize = 40;

/// A request's way through the chain.
pub(super) struct Plan {
    /// What the walk begins with.
    pub(super) catalog: Arc<Catalog>,
    /// Engines to ask.
    pub(super) order: Vec<String>,
    /// Who is known to speak in the conversation.
    pub(super) speaker: Option<String>,
    /// The engine and its voice, when a real voice was asked for.
    pub(super) exact: Option<(String, Voice)>,
    /// What other engines' voices should sound like.
    pub(super) wish: Wish,
}

impl SpeechService {
    /// Plans a request.
    pub(super) async fn plan(&self, ctx: &CallContext, request: &SpeechRequest) -> Result<Plan> {
        let mut catalog = self.studio.catalog.current();
        let (engine, voice) = self.split(&catalog, request);
        let mut order = self.studio.chain.names().to_vec();
        let mut speaker = None;
        if let Some(engine) = &engine {
            catalog = self.settle(ctx, std::slice::from_ref(engine)).await;
            self.check_engine(&catalog, engine)?;
            order = self.studio.chain.order_from(engine);
        } else if let Some(conversation) = &request.conversation
            && let Some(known) = self.studio.sticky.engine(ctx, conversation).await
            && self.all_names(&catalog).contains(&known)
        {
            order = self.studio.chain.order_from(&known);
            speaker = Some(known);
        }
        let mut plan = Plan { catalog, order, speaker, exact: None, wish: Wish::default() };
        match &voice {
            None => {}
            Some(voice) => match find_generic(voice) {
                Some(wish) => plan.wish = wish,
                None => self.plan_exact(ctx, request, engine.as_deref(), voice, &mut plan).await?,
            },
        }
        if plan.exact.is_none() {
            plan.wish.gender = request.gender.or(plan.wish.gender);
            plan.wish.style.clone_from(&request.style);
        }
        if let Some(language) = &request.language {
            plan.wish.language = Some(language.clone());
        }
        Ok(plan)
    }

    /// The engine and the voice that are asked for, together as `engine:voice` or apart.
    fn split(&self, catalog: &Catalog, request: &SpeechRequest) -> (Option<String>, Option<String>) {
        if request.engine.is_none()
            && let Some((engine, voice)) = request.voice.as_deref().and_then(|voice| voice.split_once(':'))
            && self.all_names(catalog).iter().any(|name| name == engine)
        {
            return (Some(engine.to_owned()), Some(voice.to_owned()));
        }
        (request.engine.clone(), request.voice.clone())
    }

    /// Finds who has the voice, and starts the chain there.
    async fn plan_exact(
        &self,
        ctx: &CallContext,
        request: &SpeechRequest,
        engine: Option<&str>,
        voice: &str,
        plan: &mut Plan,
    ) -> Result<()> {
        let mut found = self.find_voice(ctx, &plan.catalog, engine, voice).await;
        if found.is_err() {
            // It may be of an engine that is still being loaded.
            let names = self.candidates(&plan.catalog, engine);
            if names.iter().any(|name| matches!(plan.catalog.engine(name), Lookup::Pending)) {
                plan.catalog = self.settle(ctx, &names).await;
                found = self.find_voice(ctx, &plan.catalog, engine, voice).await;
            }
        }
        let (engine, voice) = found?;
        if let Some(wished) = &request.language
            && !language::is_same(wished, &voice.language)
        {
            let message = format!("the voice `{}` speaks {}", voice.id, voice.language);
            return Err(Failure::invalid_field("language", message));
        }
        plan.order = self.studio.chain.order_from(&engine);
        plan.wish =
            Wish { gender: Some(voice.gender), language: Some(voice.language.clone()), ..Wish::default() };
        plan.exact = Some((engine, voice));
        Ok(())
    }

    /// The first engine that has the voice.
    ///
    /// # Errors
    /// `Invalid` listing the voices that there are; `Unavailable` when it may be one of an engine that cannot be asked.
    async fn find_voice(
        &self,
        ctx: &CallContext,
        catalog: &Catalog,
        engine: Option<&str>,
        wanted: &str,
    ) -> Result<(String, Voice)> {
        let (mut known, mut unclear) = (Vec::new(), None);
        for name in self.candidates(catalog, engine) {
            let member = match catalog.engine(&name) {
                Lookup::Ready(member) => member,
                // One that stands in the configuration and was refused will not come; it only matters to who asks for it.
                Lookup::Missing if engine.is_none() => continue,
                Lookup::Pending | Lookup::Missing => {
                    unclear = unclear.or(Some((name, None)));
                    continue;
                }
            };
            // One that is slow must not take the time of those that speak.
            let limit = (ctx.time_left() / 4).max(Duration::from_millis(100));
            match timeout(limit, self.studio.book.voices(ctx, &member)).await {
                Ok(Ok(voices)) => {
                    if let Some(voice) = voices.iter().find(|voice| voice.id == wanted) {
                        return Ok((name, voice.clone()));
                    }
                    known.extend(voices.iter().map(|voice| voice.id.clone()));
                }
                Ok(Err(failure)) => unclear = unclear.or(Some((name, Some(failure)))),
                Err(_) => {
                    unclear = unclear.or(Some((name, Some(Failure::timeout("no list of voices in time")))))
                }
            }
        }
        let wanted = shorten(wanted);
        if let Some((name, failure)) = unclear {
            let detail =
                failure.map_or_else(|| "it is not loaded".to_owned(), |f| f.detail.unwrap_or(f.message));
            return Err(Failure::unavailable(format!(
                "No engine that can be asked has the voice `{wanted}`, and `{name}` cannot be asked at present; leave the voice \
                 out or try again in a moment."
            ))
            .with_field("voice", "may be of an engine that cannot be asked at present")
            .with_retry_after(Duration::from_secs(5))
            .with_detail(detail));
        }
        let more = known.len().saturating_sub(LISTED);
        known.truncate(LISTED);
        let mut list = known.join(", ");
        if more > 0 {
            list.push_str(&format!(" and {more} more"));
        }
        let generic = generic_ids().collect::<Vec<_>>().join(", ");
        let of = engine.map(|engine| format!(" of `{engine}`")).unwrap_or_default();
        Err(Failure::invalid_field(
            "voice",
            format!("there is no voice `{wanted}`{of}; there are: {list}; and for any engine: {generic}"),
        ))
    }

    /// The engines that a voice may be of.
    fn candidates(&self, catalog: &Catalog, engine: Option<&str>) -> Vec<String> {
        match engine {
            Some(engine) => vec![engine.to_owned()],
            None => self.all_names(catalog),
        }
    }

    /// The chain, then what is loaded beside it.
    pub(super) fn all_names(&self, catalog: &Catalog) -> Vec<String> {
        let mut names = self.studio.chain.names().to_vec();
        for engine in catalog.engines() {
            if !names.iter().any(|name| name == engine.id()) {
                names.push(engine.id().to_owned());
            }
        }
        names
    }

    /// # Errors
    /// `Invalid` when the name is neither configured nor loaded.
    pub(super) fn check_engine(&self, catalog: &Catalog, engine: &str) -> Result<()> {
        let known = self.all_names(catalog);
        if known.iter().any(|name| name == engine) {
            return Ok(());
        }
        if matches!(catalog.engine(engine), Lookup::Pending) {
            return Err(Failure::unavailable(
                "Speech engines are still being loaded; try again in a moment.",
            )
            .with_code("loading")
            .with_retry_after(Duration::from_secs(2)));
        }
        let message =
            format!("there is no speech engine `{}`; there are: {}", shorten(engine), known.join(", "));
        Err(Failure::invalid_field("engine", message))
    }

    /// The catalog once it is clear of all these engines whether they are there, or when half of the time is over.
    pub(super) async fn settle(&self, ctx: &CallContext, engines: &[String]) -> Arc<Catalog> {
        let clear = |catalog: &Catalog| {
            !engines.iter().any(|engine| matches!(catalog.engine(engine), Lookup::Pending))
        };
        let until = Instant::now() + ctx.time_left() / 2;
        tokio::select! {
            settled = timeout_at(until, self.studio.catalog.wait_until(clear)) => {
                settled.unwrap_or_else(|_| self.studio.catalog.current())
            }
            () = ctx.cancellation.cancelled() => self.studio.catalog.current(),
        }
    }
}
