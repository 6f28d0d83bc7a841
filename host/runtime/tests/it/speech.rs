//! Speech engines: audio that is whole, and audio that is not.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use wheelhouse_core::{
    Failure, FailureClass, Result,
    failure::BUSY,
    speech::{Encoding, SpeechEngine, Utterance},
};

use crate::support::{Setup, TestHost, ann};

pub(crate) fn say(text: &str) -> Utterance {
    Utterance::new(text)
}

/// All audio, and how it ended.
async fn listen(engine: &dyn SpeechEngine, text: &str) -> (Vec<u8>, Result<()>) {
    let mut pieces = engine.synthesize(&ann(), say(text)).await.unwrap().into_audio();
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(bytes) => {
                assert!(!bytes.is_empty());
                all.extend_from_slice(&bytes);
            }
            Err(failure) => {
                assert!(pieces.next().await.is_none(), "an error is the last item");
                return (all, Err(failure));
            }
        }
    }
    (all, Ok(()))
}

/// How the audio of a guest ends that begins well.
async fn end_of(host: &TestHost, id: &str) -> Failure {
    let (audio, end) = listen(&*host.engine(id), "hello").await;
    assert!(!audio.is_empty());
    host.assert_unharmed().await;
    end.unwrap_err()
}

#[tokio::test]
async fn whole_audio_arrives_whole() {
    let host = Setup::new(&["speaks"]).start().await;
    let engine = host.engine("speaks");
    let speech = engine.synthesize(&ann(), say("abc")).await.unwrap();
    assert_eq!((speech.format.encoding, speech.format.sample_rate), (Encoding::PcmS16le, 16_000));
    drop(speech);
    let (audio, end) = listen(&*engine, "abc").await;
    assert_eq!(end, Ok(()));
    let expected: Vec<u8> = b"abc".iter().flat_map(|byte| vec![*byte; 1_000]).collect();
    assert_eq!(audio, expected);
}

#[tokio::test]
async fn an_engine_that_refuses_fails_before_the_first_byte() {
    let host = Setup::new(&["speaks"]).start().await;
    let failure = host.engine("speaks").synthesize(&ann(), say("refuse")).await.err().unwrap();
    assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "text"));
}

#[tokio::test]
async fn voices_are_listed_even_while_the_only_instance_speaks() {
    let host = Setup::new(&["speaks"]).start().await;
    let engine = host.engine("speaks");
    let long = "x".repeat(10_000);
    let mut audio = engine.synthesize(&ann(), say(&long)).await.unwrap().into_audio();
    audio.next().await.unwrap().unwrap();
    let voices = engine.voices(&ann()).await.unwrap();
    assert_eq!(voices[0].id, "only");
}

#[tokio::test]
async fn a_listener_that_goes_away_frees_the_instance() {
    let host = Setup::new(&["speaks"]).start().await;
    let engine = host.engine("speaks");
    let long = "x".repeat(100_000);
    for _ in 0..3 {
        let mut audio = engine.synthesize(&ann(), say(&long)).await.unwrap().into_audio();
        audio.next().await.unwrap().unwrap();
    }
    assert_eq!(listen(&*engine, "a").await.1, Ok(()));
}

#[tokio::test]
async fn a_second_utterance_waits_for_the_only_instance() {
    let host = Setup::new(&["speaks"]).start().await;
    let engine = host.engine("speaks");
    let long = "x".repeat(10_000);
    let speech = engine.synthesize(&ann(), say(&long)).await.unwrap();
    let hurried = ann().with_time_limit(Duration::from_millis(50));
    let failure = engine.synthesize(&hurried, say("a")).await.err().unwrap();
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, BUSY));
    drop(speech);
}

#[tokio::test]
async fn audio_that_stops_without_a_word_is_truncated() {
    let host = Setup::new(&["echo", "speaks_truncated"])
        .config(|config| config.limits.stream_idle_ms = 200)
        .start()
        .await;
    assert_eq!(end_of(&host, "speaks-truncated").await.class, FailureClass::Truncated);
}

#[tokio::test]
async fn a_failure_after_the_first_byte_ends_the_audio() {
    let host = Setup::new(&["echo", "speaks_then_fails"]).start().await;
    let failure = end_of(&host, "speaks-then-fails").await;
    assert_eq!((failure.class, failure.message.as_str()), (FailureClass::Quota, "No breath is left."));
}

#[tokio::test]
async fn a_trap_after_the_first_byte_truncates_the_audio() {
    let host = Setup::new(&["echo", "speaks_then_traps"]).start().await;
    assert_eq!(end_of(&host, "speaks-then-traps").await.class, FailureClass::Truncated);
}

#[tokio::test]
async fn an_engine_that_falls_silent_runs_into_the_time_limit() {
    let host = Setup::new(&["echo", "speaks_then_stalls"])
        .config(|config| config.limits.stream_idle_ms = 200)
        .start()
        .await;
    let failure = end_of(&host, "speaks-then-stalls").await;
    assert_eq!(failure.class, FailureClass::Timeout, "{failure:?}");
    assert!(failure.message.contains("silent for 200 ms"), "{failure}");
}

#[tokio::test]
async fn an_engine_that_thinks_too_long_runs_into_the_processor_limit() {
    let host = Setup::new(&["echo", "speaks_after_long_thought"])
        .config(|config| config.limits.stream_cpu_ms = 200)
        .start()
        .await;
    let failure = end_of(&host, "speaks-after-long-thought").await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "plugin_cpu"));
}

#[tokio::test]
async fn endless_audio_ends_at_the_limit() {
    let host = Setup::new(&["echo", "speaks_endlessly"])
        .config(|config| config.limits.stream_bytes = 1 << 20)
        .start()
        .await;
    let (audio, end) = listen(&*host.engine("speaks-endlessly"), "hello").await;
    let failure = end.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Truncated, "plugin_output"));
    assert!(audio.len() <= 1 << 20, "{}", audio.len());
    host.assert_unharmed().await;
}

#[tokio::test]
async fn an_engine_is_never_far_ahead_of_its_listener() {
    let host = Setup::new(&["echo", "speaks_endlessly"])
        .config(|config| {
            config.limits.stream_ms = 1_000;
            config.limits.stream_idle_ms = 100;
        })
        .start()
        .await;
    let mut audio =
        host.engine("speaks-endlessly").synthesize(&ann(), say("hello")).await.unwrap().into_audio();
    // Nobody listens until the time of the stream is over; what was made by then is what fits between the two.
    let mut waited = tokio::time::interval(Duration::from_millis(1_200));
    waited.tick().await;
    waited.tick().await;
    let mut bytes = 0;
    let end = loop {
        match audio.next().await.unwrap() {
            Ok(piece) => bytes += Bytes::len(&piece),
            Err(failure) => break failure,
        }
    };
    assert_eq!(end.class, FailureClass::Timeout);
    assert!(bytes <= 65 * (32 << 10), "{bytes} bytes were made for nobody");
    host.assert_unharmed().await;
}
