mod kept;
mod limits;
mod resume;

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tokio::time::Instant;
use wheelhouse_audio::Container;
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    plugin::Export,
    speech::{AudioFormat, Encoding, Gender},
};
use wheelhouse_services::{
    BreakerState, MemberState, Services, SpeechRequest, SpokenAudio, SpokenPiece, VoiceFilter,
};

use crate::fakes::{FakeEngine, Plugin, Take, World, pcm, voice};

/// Made anew each time.
fn say(text: &str) -> SpeechRequest {
    SpeechRequest { format: Container::Pcm, is_kept: false, ..SpeechRequest::new(text) }
}

/// The audio alone.
fn audio(spoken: SpokenAudio) -> impl Stream<Item = Result<Bytes>> {
    spoken.pieces.filter_map(async |piece| match piece {
        Ok(SpokenPiece::Audio(bytes)) => Some(Ok(bytes)),
        Ok(SpokenPiece::Mark(_)) => None,
        Err(failure) => Some(Err(failure)),
    })
}

fn audio_of(pieces: &[Result<SpokenPiece>]) -> Bytes {
    let mut all = BytesMut::new();
    for piece in pieces {
        if let SpokenPiece::Audio(bytes) = piece.as_ref().unwrap() {
            all.extend_from_slice(bytes);
        }
    }
    all.freeze()
}

/// All of it, and how it ended.
async fn heard(spoken: SpokenAudio) -> (Bytes, Result<()>) {
    let (mut all, mut end) = (BytesMut::new(), Ok(()));
    let mut pieces = pin!(audio(spoken));
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => all.extend_from_slice(&piece),
            Err(failure) => end = Err(failure),
        }
    }
    (all.freeze(), end)
}

fn down() -> Take {
    Take::Fail(Failure::unavailable("The engine is down.").with_detail("socket closed"))
}

fn english() -> Vec<wheelhouse_core::speech::Voice> {
    vec![voice("heart", "en-US", Gender::Female), voice("adam", "en-US", Gender::Male)]
}

/// Two engines, of which the first is the primary, and what a test needs beside them.
struct Stage {
    world: World,
    services: Services,
    hibari: Arc<FakeEngine>,
    edge: Arc<FakeEngine>,
}

impl Stage {
    fn new(hibari: Vec<Take>, edge: Vec<Take>) -> Self {
        let hibari = FakeEngine::new("hibari", english(), hibari);
        let british = vec![voice("sonia", "en-GB", Gender::Female), voice("katja", "de-DE", Gender::Female)];
        let edge = FakeEngine::new("edge", british, edge);
        let mut world = World::new(vec![Plugin::engine(&hibari), Plugin::engine(&edge)]);
        world.config.speech.fallback_engines = vec!["edge".to_owned()];
        let services = world.services();
        Self { world, services, hibari, edge }
    }

    fn ctx(&self) -> CallContext {
        self.world.user("ada")
    }

    async fn speak(&self, request: SpeechRequest) -> Result<SpokenAudio> {
        self.services.speech.synthesize(&self.ctx(), request).await
    }

    async fn says_whole(&self, request: SpeechRequest) -> String {
        let spoken = self.speak(request).await.unwrap();
        let engine = spoken.engine.clone();
        let (_, end) = heard(spoken).await;
        assert_eq!(end, Ok(()));
        engine
    }

    fn breaker(&self, position: usize) -> BreakerState {
        self.services.speech.engines(&self.ctx())[position].breaker
    }
}

async fn refused(stage: &Stage, request: SpeechRequest) -> Failure {
    stage.speak(request).await.err().expect("a failure")
}

#[tokio::test]
async fn primary_engine_speaks() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let spoken = stage.speak(say("Hello.")).await.unwrap();
    assert_eq!(
        (spoken.engine.as_str(), spoken.fallback_used, spoken.voice.as_deref()),
        ("hibari", false, None)
    );
    assert_eq!(
        (spoken.container, spoken.layout.sample_rate, spoken.layout.channels),
        (Container::Pcm, 24_000, 1)
    );
    assert_eq!(heard(spoken).await, ([pcm(), pcm()].concat().into(), Ok(())));
    assert_eq!(stage.hibari.asked()[0].text, "Hello.");
    assert!(stage.edge.asked().is_empty());
}

