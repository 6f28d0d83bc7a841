//! Makes one speech: sentence after sentence, by whichever engine can.
//!
//! A sentence is handed on when it is whole, so that one that breaks off can be said by the next engine without a word heard twice. Only
//! where the listener would have nothing to hear otherwise, as at the very beginning, it is handed on while it is made.

mod hearing;
mod made;
mod opening;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{
    FutureExt,
    future::{OptionFuture, select_all},
};
use tokio::time::sleep_until;
use wheelhouse_audio::Layout;
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    catalog::Catalog,
    speech::{SpeechEngine, SpeechPiece, Utterance, Word},
};

use super::{
    Mark, SpokenPiece,
    cast::{shortest, split_speed},
    format::encoding,
    recording::{Head, Recording},
    score::Score,
    script::{Line, Prosody, Sentence},
    slots::SpeechPlace,
    sound::{Intake, Output, Shaping, Sound},
    studio::Studio,
    take::{Begun, Order, Refusal, Take},
};
use crate::chain::{Attempt, Walk};
use hearing::Hearing;
use made::Made;
use opening::Opening;

/// Of audio that cannot be the whole sentence. The engine may have broken off, or cannot read what the sentence is written in.
const TOO_SHORT: &str = "too_short";

/// A speech to be made.
pub(super) struct Performance {
    pub(super) studio: Arc<Studio>,
    pub(super) score: Score,
    pub(super) recording: Arc<Recording>,
    /// Until the first byte.
    pub(super) opening: CallContext,
    /// From then on.
    pub(super) ctx: CallContext,
    pub(super) catalog: Arc<Catalog>,
    /// Engines in the order in which they are asked.
    pub(super) order: Vec<String>,
    pub(super) conversation: Option<String>,
    pub(super) place: SpeechPlace,
}

/// An engine that speaks.
struct Speaking {
    attempt: Attempt<dyn SpeechEngine>,
    take: Take,
    begun: Begun,
}

/// How far a sentence came.
enum Heard {
    Whole,
    /// The engine broke off; this is still to be said, if anything is.
    Broken(Failure, Option<String>),
}

impl Performance {
    /// Makes it, and says in the recording how it went.
    pub(super) async fn run(self) {
        let given_up = self.recording.given_up.clone();
        let made = tokio::select! {
            made = self.perform() => made,
            () = given_up.cancelled() => Err(Failure::timeout("Nobody listens any more.")),
        };
        let (head, outcome) = match made {
            Ok(head) => (head, Ok(())),
            Err(failure) => (None, Err(failure)),
        };
        let Self { studio, recording, place, .. } = self;
        recording.end(outcome);
        drop(place);
        if let Some(head) = head
            && let Some(pieces) = recording.whole()
        {
            studio.shelf.keep(head, pieces).await;
        }
        studio.shelf.unregister(&recording);
    }

