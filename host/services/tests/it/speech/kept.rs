//! What was said before is not synthesised again.

use bytes::Bytes;
use futures_util::StreamExt;
use wheelhouse_audio::Container;
use wheelhouse_core::{FailureClass, audio::AudioId, speech::SpeechPiece};
use wheelhouse_services::{SpeechRequest, SpokenPiece};

use super::{Stage, audio, down, heard, say};
use crate::fakes::{FakeEngine, Plugin, Take, pcm};

fn kept(text: &str) -> SpeechRequest {
    SpeechRequest { is_kept: true, ..say(text) }
}

fn sound(bytes: &'static [u8]) -> wheelhouse_core::Result<SpeechPiece> {
    Ok(SpeechPiece::Audio(Bytes::from_static(bytes)))
}

fn sound_of(byte: u8) -> wheelhouse_core::Result<Bytes> {
    Ok(vec![byte; 4].into())
}

/// Until what was said is kept, which happens after its last byte.
async fn until_kept(stage: &Stage, count: usize) {
    while stage.world.audio.count() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn same_text_is_synthesised_once() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let request = || SpeechRequest { format: Container::Wav, ..kept("Hello.") };
    let first = stage.speak(request()).await.unwrap();
    assert_eq!((first.cache_hit, first.length), (false, None));
    let id = first.id.unwrap();
    let (first, end) = heard(first).await;
    assert_eq!(end, Ok(()));
    until_kept(&stage, 1).await;
    let second = stage.speak(request()).await.unwrap();
    assert_eq!((second.cache_hit, second.length, second.id), (true, Some(52), Some(id)));
    assert_eq!((second.engine.as_str(), second.fallback_used), ("hibari", false));
    let (second, end) = heard(second).await;
    assert_eq!((second.slice(44..), end), (first.slice(44..), Ok(())));
    assert_eq!(second[40..44], 8_u32.to_le_bytes(), "the header knows the length now");
    assert_eq!(stage.hibari.asked().len(), 1);
    let whole = stage.services.speech.audio(&stage.ctx(), &id).await.unwrap();
    assert_eq!((whole.audio, whole.engine.as_str()), (second, "hibari"));
}

#[tokio::test]
async fn whoever_asks_for_what_is_being_said_joins_and_misses_nothing() {
    let (speak, live) = Take::live();
    let stage = Stage::new(vec![live], Vec::new());
    speak.send(sound(&[1, 1])).unwrap();
    let first = stage.speak(kept("Hello.")).await.unwrap();
    let second = stage.speak(kept("Hello.")).await.unwrap();
    assert_eq!((first.cache_hit, second.cache_hit), (false, true));
    let mut second = Box::pin(audio(second));
    assert_eq!(second.next().await.unwrap().unwrap(), [1, 1].as_slice(), "what is there comes at once");
    drop(first);
    speak.send(sound(&[2, 2])).unwrap();
    drop(speak);
    assert_eq!(second.next().await.unwrap().unwrap(), [2, 2].as_slice(), "though the first has left");
    assert!(second.next().await.is_none());
    assert_eq!(stage.hibari.asked().len(), 1);
    assert_eq!(stage.services.speech.figures().counts.joined, 1);
}

#[tokio::test]
async fn engine_stops_when_the_last_listener_leaves() {
    let (speak, live) = Take::live();
    let stage = Stage::new(vec![live], Vec::new());
    speak.send(sound(&[1, 1])).unwrap();
    let first = stage.speak(kept("Hello.")).await.unwrap();
    let second = stage.speak(kept("Hello.")).await.unwrap();
    drop((first, second));
    speak.closed().await;
    assert_eq!(stage.says_whole(kept("Hello.")).await, "hibari", "nobody joins what was given up");
    assert_eq!(stage.hibari.asked().len(), 2);
}

#[tokio::test]
async fn what_is_not_to_be_kept_is_neither_kept_nor_found() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let spoken = stage.speak(say("Hello.")).await.unwrap();
    assert_eq!(spoken.id, None);
    assert_eq!(heard(spoken).await.1, Ok(()));
    stage.says_whole(kept("Hello.")).await;
    until_kept(&stage, 1).await;
    let spoken = stage.speak(say("Hello.")).await.unwrap();
    assert!(!spoken.cache_hit);
    assert_eq!(heard(spoken).await.1, Ok(()));
    assert_eq!((stage.hibari.asked().len(), stage.world.audio.count()), (3, 1));
}