#[tokio::test]
async fn what_was_written_to_be_read_is_spoken_as_a_person_would_read_it_out() {
    let stage = Stage::new(vec![], vec![]);
    stage.says_whole(say("**Two** stops:\n- [Moab](https://x.example)\n- Zion 🏜️")).await;
    let said: Vec<String> = stage.hibari.asked().into_iter().map(|asked| asked.text).collect();
    assert_eq!(said.join("\n"), "Two stops:\nMoab.\nZion.");
    let failure = stage.speak(say("```\nlet x = 1;\n```")).await.err().unwrap();
    assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "text"));
    assert_eq!(stage.hibari.asked().len(), said.len(), "no engine is asked for nothing");
}

#[tokio::test]
async fn only_ssml_says_which_language_it_is_in() {
    let stage = Stage::new(vec![], vec![]);
    stage.says_whole(say("<p xml:lang='fr'>We are at the lake.</p>")).await;
    assert_eq!(stage.hibari.asked()[0].language, None);
    assert_eq!(stage.says_whole(say("<speak xml:lang=' de '>Guten Tag.</speak>")).await, "edge");
    assert_eq!(stage.edge.asked()[0].language.as_deref(), Some("de"));
}

#[tokio::test]
async fn engine_whose_audio_nobody_could_hear_is_passed_over() {
    for (sample_rate, channels) in [(1, 1), (0, 1), (u32::MAX, 1), (24_000, 0), (24_000, 9)] {
        let format = AudioFormat { encoding: Encoding::PcmS16le, sample_rate, channels };
        let stage = Stage::new(vec![Take::In(format)], Vec::new());
        let request = SpeechRequest { format: Container::Opus, speed: Some(1.5), ..say("Hello.") };
        assert_eq!(stage.says_whole(request).await, "edge", "{format:?}");
    }
}

#[tokio::test]
async fn engine_that_makes_nothing_of_signs_alone_is_not_broken() {
    let nothing = || Take::Give(Vec::new());
    let stage = Stage::new((0..6).map(|_| nothing()).collect(), Vec::new());
    for _ in 0..3 {
        assert_eq!(stage.says_whole(say("✗")).await, "edge");
    }
    assert_eq!(stage.breaker(0), BreakerState::Closed);
    for _ in 0..3 {
        assert_eq!(stage.says_whole(say("Hello.")).await, "edge");
    }
    assert_eq!(stage.breaker(0), BreakerState::Open);
}

#[tokio::test]
async fn wav_begins_with_a_header() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let spoken = stage.speak(SpeechRequest { format: Container::Wav, ..say("Hello.") }).await.unwrap();
    let (audio, end) = heard(spoken).await;
    assert_eq!((&audio[..4], end), (&b"RIFF"[..], Ok(())));
    assert_eq!(audio[44..], [pcm(), pcm()].concat());
}

#[tokio::test]
async fn engine_that_fails_before_its_first_byte_is_passed_over() {
    let stage = Stage::new(
        vec![down(), Take::Give(vec![Err(Failure::internal("trap"))]), Take::Give(vec![Ok(Bytes::new())])],
        Vec::new(),
    );
    for _ in 0..3 {
        let spoken = stage.speak(say("Hello.")).await.unwrap();
        assert_eq!((spoken.engine.as_str(), spoken.fallback_used), ("edge", true));
    }
}

#[tokio::test(start_paused = true)]
async fn engine_that_stalls_leaves_time_for_the_next() {
    let stage = Stage::new(vec![Take::Hang, Take::Stall(vec![Bytes::new()])], Vec::new());
    for _ in 0..2 {
        let before = Instant::now();
        let spoken = stage.speak(say("Hello.")).await.unwrap();
        assert_eq!(spoken.engine, "edge");
        assert_eq!(before.elapsed(), Duration::from_secs(10), "first_byte_seconds");
    }
}

#[tokio::test]
async fn engine_whose_audio_is_none_is_passed_over() {
    let mp3 = AudioFormat { encoding: Encoding::Mp3, sample_rate: 24_000, channels: 1 };
    let stage = Stage::new(vec![Take::In(mp3)], Vec::new());
    let (audio, end) = heard(stage.speak(say("Hello.")).await.unwrap()).await;
    assert_eq!((audio.len(), end), (8, Ok(())), "of the other engine alone");
}