    /// The head when all was said by one engine.
    async fn perform(&self) -> Result<Option<Head>> {
        let mut made = Made::default();
        let mut ahead: VecDeque<(usize, Opening<'_>)> = VecDeque::new();
        for (place, line) in self.score.lines.iter().enumerate() {
            match line {
                Line::Pause(length) => self.rest(&mut made, *length).await?,
                Line::Say(sentence) => {
                    if made.head.is_some() {
                        self.recording.room().await;
                    }
                    self.say(&mut made, &mut ahead, place, sentence).await?;
                }
            }
        }
        let Some(output) = made.output.take() else {
            return Err(Failure::invalid_field("text", "has nothing in it that can be spoken"));
        };
        self.hand_on(output.finish().await?);
        self.recording.push(SpokenPiece::Mark(Mark::End { length: made.time(made.frames) }));
        Ok(made.head.filter(|_| !made.is_mixed))
    }

    /// Has a sentence said to its end, by one engine after the other if need be.
    async fn say<'p>(
        &'p self,
        made: &mut Made,
        ahead: &mut VecDeque<(usize, Opening<'p>)>,
        place: usize,
        sentence: &Sentence,
    ) -> Result<()> {
        let mut opening = match ahead.pop_front() {
            Some((prepared, opening)) if prepared == place => opening,
            _ => {
                ahead.clear();
                let ctx = if made.head.is_none() { &self.opening } else { &self.ctx };
                self.ask(ctx, made.speaker.as_ref().map(|(name, _)| name.as_str()), &made.broken)
            }
        };
        let mut text = sentence.text.clone();
        loop {
            let prosody = self.prosody(sentence);
            let mut speaking = self.open(&mut opening, &text, prosody, made.head.is_none()).await?;
            self.ask_ahead(&made.broken, ahead, place, &speaking.attempt.name).await;
            match self.hear(made, &mut speaking, &text, prosody).await? {
                Heard::Whole => {
                    speaking.attempt.permit.succeeded();
                    return Ok(());
                }
                Heard::Broken(failure, rest) => {
                    ahead.clear();
                    made.broken.push(speaking.attempt.name.clone());
                    self.studio.counts.broke_off();
                    pass_over(&mut opening.walk, speaking.attempt, failure, &text)?;
                    match rest {
                        Some(rest) => text = rest,
                        None => return Ok(()),
                    }
                }
            }
        }
    }

    /// A way through the chain for a sentence: whoever speaks goes on, and those that broke off come last.
    fn ask<'p>(&'p self, ctx: &'p CallContext, speaker: Option<&str>, broken: &[String]) -> Opening<'p> {
        let mut order = self.order.clone();
        order.sort_by_key(|name| (broken.contains(name), Some(name.as_str()) != speaker));
        Opening::new(self.studio.chain.walk(ctx, self.catalog.clone(), order))
    }

    /// Has the next sentences synthesised while this one is heard.
    async fn ask_ahead<'p>(
        &'p self,
        broken: &[String],
        ahead: &mut VecDeque<(usize, Opening<'p>)>,
        place: usize,
        speaker: &str,
    ) {
        let after = ahead.back().map_or(place, |(last, _)| *last) + 1;
        for (place, line) in self.score.lines.iter().enumerate().skip(after) {
            let Line::Say(sentence) = line else { continue };
            if ahead.len() >= self.studio.limits.ahead || !self.recording.has_room() {
                return;
            }
            let mut opening = self.ask(&self.ctx, Some(speaker), broken);
            let Some(attempt) = opening.walk.next().await else { return };
            let take = self.start(&attempt, &sentence.text, self.prosody(sentence), false);
            opening.running.push((attempt, take));
            ahead.push_back((place, opening));
        }
    }

    /// Waits for the first engine that begins with a sentence.
    async fn open(
        &self,
        opening: &mut Opening<'_>,
        text: &str,
        prosody: Prosody,
        is_first: bool,
    ) -> Result<Speaking> {
        let mut hedge = self.studio.limits.hedge.filter(|_| is_first);
        let mut late = None;
        loop {
            if opening.running.is_empty() {
                let Some(attempt) = opening.walk.next().await else { return Err(opening.exhausted()) };
                let mut take = self.start(&attempt, text, prosody, is_first);
                late = hedge.map(|hedge| take.works_for(hedge).boxed());
                opening.running.push((attempt, take));
            }
            let first = {
                let begun = opening.running.iter_mut().map(|(_, take)| take.begun().boxed());
                tokio::select! {
                    (begun, index, _) = select_all(begun) => Some((begun, index)),
                    () = OptionFuture::from(late.as_mut()).map(drop), if late.is_some() => None,
                }
            };
            let Some((begun, index)) = first else {
                (hedge, late) = (None, None);
                if let Some(attempt) = opening.walk.next().await {
                    let take = self.start(&attempt, text, prosody, false);
                    opening.running.push((attempt, take));
                }
                continue;
            };
            let (attempt, take) = opening.running.swap_remove(index);
            match begun {
                Ok(begun) => {
                    for (attempt, _) in opening.running.drain(..) {
                        opening.walk.put_back(attempt);
                    }
                    return Ok(Speaking { attempt, take, begun });
                }
                Err(Refusal::NoPlace(failure)) => return Err(failure),
                Err(Refusal::Failed(failure)) if is_first && failure.class.is_callers_fault() => {
                    return Err(failure);
                }
                Err(Refusal::Failed(failure)) => pass_over(&mut opening.walk, attempt, failure, text)?,
                Err(Refusal::Language(known)) => {
                    opening.languages.extend(known);
                    let failure = Failure::invalid_field("language", "the engine does not speak it");
                    opening.walk.skip(attempt, failure);
                }
            }
        }
    }

    fn start(
        &self,
        attempt: &Attempt<dyn SpeechEngine>,
        text: &str,
        prosody: Prosody,
        is_first: bool,
    ) -> Take {
        let engine = attempt.member.clone();
        let (speed, _) = split_speed(prosody.speed, &*engine);
        let utterance = Utterance {
            language: self.score.role.language.clone(),
            speed,
            pitch: if engine.abilities().pitch { prosody.pitch } else { 0.0 },
            encoding: Some(encoding(self.score.container)),
            ..Utterance::new(text)
        };
        let limits = &self.studio.limits;
        let order = Order {
            engine,
            role: self.score.role.clone(),
            utterance,
            is_first,
            begin: attempt.limit.min(limits.begin * 3),
            stall: limits.stall,
            whole: limits.sentence,
        };
        Take::start(&self.ctx, self.studio.slots.clone(), order)
    }

    /// What holds for a sentence.
    fn prosody(&self, sentence: &Sentence) -> Prosody {
        let (all, own) = (self.score.prosody, sentence.prosody);
        Prosody {
            speed: (all.speed * own.speed).clamp(0.25, 4.0),
            pitch: (all.pitch + own.pitch).clamp(-12.0, 12.0),
            volume: (all.volume * own.volume).clamp(0.0, 4.0),
        }
    }

    /// Hands on what an engine says.
    ///
    /// # Errors
    /// When it cannot be encoded. What the engine does wrong is no error here.
    async fn hear(
        &self,
        made: &mut Made,
        speaking: &mut Speaking,
        text: &str,
        prosody: Prosody,
    ) -> Result<Heard> {
        let engine = &speaking.attempt.member;
        let (_, left) = split_speed(prosody.speed, &**engine);
        let shaping = Shaping {
            speed: left,
            pitch: if engine.abilities().pitch { 0.0 } else { prosody.pitch },
            volume: prosody.volume,
        };
        let mut intake = Intake::new(speaking.begun.format, self.score.container, made.layout, shaping);
        let mut hearing = Hearing { text, left, ..Hearing::default() };
        let failure = loop {
            let piece = tokio::select! {
                biased;
                () = sleep_until(made.dry_at()), if hearing.has_sound() => {
                    self.release(made, speaking, &mut hearing).await?;
                    continue;
                }
                piece = speaking.take.next() => piece,
            };
            match piece {
                Ok(Some(SpeechPiece::Word(word))) => hearing.words.push(word),
                Ok(Some(SpeechPiece::Audio(bytes))) => {
                    let (same, sound) = intake.push(bytes).await;
                    intake = same;
                    made.layout = made.layout.or(intake.layout());
                    match sound {
                        Ok(sound) => hearing.add(sound, made.layout),
                        Err(failure) => break failure,
                    }
                }
                Ok(None) => match intake.finish().await {
                    Ok(sound) => {
                        hearing.add(sound, made.layout);
                        let heard = made.time(hearing.frames);
                        if hearing.frames == 0 {
                            break Failure::unavailable("The speech engine gave no audio.");
                        }
                        if heard < shortest(text, prosody.speed) {
                            break Failure::new(
                                FailureClass::Truncated,
                                "The speech engine stopped before the end of its sentence.",
                            )
                            .with_code(TOO_SHORT)
                            .with_detail(format_args!("{} ms of audio", heard.as_millis()));
                        }
                        self.release(made, speaking, &mut hearing).await?;
                        return Ok(Heard::Whole);
                    }
                    Err(failure) => break failure,
                },
                Err(failure) => break failure,
            }
        };
        let rest = hearing.rest(made);
        Ok(Heard::Broken(failure, rest))
    }

    /// Hands on everything of a sentence that has come so far.
    async fn release(&self, made: &mut Made, speaking: &Speaking, hearing: &mut Hearing<'_>) -> Result<()> {
        let Some(layout) = made.layout else { return Ok(()) };
        self.begin(made, speaking, layout).await?;
        let name = &speaking.attempt.name;
        let speaker = (name.clone(), speaking.begun.voice.clone());
        let before = made.speaker.replace(speaker.clone());
        let is_another = before.as_ref().is_none_or(|(before, _)| before != name);
        if is_another && before.is_some() {
            made.is_mixed = true;
            let (engine, voice) = speaker;
            let start = made.time(made.frames);
            self.recording.push(SpokenPiece::Mark(Mark::Engine { engine, voice, start }));
        }
        if hearing.start.is_none() {
            hearing.start = Some(made.frames);
            let start = made.time(made.frames);
            let text = hearing.text.to_owned();
            self.recording.push(SpokenPiece::Mark(Mark::Sentence { text, start }));
        }
        let start = made.time(hearing.start.unwrap_or_default());
        for word in std::mem::take(&mut hearing.words) {
            let (from, to) = (hearing.told(word.start), hearing.told(word.end));
            let placed = Word { text: word.text.clone(), start: start + from, end: start + to };
            self.recording.push(SpokenPiece::Mark(Mark::Word(placed)));
            hearing.said.push(word);
        }
        for sound in std::mem::take(&mut hearing.sounds) {
            self.write(made, layout, sound).await?;
        }
        hearing.released = hearing.frames;
        // Once there is something to hear, as it may take a round trip.
        if is_another && let Some(conversation) = &self.conversation {
            self.studio.sticky.keep(&self.ctx, conversation, name).await;
        }
        Ok(())
    }

    /// Says what it is, before the first sound.
    async fn begin(&self, made: &mut Made, speaking: &Speaking, layout: Layout) -> Result<()> {
        if made.head.is_some() {
            return Ok(());
        }
        let engine = &speaking.attempt.member;
        let head = Head {
            id: self.score.id(&**engine),
            engine: speaking.attempt.name.clone(),
            voice: speaking.begun.voice.clone(),
            fallback_used: self.order.first() != Some(&speaking.attempt.name),
            container: self.score.container,
            layout,
        };
        if self.recording.is_kept() {
            self.studio.shelf.register(head.id, &self.recording);
        }
        made.output = Some(Output::new(self.score.container, layout));
        made.head = Some(head.clone());
        self.recording.begin(head);
        let silence = std::mem::take(&mut made.silence);
        if !silence.is_zero() {
            self.write(made, layout, Sound::silence(layout, silence)).await?;
        }
        Ok(())
    }

    /// Keeps silent for a while.
    async fn rest(&self, made: &mut Made, length: Duration) -> Result<()> {
        match made.layout {
            Some(layout) if made.output.is_some() => {
                self.write(made, layout, Sound::silence(layout, length)).await
            }
            _ => {
                made.silence += length;
                Ok(())
            }
        }
    }

    async fn write(&self, made: &mut Made, layout: Layout, sound: Sound) -> Result<()> {
        let Some(output) = made.output.take() else { return Ok(()) };
        made.frames += sound.frames(layout);
        made.since.get_or_insert_with(tokio::time::Instant::now);
        let (output, bytes) = output.write(sound).await;
        made.output = Some(output);
        self.hand_on(bytes?);
        Ok(())
    }

    fn hand_on(&self, bytes: bytes::Bytes) {
        if !bytes.is_empty() {
            self.recording.push(SpokenPiece::Audio(bytes));
        }
    }
}

/// Goes on with the next engine: once somebody listens, whatever is wrong with the text cannot be told any more. Where that may be the text's
/// fault, the engine is not blamed for it.
fn pass_over(
    walk: &mut Walk<'_, dyn SpeechEngine>,
    attempt: Attempt<dyn SpeechEngine>,
    failure: Failure,
    text: &str,
) -> Result<()> {
    if failure.class.is_callers_fault() {
        let detail = failure.message;
        let failure =
            Failure::new(FailureClass::Truncated, "The speech engine broke off.").with_detail(detail);
        return walk.excuse(attempt, failure);
    }
    // Of signs alone an engine may well make nothing.
    if failure.code() == TOO_SHORT || !text.chars().any(char::is_alphanumeric) {
        return walk.excuse(attempt, failure);
    }
    walk.pass_over(attempt, failure)
}
