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
use subjects::{Command, OpenAi};

/// What goes wrong outside an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It says that it will not.
    Refuses,
    /// It takes the text and never says anything.
    SaysNothing,
    /// It ends in good order without any audio.
    GivesNoAudio,
    /// It gives what is no audio.
    GivesSomethingElse,
    /// It falls silent in the middle of the audio, and stays.
    Stalls,
    /// It ends in the middle of the audio.
    BreaksOff,
}

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

/// How an engine fails when this goes wrong, held against what no failure may be.
async fn failure<S: Subject>(stage: &Stage, trouble: Trouble) -> (usize, Failure) {
    (stage.set)(Some(trouble));
    let (heard, failure) = hear(&stage.engine, Utterance::new(PROMPT.repeat(8))).await;
    let failure = failure.unwrap_or_else(|| panic!("{trouble:?} went unnoticed"));
    assert!(!failure.class.is_callers_fault(), "{trouble:?}: {failure:?}");
    assert!(!format!("{failure:?}").contains("diesel"), "{trouble:?}: {failure:?}");
    (heard.audio.len(), failure)
}

pub async fn fault_before_the_first_byte_lets_another_engine_speak<S: Subject>() {
    let stage = S::stage().await;
    for trouble in [Trouble::Refuses, Trouble::GivesNoAudio, Trouble::GivesSomethingElse] {
        let (bytes, failure) = failure::<S>(&stage, trouble).await;
        assert_eq!((bytes, failure.class), (0, FailureClass::Unavailable), "{trouble:?}: {failure:?}");
    }
    let (heard, failure) = hear(&S::alone("a"), Utterance::new(PROMPT)).await;
    let failure = failure.unwrap();
    assert_eq!((heard.audio.len(), failure.class), (0, FailureClass::Unavailable), "{failure:?}");
    assert!(!format!("{failure:?}").contains(PROMPT), "{failure:?}");
}

pub async fn fault_after_the_first_byte_is_no_whole_answer<S: Subject>() {
    let stage = S::stage().await;
    let (bytes, cut) = failure::<S>(&stage, Trouble::BreaksOff).await;
    assert_eq!((bytes > 0, cut.class), (true, FailureClass::Truncated), "{cut:?}");
    let (bytes, silent) = failure::<S>(&stage, Trouble::Stalls).await;
    let class = silent.class;
    assert!(bytes > 0 && matches!(class, FailureClass::Timeout | FailureClass::Truncated), "{silent:?}");
}

pub async fn engine_speaks_again_after_every_fault<S: Subject>() {
    let stage = S::stage().await;
    for trouble in [Trouble::Refuses, Trouble::GivesNoAudio, Trouble::GivesSomethingElse, Trouble::BreaksOff]
    {
        failure::<S>(&stage, trouble).await;
        (stage.set)(None);
        whole(&stage.engine, Utterance::new("The coffee is ready.")).await.check_form();
    }
}

pub async fn listener_that_leaves_makes_room_and_the_next_hears_its_own<S: Subject>() {
    let stage = S::stage().await;
    let expected = whole(&stage.engine, Utterance::new("Turn left.")).await.audio;
    (stage.set)(Some(Trouble::Stalls));
    let long = Utterance::new(PROMPT.repeat(8));
    let mut audio = stage.engine.synthesize(&context(), long).await.unwrap().into_audio();
    audio.next().await.unwrap().unwrap();
    drop(audio);
    (stage.set)(None);
    assert_eq!(whole(&stage.engine, Utterance::new("Turn left.")).await.audio, expected);
}

pub async fn deadline_ends_the_wait_for_the_first_byte<S: Subject>() {
    let stage = S::stage().await;
    (stage.set)(Some(Trouble::SaysNothing));
    let (heard, failure) =
        hear_in(&beyond(Duration::from_millis(200)), &stage.engine, Utterance::new("Hello.")).await;
    assert_eq!((heard.audio.len(), failure.unwrap().class), (0, FailureClass::Timeout));
}

pub async fn call_that_is_given_up_ends_before_the_first_byte_and_after_it<S: Subject>() {
    let stage = S::stage().await;
    (stage.set)(Some(Trouble::SaysNothing));
    let ctx = context();
    let (begun, ()) = tokio::join!(stage.engine.synthesize(&ctx, Utterance::new("Hello.")), async {
        tokio::task::yield_now().await;
        ctx.cancellation.cancel();
    });
    assert_eq!(begun.err().unwrap().class, FailureClass::Timeout);

    (stage.set)(Some(Trouble::Stalls));
    let ctx = context();
    let speech = stage.engine.synthesize(&ctx, Utterance::new(PROMPT.repeat(8))).await.unwrap();
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

/// A test for each rule and engine.
macro_rules! contract {
    ($($name:ident: $subject:ty;)*) => { $(
        contract! { @rules $name, $subject,
            voices_have_ids_of_their_own_and_tags_of_languages,
            sentence_is_spoken_to_its_end_in_the_announced_form,
            pace_within_the_abilities_changes_the_length,
            what_the_engine_does_not_have_is_the_callers_matter_and_named,
            fault_before_the_first_byte_lets_another_engine_speak,
            fault_after_the_first_byte_is_no_whole_answer,
            engine_speaks_again_after_every_fault,
            listener_that_leaves_makes_room_and_the_next_hears_its_own,
            deadline_ends_the_wait_for_the_first_byte,
            call_that_is_given_up_ends_before_the_first_byte_and_after_it,
            revision_tells_one_configuration_from_another
        }
    )* };
    (@rules $name:ident, $subject:ty, $($rule:ident),*) => {
        mod $name {
            use super::*;

            $(
                #[tokio::test]
                async fn $rule() {
                    super::$rule::<$subject>().await;
                }
            )*
        }
    };
}

contract! {
    command: Command;
    openai: OpenAi;
}