#[tokio::test]
async fn engine_that_breaks_off_is_followed_by_the_next_and_counted_against() {
    let broken = || Take::Give(vec![Ok(pcm()), Err(Failure::unavailable("The voice is gone."))]);
    let stage = Stage::new(vec![broken(), broken(), broken()], Vec::new());
    for _ in 0..3 {
        let (_, end) = heard(stage.speak(say("Hello.")).await.unwrap()).await;
        assert_eq!(end, Ok(()));
    }
    assert_eq!(stage.breaker(0), BreakerState::Open);
    assert_eq!(stage.says_whole(say("Hello.")).await, "edge");
}

#[tokio::test]
async fn failure_of_all_after_the_first_byte_ends_the_stream() {
    let gone = || Failure::unavailable("The voice is gone.");
    let stage = Stage::new(vec![Take::Speak, Take::Give(vec![Ok(pcm()), Err(gone())])], vec![down()]);
    let spoken = stage.speak(say("Here we are at the lake. It is cold.")).await.unwrap();
    assert_eq!(spoken.engine, "hibari");
    let (_, end) = heard(spoken).await;
    assert_eq!(end.unwrap_err().class, FailureClass::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn engine_that_stops_speaking_is_not_taken_for_one_that_is_done() {
    let stage = Stage::new(vec![Take::Stall(vec![pcm()])], vec![down()]);
    let (_, end) = heard(stage.speak(say("Hello.")).await.unwrap()).await;
    assert!(end.unwrap_err().detail.unwrap().contains("stopped speaking"));
    assert_eq!(stage.edge.asked().len(), 1, "the next one was to go on");
}

#[tokio::test]
async fn half_a_sample_at_the_end_is_no_whole_audio_and_is_not_heard() {
    let stage = Stage::new(vec![Take::Give(vec![Ok(Bytes::from_static(&[1, 0, 2]))])], vec![down()]);
    let failure = refused(&stage, say("Hello.")).await;
    assert_eq!(failure.class, FailureClass::Truncated);
}

#[tokio::test]
async fn speech_is_not_cut_by_the_requests_deadline() {
    tokio::time::pause();
    let stage = Stage::new(Vec::new(), Vec::new());
    let spoken = stage.speak(say("Hello.")).await.unwrap();
    tokio::time::advance(Duration::from_secs(300)).await;
    assert_eq!(heard(spoken).await.1, Ok(()), "the client reads as fast as it plays");
}

#[tokio::test]
async fn caller_that_goes_away_ends_the_speech_and_blames_nobody() {
    let stage = Stage::new(Vec::new(), Vec::new());
    for _ in 0..5 {
        stage.hibari.then(vec![Take::Stall(vec![pcm()])]);
        let ctx = stage.ctx();
        let spoken = stage.services.speech.synthesize(&ctx, say("Hello.")).await.unwrap();
        ctx.cancellation.cancel();
        assert!(heard(spoken).await.1.is_err());
        drop(stage.speak(say("Hello.")).await.unwrap());
    }
    assert_eq!(stage.breaker(0), BreakerState::Closed);
}

#[tokio::test]
async fn engine_that_fails_again_and_again_is_left_alone_and_tried_again_later() {
    let stage = Stage::new(vec![down(), down(), down(), down()], Vec::new());
    for _ in 0..5 {
        assert_eq!(stage.says_whole(say("Hello.")).await, "edge");
    }
    assert_eq!(stage.hibari.asked().len(), 3, "then the breaker was open");
    let status = &stage.services.speech.engines(&stage.ctx())[0];
    assert_eq!(
        (status.breaker, status.last_error.as_deref()),
        (BreakerState::Open, Some("The engine is down."))
    );
    assert!(status.next_probe.is_some());
    let text = serde_json::to_string(status).unwrap();
    assert!(!text.contains("socket"), "details are for the log: {text}");

    let later = |seconds| stage.world.clock.advance(Duration::from_secs(seconds));
    stage.services.speech.probe(&stage.world.host()).await;
    assert_eq!(stage.hibari.asked().len(), 3, "not yet");
    later(7);
    assert_eq!(stage.says_whole(say("Hello.")).await, "edge", "no caller is risked");
    stage.services.speech.probe(&stage.world.host()).await;
    assert_eq!((stage.hibari.asked().len(), stage.breaker(0)), (4, BreakerState::Open), "the canary failed");
    later(7);
    stage.services.speech.probe(&stage.world.host()).await;
    assert_eq!(stage.hibari.asked().len(), 4, "it waits longer each time");
    later(7);
    stage.services.speech.probe(&stage.world.host()).await;
    assert_eq!((stage.hibari.asked().len(), stage.breaker(0)), (5, BreakerState::Closed));
    assert_eq!(stage.hibari.asked()[4].text, "Okay.");
    assert_eq!(stage.says_whole(say("Hello.")).await, "hibari");
}

#[tokio::test]
async fn callers_own_fault_is_answered_at_once_and_counts_against_nobody() {
    let invalid = || Take::Fail(Failure::invalid_field("text", "cannot be spoken"));
    let stage = Stage::new(vec![invalid(), invalid(), invalid(), invalid()], Vec::new());
    for _ in 0..4 {
        assert_eq!(refused(&stage, say("Hello.")).await.fields[0].field, "text");
    }
    assert!(stage.edge.asked().is_empty());
    assert_eq!(stage.breaker(0), BreakerState::Closed);
}

#[tokio::test]
async fn failure_of_all_tells_of_the_primary_and_in_detail_of_each() {
    let limited = Failure::new(FailureClass::RateLimited, "Too much said for now.");
    let stage = Stage::new(vec![Take::Fail(limited)], vec![down()]);
    let failure = refused(&stage, say("Hello.")).await;
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (FailureClass::RateLimited, "Too much said for now.")
    );
    let detail = failure.detail.unwrap();
    assert!(
        detail.contains("hibari: Too much said") && detail.contains("edge: The engine is down."),
        "{detail}"
    );
    assert!(detail.contains("socket closed"));
}

#[tokio::test]
async fn when_all_rest_the_answer_says_until_when() {
    let stage = Stage::new(vec![down(), down(), down()], vec![down(), down(), down()]);
    for _ in 0..3 {
        refused(&stage, say("Hello.")).await;
    }
    let failure = refused(&stage, say("Hello.")).await;
    assert_eq!(failure.class, FailureClass::Unavailable);
    let wait = failure.retry_after.unwrap();
    assert!((5..=7).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(stage.hibari.asked().len(), 3, "it was not asked");
}

#[tokio::test]
async fn strangers_get_no_speech() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let outcome = stage.services.speech.synthesize(&stage.world.anonymous(), say("Hello.")).await;
    assert_eq!(outcome.err().unwrap().class, FailureClass::Unauthenticated);
    let outcome = stage.services.speech.voices(&stage.world.anonymous(), &VoiceFilter::default()).await;
    assert_eq!(outcome.err().unwrap().class, FailureClass::Unauthenticated);
    assert!(
        stage.services.speech.synthesize(&stage.world.host(), say("Hello.")).await.is_ok(),
        "`wheelhouse say`"
    );
}

#[tokio::test]
async fn wrong_input_names_its_field_and_reaches_no_engine() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let hello = || say("Hello.");
    for (field, request) in [
        ("text", say("")),
        ("text", say(" \n\t")),
        ("speed", SpeechRequest { speed: Some(0.2), ..hello() }),
        ("speed", SpeechRequest { speed: Some(4.1), ..hello() }),
        ("speed", SpeechRequest { speed: Some(f32::NAN), ..hello() }),
        ("language", SpeechRequest { language: Some("english please".to_owned()), ..hello() }),
        ("engine", SpeechRequest { engine: Some("festival".to_owned()), ..hello() }),
        ("voice", SpeechRequest { voice: Some("nobody".to_owned()), ..hello() }),
        ("voice", SpeechRequest { voice: Some(String::new()), ..hello() }),
    ] {
        let failure = refused(&stage, request.clone()).await;
        assert_eq!(failure.class, FailureClass::Invalid, "{request:?}");
        assert_eq!(failure.fields[0].field, field, "{request:?}");
    }
    assert!(stage.hibari.asked().is_empty() && stage.edge.asked().is_empty());
}

