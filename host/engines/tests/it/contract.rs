//! What every native speech engine holds to, whatever it speaks by. Another engine joins with a [`Subject`] in `contract/subjects.rs` and a
//! line at the end of this file. Components pass the like of it through `wheelhouse plugin test`.
#![cfg(unix)]

#[path = "contract/heard.rs"]
mod heard;
#[path = "contract/subjects.rs"]
mod subjects;

use std::{any::Any, collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::StreamExt;
use wheelhouse_core::{
    Failure, FailureClass, language,
    speech::{SpeechEngine, Utterance},
};

use crate::fixture::PROMPT;
use heard::{beyond, context, hear, hear_in, whole};
use subjects::{Command, Edge, OpenAi};

/// What goes wrong outside an engine. The doubles of services call their faults the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It says that it will not, by this status of HTTP if it has such.
    Refuse(u16),
    /// It takes the text and never says anything.
    AcceptAndStaySilent,
    /// It falls silent after so many bytes of audio, and stays.
    StallAfter(usize),
    /// It is gone after so many bytes of audio.
    CutAt(usize),
    /// It ends in good order without any audio.
    NoAudio,
    /// It gives what is no audio.
    Garbage,
    /// It asks in between whether somebody is there, which is no trouble. Not every protocol can.
    Pings,
}

use Trouble::*;

/// Enough time, and not enough.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);
/// In the middle of what [`long`] sounds like.
const MIDDLE: usize = 4_000;
/// Whatever makes speech fail.
const TROUBLES: [Trouble; 8] = [
    Refuse(403),
    Refuse(429),
    Refuse(503),
    AcceptAndStaySilent,
    StallAfter(MIDDLE),
    CutAt(MIDDLE),
    NoAudio,
    Garbage,
];

/// An engine, what it speaks by, and a switch for what goes wrong there. The engine speaks for one at a time if it has such a limit, and
/// waits for no longer than a second in the middle of audio.
pub struct Stage {
    pub engine: Arc<dyn SpeechEngine>,
    pub set: Box<dyn Fn(Option<Trouble>)>,
    pub _outside: Box<dyn Any>,
}

/// An engine under test.
pub trait Subject {
    /// The engine before what it speaks by, with nothing wrong. It speaks English, has more than one voice, and no Klingon.
    async fn stage() -> Stage;

    /// The engine with nothing to speak by. Two variants differ in what they say or with whose credentials.
    fn alone(variant: &str) -> Arc<dyn SpeechEngine>;

    /// How it fails when it is [refused](Refuse).
    fn refused(status: u16) -> (FailureClass, &'static str) {
        match status {
            403 => (FailureClass::Unavailable, "provider_denied"),
            429 => (FailureClass::RateLimited, "provider_rate_limited"),
            _ => (FailureClass::Unavailable, "provider_unavailable"),
        }
    }
}

/// What nobody has in a log, at some length.
fn long() -> Utterance {
    Utterance::new(PROMPT.repeat(8))
}

pub async fn voices_have_ids_of_their_own_and_tags_of_languages<S: Subject>() {
    let voices = S::stage().await.engine.voices(&context()).await.unwrap();
    let ids: BTreeSet<&str> = voices.iter().map(|voice| voice.id.as_str()).collect();
    assert_eq!((voices.is_empty(), ids.len()), (false, voices.len()));
    for voice in &voices {
        assert!(language::is_tag(&voice.language) && !voice.name.is_empty(), "{voice:?}");
    }
}

pub async fn sentence_is_spoken_to_its_end_in_the_announced_form<S: Subject>() {
    let stage = S::stage().await;
    let voices = stage.engine.voices(&context()).await.unwrap();
    for voice in [None, Some(voices[0].id.clone()), voices.last().map(|voice| voice.id.clone())] {
        let heard = whole(&stage.engine, Utterance { voice, ..Utterance::new("The coffee is ready.") }).await;
        heard.check_form();
        assert_eq!(heard.words.is_empty(), !stage.engine.abilities().words);
    }
    let english = Utterance { language: Some("en".to_owned()), ..Utterance::new("The coffee is ready.") };
    whole(&stage.engine, english).await.check_form();
}