#[tokio::test]
async fn broken_and_patched_speech_is_never_kept() {
    let gone = || Take::Give(vec![Ok(pcm()), Err(wheelhouse_core::Failure::unavailable("gone"))]);
    let stage = Stage::new(vec![Take::Speak, gone(), Take::Speak, gone()], vec![Take::Speak, down()]);
    let text = "We are at the lake. The water is cold.";
    assert_eq!(heard(stage.speak(kept(text)).await.unwrap()).await.1, Ok(()), "edge went on");
    assert!(heard(stage.speak(kept(text)).await.unwrap()).await.1.is_err());
    stage.says_whole(kept("Hello.")).await;
    until_kept(&stage, 1).await;
    assert_eq!(stage.world.audio.count(), 1, "the last one alone");
}

#[tokio::test]
async fn speech_in_which_engines_took_turns_is_never_kept() {
    let busy = Take::Fail(wheelhouse_core::Failure::new(FailureClass::RateLimited, "slow down"));
    let stage = Stage::new(vec![Take::Speak, busy], Vec::new());
    let text = "We are at the lake. The water is cold.";
    let spoken = stage.speak(kept(text)).await.unwrap();
    let id = spoken.id.unwrap();
    assert_eq!(spoken.engine, "hibari");
    assert_eq!(heard(spoken).await.1, Ok(()));
    assert_eq!(stage.edge.asked().len(), 1);
    stage.says_whole(kept("Hello.")).await;
    until_kept(&stage, 1).await;
    let failure = stage.services.speech.audio(&stage.ctx(), &id).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::NotFound);
}

#[tokio::test]
async fn audio_that_another_engine_goes_on_with_is_not_given_as_whole() {
    let (speak, live) = Take::live();
    let stage = Stage::new(vec![live], Vec::new());
    speak.send(sound(&[1, 1])).unwrap();
    let spoken = stage.speak(kept("Hello.")).await.unwrap();
    let (ctx, id) = (stage.ctx(), spoken.id.unwrap());
    let asked = stage.services.speech.audio(&ctx, &id);
    let rest = async {
        speak.send(Err(wheelhouse_core::Failure::unavailable("gone"))).unwrap();
        heard(spoken).await.1
    };
    let (whole, heard) = tokio::join!(asked, rest);
    assert_eq!((whole.unwrap_err().class, heard), (FailureClass::NotFound, Ok(())));
}

#[tokio::test]
async fn what_the_second_engine_said_is_found_while_the_first_is_not_there() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage.world.publish(vec![Plugin::engine(&stage.edge)]);
    assert_eq!(stage.says_whole(kept("Hello.")).await, "edge");
    until_kept(&stage, 1).await;
    let again = stage.speak(kept("Hello.")).await.unwrap();
    assert_eq!((again.cache_hit, again.engine.as_str(), again.fallback_used), (true, "edge", true));
}

#[tokio::test]
async fn conversation_remembers_who_spoke_also_when_that_was_kept() {
    let stage = Stage::new(vec![down(), down(), down()], Vec::new());
    for _ in 0..3 {
        stage.says_whole(say("Hello.")).await;
    }
    stage.says_whole(kept("Hello.")).await;
    until_kept(&stage, 1).await;
    let request = |text| SpeechRequest { conversation: Some("trip".to_owned()), ..kept(text) };
    assert!(stage.speak(request("Hello.")).await.unwrap().cache_hit);
    stage.world.clock.advance(std::time::Duration::from_secs(3_600));
    stage.services.speech.probe(&stage.world.host()).await;
    assert_eq!(stage.says_whole(say("Good night.")).await, "hibari", "it works again");
    assert_eq!(stage.says_whole(request("Good night.")).await, "edge");
}

#[tokio::test]
async fn audio_is_told_apart_by_its_bytes() {
    let stage = Stage::new(vec![Take::Give(vec![sound_of(1)]), Take::Give(vec![sound_of(2)])], Vec::new());
    let mut digests = Vec::new();
    for count in 1..=2 {
        let spoken = stage.speak(kept("Hello.")).await.unwrap();
        let id = spoken.id.unwrap();
        assert_eq!(heard(spoken).await.1, Ok(()));
        until_kept(&stage, 1).await;
        for _ in 0..2 {
            digests.push(stage.services.speech.audio(&stage.ctx(), &id).await.unwrap().digest);
        }
        stage.world.audio.forget();
        assert_eq!(stage.hibari.asked().len(), count);
    }
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[2], digests[3]);
    assert_ne!(digests[0], digests[2], "spoken again it sounded otherwise");
}