#[tokio::test]
async fn text_is_measured_in_characters() {
    let stage = Stage::new(Vec::new(), Vec::new());
    assert!(stage.speak(say(&"ü".repeat(5_000))).await.is_ok());
    let failure = refused(&stage, say(&"a".repeat(5_001))).await;
    assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::TooLarge, "text"));
    assert!(failure.message.contains("5000"), "{failure}");
}

#[tokio::test]
async fn unknown_names_are_refused_with_those_that_there_are() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let request = SpeechRequest { engine: Some("festival".to_owned()), ..say("Hello.") };
    assert!(refused(&stage, request).await.message.contains("hibari, edge"));
    let request = SpeechRequest { voice: Some("nobody".to_owned()), ..say("Hello.") };
    let message = refused(&stage, request).await.message;
    for known in ["heart", "adam", "sonia", "katja", "pam_default", "pam_australian_mature"] {
        assert!(message.contains(known), "{message}");
    }
    let request = SpeechRequest { language: Some("fr".to_owned()), ..say("Bonjour.") };
    let failure = refused(&stage, request).await;
    assert_eq!(failure.class, FailureClass::Invalid);
    assert!(failure.message.contains("de-DE, en-GB, en-US"), "{failure}");
}

#[tokio::test]
async fn engine_that_does_not_speak_the_language_is_passed_over_without_blame() {
    let stage = Stage::new(Vec::new(), Vec::new());
    for _ in 0..5 {
        let request = SpeechRequest { language: Some("de".to_owned()), ..say("Guten Tag.") };
        assert_eq!(stage.says_whole(request).await, "edge");
    }
    assert!(stage.hibari.asked().is_empty());
    assert_eq!(stage.breaker(0), BreakerState::Closed);
    let utterance = &stage.edge.asked()[0];
    assert_eq!((utterance.voice.as_ref(), utterance.language.as_deref()), (None, Some("de")));
}