pub async fn pace_within_the_abilities_changes_the_length<S: Subject>() {
    let stage = S::stage().await;
    let speed = stage.engine.abilities().speed;
    assert!(speed.contains(&1.0), "its own pace");
    let length = async |speed| {
        whole(&stage.engine, Utterance { speed, ..Utterance::new("The coffee is ready.") }).await.audio.len()
    };
    if speed.contains(&2.0) {
        assert!(length(2.0).await * 4 < length(1.0).await * 3);
    }
}

pub async fn what_the_engine_does_not_have_is_the_callers_matter_and_named<S: Subject>() {
    let stage = S::stage().await;
    let voice = Utterance { voice: Some("nobody".to_owned()), ..Utterance::new("Hello.") };
    let language = Utterance { language: Some("tlh".to_owned()), ..Utterance::new("Hello.") };
    for (utterance, field) in [(voice, "voice"), (language, "language")] {
        let (heard, failure) = hear(&stage.engine, utterance).await;
        let failure = failure.unwrap();
        assert!(heard.audio.is_empty());
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, field));
    }
}

/// How an engine fails when this goes wrong, held against what no failure may be, and after how many bytes.
async fn failure(stage: &Stage, trouble: Trouble) -> (usize, Failure) {
    (stage.set)(Some(trouble));
    // Whoever never begins has all of the time that there is.
    let time = if trouble == AcceptAndStaySilent { SHORT } else { LONG };
    let (heard, failure) = hear_in(&beyond(time), &stage.engine, long()).await;
    let failure = failure.unwrap_or_else(|| panic!("{trouble:?} went unnoticed"));
    assert!(!failure.class.is_callers_fault(), "{trouble:?}: {failure:?}");
    assert!(!format!("{failure:?}").contains("diesel"), "{trouble:?}: {failure:?}");
    (heard.audio.len(), failure)
}

pub async fn fault_before_the_first_byte_lets_another_engine_speak<S: Subject>() {
    let stage = S::stage().await;
    for (trouble, (class, code)) in [
        (Refuse(403), S::refused(403)),
        (Refuse(429), S::refused(429)),
        (Refuse(503), S::refused(503)),
        (NoAudio, (FailureClass::Unavailable, "provider_no_audio")),
        (Garbage, (FailureClass::Unavailable, "provider_unreadable")),
        (AcceptAndStaySilent, (FailureClass::Timeout, "deadline_exceeded")),
    ] {
        let (bytes, failure) = failure(&stage, trouble).await;
        assert_eq!((bytes, failure.class, failure.code()), (0, class, code), "{trouble:?}: {failure:?}");
    }
}

pub async fn nobody_to_speak_by_is_unavailable_at_once<S: Subject>() {
    let ctx = beyond(LONG);
    let (heard, failure) = hear_in(&ctx, &S::alone("a"), Utterance::new(PROMPT)).await;
    let failure = failure.unwrap();
    let told = (heard.audio.len(), failure.class, failure.code());
    assert_eq!(told, (0, FailureClass::Unavailable, "provider_unreachable"), "{failure:?}");
    assert!(!format!("{failure:?}").contains(PROMPT), "{failure:?}");
    // Less than any patience with who is slow.
    assert!(ctx.time_left() > LONG - Duration::from_secs(4), "{:?}", ctx.time_left());
}

pub async fn fault_after_the_first_byte_is_no_whole_answer<S: Subject>() {
    let stage = S::stage().await;
    let (bytes, cut) = failure(&stage, CutAt(MIDDLE)).await;
    let told = (bytes > 0, cut.class, cut.code());
    assert_eq!(told, (true, FailureClass::Truncated, "provider_broke_off"), "{cut:?}");
    let (bytes, silent) = failure(&stage, StallAfter(MIDDLE)).await;
    assert_eq!((bytes > 0, silent.class), (true, FailureClass::Timeout), "{silent:?}");
}

pub async fn cut_at_any_byte_is_told_from_an_end<S: Subject>() {
    let stage = S::stage().await;
    for at in [0, 1, 2, 3, 143, 144, 145, 1_440, MIDDLE] {
        let (bytes, failure) = failure(&stage, CutAt(at)).await;
        // What was given out is no more than came, and decides whether another engine may still speak.
        let class = if bytes == 0 { FailureClass::Unavailable } else { FailureClass::Truncated };
        assert!(bytes <= at && failure.class == class, "{bytes} of {at}: {failure:?}");
    }
}

