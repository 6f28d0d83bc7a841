//! The service's list, and what there is without it.

use std::time::Duration;

use wheelhouse_core::{
    FailureClass,
    speech::{Gender, SpeechEngine, Utterance},
};
use wheelhouse_doubles::edge::Fault;

use super::{Edge, TEXT, context, within};

fn asked_for(voice: Option<&str>, language: Option<&str>) -> Utterance {
    let (voice, language) = (voice.map(str::to_owned), language.map(str::to_owned));
    Utterance { voice, language, ..Utterance::new(TEXT) }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn voices_are_the_services_with_the_preferred_ones_first() {
    let edge = Edge::with(|config| config.voice = "nb-NO-FinnNeural".to_owned()).await;
    let voices = edge.engine.voices(&context()).await.unwrap();
    let ids: Vec<&str> = voices.iter().map(|voice| voice.id.as_str()).collect();
    assert_eq!(
        ids[..5],
        ["nb-NO-FinnNeural", "en-US-AriaNeural", "en-US-GuyNeural", "en-GB-SoniaNeural", "de-DE-KatjaNeural"]
    );
    let aria = &voices[1];
    assert_eq!((aria.language.as_str(), aria.gender), ("en-US", Gender::Female));
    assert_eq!(aria.name, "Microsoft AriaNeural Online (Natural)");
    assert_eq!(aria.summary.as_deref(), Some("Confident."));
    assert_eq!(edge.double.seen().sockets, 0);
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn list_is_asked_for_once_an_hour() {
    let edge = Edge::start().await;
    for (minutes, lists) in [(0, 1), (59, 1), (2, 2)] {
        edge.clock.advance(Duration::from_secs(minutes * 60));
        edge.engine.voices(&context()).await.unwrap();
        assert_eq!(edge.double.seen().lists, lists);
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn without_a_list_there_are_voices_that_have_always_been() {
    let edge = Edge::start().await;
    edge.double.set_fault(Fault::NoList);
    let voices = edge.engine.voices(&context()).await.unwrap();
    for id in [
        "en-US-AriaNeural",
        "en-US-GuyNeural",
        "en-GB-SoniaNeural",
        "en-AU-WilliamNeural",
        "de-DE-ConradNeural",
    ] {
        assert!(voices.iter().any(|voice| voice.id == id), "{id}");
    }
    edge.engine.voices(&context()).await.unwrap();
    assert_eq!(edge.double.seen().lists, 1, "nobody asks again at once");
    edge.whole().await;
    edge.double.set_fault(None);
    edge.clock.advance(Duration::from_secs(61));
    let voices = edge.engine.voices(&context()).await.unwrap();
    assert!(voices.iter().any(|voice| voice.id == "af-ZA-AdriNeural"));
    edge.double.set_fault(Fault::NoList);
    edge.clock.advance(Duration::from_secs(3_601));
    let voices = edge.engine.voices(&context()).await.unwrap();
    assert!(voices.iter().any(|voice| voice.id == "af-ZA-AdriNeural"), "an old list is better than none");
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn list_that_does_not_come_takes_an_eighth_of_the_callers_time_and_holds_up_nobody_else() {
    let edge = Edge::start().await;
    edge.double.set_fault(Fault::SilentList);
    let ctx = within(Duration::from_secs(4));
    let voices = edge.engine.voices(&ctx).await.unwrap();
    assert!(voices.iter().any(|voice| voice.id == "en-US-GuyNeural"));
    assert!(ctx.time_left() > Duration::from_secs(1), "{:?}", ctx.time_left());
    edge.whole().await;
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn voice_is_the_one_that_is_asked_for_or_one_of_the_language() {
    let edge = Edge::start().await;
    for (voice, language, expected) in [
        (None, None, "(en-US, AriaNeural)"),
        (Some("zh-CN-liaoning-XiaobeiNeural"), None, "(zh-CN-liaoning, XiaobeiNeural)"),
        (Some("en-US-GuyNeural"), Some("de"), "(en-US, GuyNeural)"),
        (None, Some("en-GB"), "(en-GB, SoniaNeural)"),
        (None, Some("en"), "(en-US, AriaNeural)"),
        (None, Some("de-AT"), "(de-DE, KatjaNeural)"),
        (None, Some("af"), "(af-ZA, AdriNeural)"),
    ] {
        edge.speak(asked_for(voice, language)).await.unwrap();
        let request = edge.double.seen().requests.pop().unwrap();
        assert_eq!(request.voice, format!("Microsoft Server Speech Text to Speech Voice {expected}"));
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn voice_or_language_that_the_service_lacks_is_the_callers_to_mend() {
    let edge = Edge::start().await;
    edge.engine.voices(&context()).await.unwrap();
    for (voice, language, field) in [
        (Some("en-US-NobodyNeural"), None, "voice"),
        (Some("en-US-AriaNeural'/><audio src='x'/>"), None, "voice"),
        (None, Some("tlh"), "language"),
    ] {
        let failure = edge.speak(asked_for(voice, language)).await.unwrap_err();
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, field));
    }
    assert_eq!(edge.double.seen().requests, []);
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn voice_that_nobody_knows_is_tried_and_a_language_that_nobody_knows_is_no_fault() {
    let edge = Edge::start().await;
    edge.double.set_fault(Fault::NoList);
    assert_eq!(edge.speak(asked_for(Some("nb-NO-FinnNeural"), None)).await.unwrap().end, Ok(()));
    let failure = edge.speak(asked_for(Some("en-US-NobodyNeural"), None)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable, "the service has said nothing");
    let failure = edge.speak(asked_for(Some("en-US-'Neural"), None)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Invalid);
    let failure = edge.speak(asked_for(None, Some("tlh"))).await.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_voices_unknown"));
}