#[tokio::test]
async fn what_sounds_differently_is_another_audio() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let with = |change: fn(&mut SpeechRequest)| {
        let mut request = kept("Hello.");
        change(&mut request);
        request
    };
    let requests = [
        with(|_| {}),
        with(|request| request.text.push('!')),
        with(|request| request.speed = Some(1.5)),
        with(|request| request.volume = Some(0.5)),
        with(|request| request.format = Container::Wav),
        with(|request| request.voice = Some("adam".to_owned())),
        with(|request| request.voice = Some("pam_male_calm".to_owned())),
        with(|request| request.engine = Some("edge".to_owned())),
        with(|request| request.language = Some("en".to_owned())),
    ];
    let count = requests.len();
    let mut ids = Vec::new();
    for request in requests {
        let spoken = stage.speak(request.clone()).await.unwrap();
        assert!(!spoken.cache_hit, "{request:?}");
        ids.extend(spoken.id);
        assert_eq!(heard(spoken).await.1, Ok(()));
        until_kept(&stage, ids.len()).await;
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[tokio::test]
async fn other_revision_of_an_engine_speaks_anew() {
    let stage = Stage::new(Vec::new(), Vec::new());
    stage.says_whole(kept("Hello.")).await;
    until_kept(&stage, 1).await;
    let newer = FakeEngine::revised("hibari", super::english(), "2");
    stage.world.publish(vec![Plugin::engine(&newer), Plugin::engine(&stage.edge)]);
    assert!(!stage.speak(kept("Hello.")).await.unwrap().cache_hit);
}

#[tokio::test]
async fn engine_that_is_left_out_is_still_heard_with_what_it_said_before() {
    let stage = Stage::new(vec![Take::Speak, down(), down(), down()], Vec::new());
    stage.says_whole(kept("Hello.")).await;
    until_kept(&stage, 1).await;
    for _ in 0..3 {
        stage.says_whole(say("Hello.")).await;
    }
    let spoken = stage.speak(kept("Hello.")).await.unwrap();
    assert_eq!((spoken.engine.as_str(), spoken.cache_hit), ("hibari", true));
    let other = stage.speak(kept("Something else.")).await.unwrap();
    assert_eq!((other.engine.as_str(), other.fallback_used), ("edge", true));
}

#[tokio::test]
async fn audio_that_is_gone_is_not_found_and_strangers_get_none() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let failure = stage.services.speech.audio(&stage.ctx(), &AudioId([7; 32])).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::NotFound);
    let stranger = stage.world.anonymous();
    let failure = stage.services.speech.audio(&stranger, &AudioId([7; 32])).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unauthenticated);
}

#[tokio::test]
async fn audio_that_is_asked_for_while_it_is_made_comes_when_it_is_whole() {
    let (speak, live) = Take::live();
    let stage = Stage::new(vec![live], Vec::new());
    speak.send(sound(&[1, 1])).unwrap();
    let spoken = stage.speak(kept("Hello.")).await.unwrap();
    let (ctx, id) = (stage.ctx(), spoken.id.unwrap());
    let asked = stage.services.speech.audio(&ctx, &id);
    let rest = async {
        speak.send(sound(&[2, 2])).unwrap();
        drop(speak);
        heard(spoken).await
    };
    let (whole, heard) = tokio::join!(asked, rest);
    assert_eq!((whole.unwrap().audio, heard.1), (Bytes::from_static(&[1, 1, 2, 2]), Ok(())));
}

#[tokio::test(start_paused = true)]
async fn one_who_does_not_listen_keeps_others_waiting_for_some_seconds_at_most() {
    let (speak, live) = Take::live();
    let mut stage = Stage::new(vec![live], Vec::new());
    stage.world.config.speech.recording_bytes = 16;
    stage.services = stage.world.services();
    // Each of these is 300 kB of audio.
    let long = format!(" {}.", "The lake is cold today ".repeat(25).trim());
    let text = format!("We are at the lake.{}", long.repeat(4));
    speak.send(sound(&[1, 1])).unwrap();
    let unread = stage.speak(kept(&text)).await.unwrap();
    let read = stage.speak(kept(&text)).await.unwrap();
    assert!(read.cache_hit);
    drop(speak);
    let before = tokio::time::Instant::now();
    assert_eq!(heard(read).await.1, Ok(()));
    assert_eq!(before.elapsed(), std::time::Duration::from_secs(5));
    assert_eq!(heard(unread).await.1.unwrap_err().class, FailureClass::Timeout);
}

#[tokio::test]
async fn speech_beyond_what_may_be_held_is_heard_and_not_kept() {
    let mut stage = Stage::new(Vec::new(), Vec::new());
    stage.world.config.speech.recording_bytes = 16;
    stage.services = stage.world.services();
    let spoken = stage.speak(kept("The coffee is ready and the road is open again.")).await.unwrap();
    let (audio, end) = heard(spoken).await;
    assert!(audio.len() > 16);
    assert_eq!(end, Ok(()));
    let again = stage.speak(kept("The coffee is ready and the road is open again.")).await.unwrap();
    assert!(!again.cache_hit);
    assert!(matches!(again.pieces.collect::<Vec<_>>().await[0], Ok(SpokenPiece::Mark(_))));
    assert_eq!(stage.world.audio.count(), 0);
}