pub async fn engine_speaks_again_after_every_fault<S: Subject>() {
    let stage = S::stage().await;
    for trouble in TROUBLES {
        failure(&stage, trouble).await;
        (stage.set)(None);
        whole(&stage.engine, Utterance::new("The coffee is ready.")).await.check_form();
    }
}

pub async fn pings_change_nothing<S: Subject>() {
    let stage = S::stage().await;
    let expected = whole(&stage.engine, Utterance::new("Turn left.")).await;
    (stage.set)(Some(Pings));
    for _ in 0..2 {
        let heard = whole(&stage.engine, Utterance::new("Turn left.")).await;
        assert_eq!((&heard.audio, &heard.words), (&expected.audio, &expected.words));
    }
}

pub async fn listener_that_leaves_makes_room_and_the_next_hears_its_own<S: Subject>() {
    let stage = S::stage().await;
    let expected = whole(&stage.engine, Utterance::new("Turn left.")).await.audio;
    (stage.set)(Some(StallAfter(MIDDLE)));
    let mut audio = stage.engine.synthesize(&context(), long()).await.unwrap().into_audio();
    audio.next().await.unwrap().unwrap();
    drop(audio);
    (stage.set)(None);
    assert_eq!(whole(&stage.engine, Utterance::new("Turn left.")).await.audio, expected);
}

pub async fn call_that_is_given_up_ends_before_the_first_byte_and_after_it<S: Subject>() {
    let stage = S::stage().await;
    (stage.set)(Some(AcceptAndStaySilent));
    let ctx = context();
    let (begun, ()) = tokio::join!(stage.engine.synthesize(&ctx, Utterance::new("Hello.")), async {
        tokio::task::yield_now().await;
        ctx.cancellation.cancel();
    });
    assert_eq!(begun.err().unwrap().class, FailureClass::Timeout);

    (stage.set)(Some(StallAfter(MIDDLE)));
    let ctx = context();
    let speech = stage.engine.synthesize(&ctx, long()).await.unwrap();
    let mut audio = speech.into_audio();
    audio.next().await.unwrap().unwrap();
    ctx.cancellation.cancel();
    let rest: Vec<_> = audio.collect().await;
    let (last, before) = rest.split_last().unwrap();
    assert_eq!(last.as_ref().unwrap_err().class, FailureClass::Timeout);
    assert!(before.iter().all(Result::is_ok), "an error is the last item");
}

pub async fn revision_tells_one_configuration_from_another<S: Subject>() {
    let revision = |variant: &str| S::alone(variant).revision().to_owned();
    assert_eq!(revision("a"), revision("a"));
    assert_ne!(revision("a"), revision("b"));
}

/// A test for each rule and engine, and for each rule that is named behind it.
macro_rules! contract {
    ($($(#[$attribute:meta])* $name:ident: $subject:ty $(, $more:ident)*;)*) => { $(
        contract! { @rules $name, $subject, $(#[$attribute])*,
            voices_have_ids_of_their_own_and_tags_of_languages,
            sentence_is_spoken_to_its_end_in_the_announced_form,
            pace_within_the_abilities_changes_the_length,
            what_the_engine_does_not_have_is_the_callers_matter_and_named,
            fault_before_the_first_byte_lets_another_engine_speak,
            nobody_to_speak_by_is_unavailable_at_once,
            fault_after_the_first_byte_is_no_whole_answer,
            cut_at_any_byte_is_told_from_an_end,
            engine_speaks_again_after_every_fault,
            listener_that_leaves_makes_room_and_the_next_hears_its_own,
            call_that_is_given_up_ends_before_the_first_byte_and_after_it,
            revision_tells_one_configuration_from_another
            $(, $more)*
        }
    )* };
    (@rules $name:ident, $subject:ty, $(#[$attribute:meta])*, $($rule:ident),*) => {
        mod $name {
            use super::*;

            contract! { @tests $subject, [$(#[$attribute])*], $($rule),* }
        }
    };
    (@tests $subject:ty, $attributes:tt, $($rule:ident),*) => {
        $( contract! { @test $subject, $attributes, $rule } )*
    };
    (@test $subject:ty, [$(#[$attribute:meta])*], $rule:ident) => {
        #[tokio::test]
        $(#[$attribute])*
        async fn $rule() {
            super::$rule::<$subject>().await;
        }
    };
}

contract! {
    command: Command;
    openai: OpenAi;
    #[ignore = "run by edge_speaks"]
    edge: Edge, pings_change_nothing;
}