#[tokio::test]
async fn generic_voice_is_a_voice_of_whichever_engine_speaks() {
    let stage = Stage::new(vec![Take::Speak, down()], Vec::new());
    let request = || SpeechRequest { voice: Some("pam_male_calm".to_owned()), ..say("Hello.") };
    assert_eq!(stage.speak(request()).await.unwrap().voice.as_deref(), Some("adam"));
    let spoken = stage.speak(request()).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.voice.as_deref()), ("edge", Some("sonia")));
    assert_eq!(stage.edge.asked()[0].voice.as_deref(), Some("sonia"));
    let request = SpeechRequest { language: Some("de".to_owned()), ..request() };
    assert_eq!(stage.speak(request).await.unwrap().voice.as_deref(), Some("katja"));
}

#[tokio::test]
async fn gender_and_style_are_wishes_to_whichever_engine_speaks() {
    let stage = Stage::new(vec![Take::Speak, down()], Vec::new());
    let request = || SpeechRequest { gender: Some(Gender::Male), ..say("Hello.") };
    assert_eq!(stage.speak(request()).await.unwrap().voice.as_deref(), Some("adam"));
    let spoken = stage.speak(request()).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.voice.as_deref()), ("edge", Some("sonia")), "it has no man");
    let request = SpeechRequest { language: Some("en".to_owned()), ..request() };
    assert_eq!(stage.speak(request).await.unwrap().voice.as_deref(), Some("adam"), "also in a language");
    let request = SpeechRequest { style: Some("a".repeat(65)), ..say("Hello.") };
    assert_eq!(refused(&stage, request).await.fields[0].field, "style");
}

#[tokio::test]
async fn what_an_engine_cannot_do_is_made_of_its_samples() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let request = SpeechRequest { volume: Some(0.0), pitch: Some(3.0), ..say("Hello.") };
    let (audio, end) = heard(stage.speak(request).await.unwrap()).await;
    assert_eq!(end, Ok(()));
    assert!(!audio.is_empty() && audio.iter().all(|byte| *byte == 0), "{audio:?}");
    assert_eq!(stage.hibari.asked()[0].pitch.to_bits(), 0.0_f32.to_bits(), "it has no other pitch");
}

