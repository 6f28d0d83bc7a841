//! How many are spoken to at once, and who waits.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::Instant;
use wheelhouse_core::{FailureClass, speech::SpeechPiece};
use wheelhouse_services::{SpeechConfig, SpokenPiece};

use super::{Stage, heard, refused, say};
use crate::fakes::Take;

fn narrow(takes: Vec<Take>, narrow: fn(&mut SpeechConfig)) -> Stage {
    let mut stage = Stage::new(takes, Vec::new());
    narrow(&mut stage.world.config.speech);
    stage.services = stage.world.services();
    stage
}

#[tokio::test]
async fn first_sentences_beyond_the_queue_are_sent_away_and_told_when_to_come_back() {
    let (speak, live) = Take::live();
    let stage = narrow(vec![live], |speech| (speech.at_once, speech.queue) = (1, 1));
    speak.send(Ok(SpeechPiece::Audio(Bytes::from_static(&[1, 1])))).unwrap();
    let first = stage.speak(say("Hello.")).await.unwrap();
    let waits = stage.speak(say("Hello again."));
    let sent_away = async {
        let failure = refused(&stage, say("And again.")).await;
        assert_eq!((failure.class, failure.code()), (FailureClass::RateLimited, "busy"));
        assert!(failure.retry_after.is_some());
        let figures = stage.services.speech.figures();
        assert_eq!((figures.working, figures.waiting), (1, 1));
        drop(speak);
        heard(first).await.1
    };
    let (waited, first) = tokio::join!(waits, sent_away);
    assert_eq!(first, Ok(()));
    assert_eq!(heard(waited.unwrap()).await.1, Ok(()));
    assert_eq!(stage.breaker(0), wheelhouse_services::BreakerState::Closed, "no engine is to blame");
}

#[tokio::test]
async fn client_that_does_not_read_keeps_no_engine_from_others() {
    let stage = narrow(Vec::new(), |speech| speech.at_once = 1);
    let unread = stage.speak(say("We are at the lake. The water is cold.")).await.unwrap();
    for _ in 0..3 {
        assert_eq!(stage.says_whole(say("Hello.")).await, "hibari");
    }
    assert_eq!(heard(unread).await.1, Ok(()));
}

#[tokio::test]
async fn nothing_is_made_far_ahead_of_whoever_reads() {
    let stage = narrow(Vec::new(), |speech| speech.ahead = 1);
    // Each sentence is 300 kB of audio.
    let sentence = format!("{}. ", "The lake is cold today ".repeat(25).trim());
    let spoken = stage.speak(say(&sentence.repeat(4))).await.unwrap();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    let asked = stage.hibari.asked().len();
    let (_, end) = heard(spoken).await;
    assert_eq!(end, Ok(()));
    assert!(asked < stage.hibari.asked().len(), "{asked} sentences were made for nobody");
}

#[tokio::test]
async fn one_user_does_not_take_all_places() {
    let (_speak, live) = Take::live();
    let stage = narrow(vec![live], |speech| speech.streams_per_user = 1);
    let ctx = stage.ctx();
    let waits = stage.services.speech.synthesize(&ctx, say("Hello."));
    let other = async {
        let failure = refused(&stage, say("Hello again.")).await;
        assert_eq!(failure.class, FailureClass::RateLimited);
        let bob = stage.world.user("bob");
        let spoken = stage.services.speech.synthesize(&bob, say("Hello again.")).await.unwrap();
        assert_eq!(heard(spoken).await.1, Ok(()));
    };
    tokio::select! {
        biased;
        _ = waits => panic!("nobody has spoken"),
        () = other => {}
    }
}

#[tokio::test(start_paused = true)]
async fn second_engine_is_asked_as_well_when_the_first_is_late() {
    let stage = narrow(vec![Take::Hang], |speech| speech.hedge_ms = 300);
    let before = Instant::now();
    let spoken = stage.speak(say("Hello.")).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.fallback_used), ("edge", true));
    assert_eq!(before.elapsed(), Duration::from_millis(300));
    assert_eq!(heard(spoken).await.1, Ok(()));
    assert!(stage.services.speech.engines(&stage.ctx())[0].last_error.is_none(), "late is not broken");
}

#[tokio::test(start_paused = true)]
async fn engine_that_was_late_is_asked_again_when_the_other_one_breaks_off() {
    let stage = narrow(vec![Take::Hang], |speech| speech.hedge_ms = 300);
    let gone = wheelhouse_core::Failure::unavailable("gone");
    stage.edge.then(vec![Take::Give(vec![Ok(Bytes::from_static(&[1, 1])), Err(gone)])]);
    assert_eq!(heard(stage.speak(say("Hello.")).await.unwrap()).await.1, Ok(()));
    assert_eq!((stage.hibari.asked().len(), stage.edge.asked().len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn engine_is_not_late_while_there_is_no_place_for_it() {
    let ((one, live_one), (two, live_two), (slow, live_slow)) = (Take::live(), Take::live(), Take::live());
    let takes = vec![live_one, live_two, live_slow];
    let stage = narrow(takes, |speech| (speech.at_once, speech.hedge_ms) = (2, 300));
    let sound = || Ok(SpeechPiece::Audio(Bytes::from_static(&[1, 1])));
    one.send(sound()).unwrap();
    two.send(sound()).unwrap();
    let first = stage.speak(say("Hello.")).await.unwrap();
    let second = stage.speak(say("Hello.")).await.unwrap();
    let waits = stage.speak(say("Hello again."));
    let rest = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        drop((one, two));
        tokio::time::sleep(Duration::from_millis(200)).await;
        slow.send(sound()).unwrap();
        drop(slow);
    };
    let (waited, ()) = tokio::join!(waits, rest);
    assert_eq!(waited.unwrap().engine, "hibari", "it had a place for 0.2 s");
    assert_eq!((heard(first).await.1, heard(second).await.1), (Ok(()), Ok(())));
    assert!(stage.edge.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn part_of_a_sentence_is_handed_on_only_where_there_is_nothing_else_to_hear() {
    let (speak, live) = Take::live();
    let stage = Stage::new(vec![live], Vec::new());
    // A second of audio at once, then one that comes slowly.
    let second = || Ok(SpeechPiece::Audio(vec![0; 48_000].into()));
    speak.send(second()).unwrap();
    let mut pieces = stage.speak(say("Hello there.")).await.unwrap().pieces;
    let before = Instant::now();
    let mut audio = 0;
    speak.send(second()).unwrap();
    while audio < 96_000 {
        if let SpokenPiece::Audio(bytes) = pieces.next().await.unwrap().unwrap() {
            audio += bytes.len();
        }
    }
    assert_eq!(before.elapsed(), Duration::from_millis(600), "0.4 s before the first second is over");
}