#[tokio::test]
async fn real_voice_chooses_the_engine_that_has_it() {
    let stage = Stage::new(Vec::new(), vec![Take::Speak, down()]);
    let request = || SpeechRequest { voice: Some("sonia".to_owned()), ..say("Hello.") };
    let spoken = stage.speak(request()).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.fallback_used), ("edge", false));
    assert_eq!(spoken.voice.as_deref(), Some("sonia"));
    let spoken = stage.speak(request()).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.fallback_used), ("hibari", true));
    assert_eq!(spoken.voice.as_deref(), Some("heart"), "the one that sounds most like it");
}

#[tokio::test]
async fn voice_of_another_engine_or_language_than_asked_for_is_invalid() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let voice = || Some("sonia".to_owned());
    let request = SpeechRequest { voice: voice(), engine: Some("hibari".to_owned()), ..say("Hello.") };
    let failure = refused(&stage, request).await;
    assert_eq!(failure.fields[0].field, "voice");
    assert!(failure.message.contains("of `hibari`") && failure.message.contains("heart"), "{failure}");
    let request = SpeechRequest { voice: voice(), language: Some("de".to_owned()), ..say("Hello.") };
    let failure = refused(&stage, request).await;
    assert_eq!(failure.fields[0].field, "language");
    assert!(failure.message.contains("speaks en-GB"), "{failure}");
}

#[tokio::test]
async fn asked_engine_is_asked_first_and_the_chain_stands_behind_it() {
    let stage = Stage::new(Vec::new(), vec![Take::Speak, down()]);
    let request = || SpeechRequest { engine: Some("edge".to_owned()), speed: Some(1.5), ..say("Hello.") };
    let spoken = stage.speak(request()).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.fallback_used), ("edge", false));
    assert_eq!(stage.edge.asked()[0].speed.to_bits(), 1.5_f32.to_bits());
    let spoken = stage.speak(request()).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.fallback_used), ("hibari", true));
}

#[tokio::test]
async fn engine_that_stands_in_no_chain_speaks_when_asked_for() {
    let mut stage = Stage::new(Vec::new(), Vec::new());
    stage.world.config.speech.fallback_engines = Vec::new();
    stage.services = stage.world.services();
    let request = SpeechRequest { engine: Some("edge".to_owned()), ..say("Hello.") };
    assert_eq!(stage.says_whole(request).await, "edge");
    let request = SpeechRequest { voice: Some("katja".to_owned()), ..say("Hallo.") };
    assert_eq!(stage.says_whole(request).await, "edge");
    let engines = stage.services.speech.engines(&stage.ctx());
    assert_eq!((engines[0].id.as_str(), engines[0].configured), ("hibari", true));
    assert_eq!((engines[1].id.as_str(), engines[1].configured, engines[1].position), ("edge", false, 1));
}

#[tokio::test]
async fn voice_is_not_called_unknown_while_an_engine_cannot_be_asked() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage.edge.lose_voices(Failure::unavailable("The list is gone."));
    let request = |voice: &str| SpeechRequest { voice: Some(voice.to_owned()), ..say("Hello.") };
    let failure = refused(&stage, request("sonia")).await;
    assert_eq!(failure.class, FailureClass::Unavailable);
    assert!(failure.message.contains("`edge`"), "{failure}");
    assert_eq!(stage.says_whole(request("heart")).await, "hibari");
}

#[tokio::test(start_paused = true)]
async fn engine_that_is_being_loaded_is_waited_for() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage.world.publish(vec![Plugin::engine(&stage.edge), Plugin::compiling(Export::Speech)]);
    let (spoken, ()) = tokio::join!(stage.speak(say("Hello.")), async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        stage.world.publish(vec![Plugin::engine(&stage.hibari), Plugin::engine(&stage.edge)]);
    });
    assert_eq!(spoken.unwrap().engine, "hibari");
}

#[tokio::test(start_paused = true)]
async fn wait_for_an_engine_leaves_time_for_the_next() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage.world.publish(vec![Plugin::engine(&stage.edge), Plugin::compiling(Export::Speech)]);
    let before = Instant::now();
    let spoken = stage.speak(say("Hello.")).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.fallback_used), ("edge", true));
    assert_eq!(before.elapsed(), Duration::from_secs(15), "half of the request's time");
    let engines = stage.services.speech.engines(&stage.ctx());
    assert_eq!((engines[0].state, engines[0].breaker), (MemberState::Loading, BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn voice_of_an_engine_that_is_being_loaded_is_waited_for() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage.world.publish(vec![Plugin::engine(&stage.hibari), Plugin::compiling(Export::Speech)]);
    let request = SpeechRequest { voice: Some("sonia".to_owned()), ..say("Hello.") };
    let (spoken, ()) = tokio::join!(stage.speak(request), async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        stage.world.publish(vec![Plugin::engine(&stage.hibari), Plugin::engine(&stage.edge)]);
    });
    assert_eq!(spoken.unwrap().engine, "edge");
}

#[tokio::test]
async fn speech_goes_on_with_the_engine_that_it_began_with() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let spoken = stage.speak(say("Hello.")).await.unwrap();
    stage.world.publish(Vec::new());
    assert_eq!(heard(spoken).await.1, Ok(()));
    let failure = refused(&stage, say("Hello.")).await;
    assert_eq!(failure.class, FailureClass::Unavailable, "nobody is left");
    assert!(failure.message.contains("hibari"), "{failure}");
}

#[tokio::test]
async fn voices_are_listed_by_engine_with_what_generic_names_mean() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage.edge.lose_voices(Failure::unavailable("The list is gone."));
    let voices = stage.services.speech.voices(&stage.ctx(), &VoiceFilter::default()).await.unwrap();
    assert_eq!((voices[0].engine.as_str(), voices[0].voices.len()), ("hibari", 2));
    let generic = |id: &str| voices[0].generic.iter().find(|generic| generic.id == id).unwrap().voice.clone();
    assert_eq!(generic("pam_male_calm").as_deref(), Some("adam"));
    assert_eq!(generic("pam_default"), None);
    assert_eq!(
        voices[1].problem.as_deref(),
        Some("The list is gone."),
        "not shown as an engine without voices"
    );
    let of = |engine: &str| VoiceFilter { engine: Some(engine.to_owned()), ..VoiceFilter::default() };
    let one = stage.services.speech.voices(&stage.ctx(), &of("hibari")).await.unwrap();
    assert_eq!(one.len(), 1);
    let failure = stage.services.speech.voices(&stage.ctx(), &of("festival")).await.unwrap_err();
    assert_eq!(failure.fields[0].field, "engine");
}

#[tokio::test]
async fn voices_are_asked_for_again_when_old_or_of_a_new_version() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let request = || SpeechRequest { voice: Some("heart".to_owned()), ..say("Hello.") };
    for _ in 0..3 {
        stage.says_whole(request()).await;
    }
    assert_eq!(stage.hibari.listed(), 1);
    stage.world.clock.advance(Duration::from_secs(600));
    stage.says_whole(request()).await;
    assert_eq!(stage.hibari.listed(), 2);
    let newer = FakeEngine::new("hibari", vec![voice("bella", "en-US", Gender::Female)], Vec::new());
    stage.world.publish(vec![Plugin::engine(&newer)]);
    assert_eq!(refused(&stage, request()).await.fields[0].field, "voice");
}

#[tokio::test]
async fn engine_that_was_refused_does_not_hide_that_a_voice_is_unknown() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage
        .world
        .publish(vec![Plugin::engine(&stage.hibari), Plugin::refused("edge", Export::Speech, "it traps")]);
    let request = |voice: &str| SpeechRequest { voice: Some(voice.to_owned()), ..say("Hello.") };
    assert_eq!(refused(&stage, request("nobody")).await.class, FailureClass::Invalid);
    let asked = SpeechRequest { engine: Some("edge".to_owned()), ..request("sonia") };
    assert_eq!(refused(&stage, asked).await.class, FailureClass::Unavailable, "it may well have that voice");
    let edge = &stage.services.speech.engines(&stage.ctx())[1];
    assert_eq!((edge.state, edge.reason.as_deref()), (MemberState::Refused, Some("it traps")));
}
