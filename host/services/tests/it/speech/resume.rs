//! Engines that die in the middle, and who goes on.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use wheelhouse_core::{
    Failure, Result,
    speech::{SpeechPiece, Word},
};
use wheelhouse_services::{Mark, SpeechRequest, SpokenPiece};

use super::{Stage, audio_of, down, heard, say};
use crate::fakes::{FakeEngine, Plugin, Take, pcm};

const THREE: &str = "We are at the lake. The water is cold. Nobody swims in it.";

fn gone() -> Failure {
    Failure::unavailable("The voice is gone.")
}

/// Four bytes that are told from others.
fn tone(byte: u8) -> Bytes {
    vec![byte; 4].into()
}

fn texts(marks: &[Mark]) -> Vec<&str> {
    let texts = marks.iter().filter_map(|mark| match mark {
        Mark::Sentence { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

async fn pieces(stage: &Stage, request: SpeechRequest) -> (Bytes, Vec<Mark>) {
    let pieces: Vec<Result<SpokenPiece>> = stage.speak(request).await.unwrap().pieces.collect().await;
    let marks = pieces.iter().filter_map(|piece| match piece {
        Ok(SpokenPiece::Mark(mark)) => Some(mark.clone()),
        _ => None,
    });
    (audio_of(&pieces), marks.collect())
}

#[tokio::test]
async fn next_engine_goes_on_with_the_sentence_that_broke_and_nothing_is_heard_twice() {
    let stage = Stage::new(
        vec![
            Take::Give(vec![Ok(tone(1))]),
            Take::Give(vec![Ok(tone(2)), Err(gone())]),
            Take::Give(vec![Ok(tone(3))]),
        ],
        vec![Take::Give(vec![Ok(tone(12))]), Take::Give(vec![Ok(tone(13))])],
    );
    let (audio, marks) = pieces(&stage, say(THREE)).await;
    assert_eq!(audio, [tone(1), tone(12), tone(13)].concat());
    assert_eq!(texts(&marks), ["We are at the lake.", "The water is cold.", "Nobody swims in it."]);
    let changes: Vec<&Mark> = marks.iter().filter(|mark| matches!(mark, Mark::Engine { .. })).collect();
    let start = Duration::from_nanos(83_333);
    assert_eq!(changes, [&Mark::Engine { engine: "edge".to_owned(), voice: None, start }]);
    let said: Vec<String> = stage.edge.asked().into_iter().map(|asked| asked.text).collect();
    assert_eq!(said, ["The water is cold.", "Nobody swims in it."]);
    assert_eq!(stage.services.speech.figures().counts.broke_off, 1);
}

#[tokio::test]
async fn voice_does_not_come_back_in_the_middle_of_a_speech() {
    let stage = Stage::new(vec![Take::Speak, Take::Fail(gone()), Take::Speak, Take::Speak], Vec::new());
    let (_, marks) = pieces(&stage, say(&format!("{THREE} The sun sets now. It is late now."))).await;
    assert_eq!(marks.iter().filter(|mark| matches!(mark, Mark::Engine { .. })).count(), 1);
    assert_eq!(stage.edge.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn where_the_engine_tells_its_words_only_those_that_were_not_heard_are_said_again() {
    let (speak, live) = Take::live();
    let stage = Stage::new(vec![live], Vec::new());
    let word = |text: &str, start, end| {
        let (start, end) = (Duration::from_millis(start), Duration::from_millis(end));
        Ok(SpeechPiece::Word(Word { text: text.to_owned(), start, end }))
    };
    // A tenth of a second is 4,800 bytes.
    let tenths = |count: usize| Ok(SpeechPiece::Audio(vec![1; count * 4_800].into()));
    for piece in [word("The", 0, 100), word("water", 100, 300), word("is", 300, 400), tenths(3)] {
        speak.send(piece).unwrap();
    }
    let spoken = stage.speak(say("The water is cold.")).await.unwrap();
    let mut pieces = spoken.pieces;
    loop {
        if let SpokenPiece::Audio(bytes) = pieces.next().await.unwrap().unwrap() {
            assert_eq!(bytes.len(), 3 * 4_800, "there is nothing else to hear");
            break;
        }
    }
    speak.send(Err(gone())).unwrap();
    assert!(pieces.all(async |piece| piece.is_ok()).await);
    assert_eq!(stage.edge.asked()[0].text, "is cold.");
}

#[tokio::test(start_paused = true)]
async fn sentence_of_which_every_word_was_heard_is_not_said_again() {
    let (speak, live) = Take::live();
    let stage = Stage::new(vec![live], Vec::new());
    let ms = Duration::from_millis;
    let word = Word { text: "Hello".to_owned(), start: ms(0), end: ms(100) };
    speak.send(Ok(SpeechPiece::Word(word))).unwrap();
    speak.send(Ok(SpeechPiece::Audio(vec![1; 9_600].into()))).unwrap();
    let mut pieces = stage.speak(say("Hello.")).await.unwrap().pieces;
    while !matches!(pieces.next().await.unwrap().unwrap(), SpokenPiece::Audio(_)) {}
    speak.send(Err(gone())).unwrap();
    assert!(pieces.all(async |piece| piece.is_ok()).await);
    assert!(stage.edge.asked().is_empty());
}

#[tokio::test]
async fn speech_that_nobody_can_go_on_with_is_not_taken_for_whole() {
    let stage = Stage::new(vec![Take::Speak, Take::Fail(gone())], vec![down()]);
    let (_, end) = heard(stage.speak(say(THREE)).await.unwrap()).await;
    assert!(end.is_err());
}

#[tokio::test]
async fn engine_that_calls_the_text_wrong_after_it_took_it_is_followed_by_the_next() {
    let invalid = Take::Fail(Failure::invalid_field("text", "cannot be spoken"));
    let stage = Stage::new(vec![Take::Speak, invalid], Vec::new());
    let (_, end) = heard(stage.speak(say(THREE)).await.unwrap()).await;
    assert_eq!(end, Ok(()));
}

#[tokio::test]
async fn audio_that_is_much_too_short_for_its_text_is_no_whole_sentence() {
    let long = "The coffee is ready, and the road to the north is open again.";
    let stage = Stage::new(vec![Take::Give(vec![Ok(pcm())])], Vec::new());
    assert_eq!(stage.says_whole(say(long)).await, "edge");
}

#[tokio::test]
async fn conversation_keeps_the_engine_that_speaks_until_it_fails() {
    let stage = Stage::new(vec![Take::Fail(gone())], vec![Take::Speak, Take::Speak, down()]);
    let request = || SpeechRequest { conversation: Some("trip".to_owned()), ..say("Hello.") };
    assert_eq!(stage.says_whole(request()).await, "edge");
    assert_eq!(stage.says_whole(request()).await, "edge", "though the primary would speak again");
    assert_eq!(stage.says_whole(say("Hello.")).await, "hibari");
    assert_eq!(stage.says_whole(request()).await, "hibari", "it had to change");
}

#[tokio::test]
async fn conversation_keeps_the_engine_that_went_on_with_a_speech() {
    let stage = Stage::new(vec![Take::Speak, Take::Fail(gone())], Vec::new());
    let request = |text| SpeechRequest { conversation: Some("trip".to_owned()), ..say(text) };
    assert_eq!(stage.says_whole(request(THREE)).await, "hibari");
    assert_eq!(stage.says_whole(request("Hello.")).await, "edge");
    assert_eq!(stage.says_whole(say("Good night.")).await, "hibari", "it can speak again");
}

#[tokio::test]
async fn ssml_is_spoken_with_its_pauses_and_paces() {
    let stage = Stage::new(Vec::new(), Vec::new());
    let text = r#"<speak xml:lang="en">We are at the lake.<break time="500ms"/><prosody rate="150%">The water is cold.</prosody></speak>"#;
    let (audio, marks) = pieces(&stage, SpeechRequest { speed: Some(1.2), ..say(text) }).await;
    let paces: Vec<f32> = stage.hibari.asked().into_iter().map(|asked| asked.speed).collect();
    assert!((paces[0] - 1.2).abs() < 0.01 && (paces[1] - 1.8).abs() < 0.01, "{paces:?}");
    assert_eq!(stage.hibari.asked()[0].language.as_deref(), Some("en"));
    assert_eq!(audio.len(), 8 + 24_000 + 8, "half a second between them");
    assert_eq!(texts(&marks), ["We are at the lake.", "The water is cold."]);
    let failure = super::refused(&stage, say("<speak><audio src='x'/></speak>")).await;
    assert_eq!(failure.fields[0].field, "text");
}

#[tokio::test]
async fn engine_whose_key_was_refused_is_not_asked_again_before_it_has_another() {
    let refused = Failure::unavailable("The key is wrong.").with_code("credential_refused");
    let stage = Stage::new(vec![Take::Fail(refused)], Vec::new());
    assert_eq!(stage.says_whole(say("Hello.")).await, "edge");
    stage.world.clock.advance(Duration::from_secs(86_400));
    stage.services.speech.probe(&stage.world.host()).await;
    assert_eq!(stage.says_whole(say("Hello.")).await, "edge");
    assert_eq!(stage.hibari.asked().len(), 1);
    let other = FakeEngine::revised("hibari", super::english(), "2");
    stage.world.publish(vec![Plugin::engine(&other), Plugin::engine(&stage.edge)]);
    assert_eq!(stage.says_whole(say("Hello.")).await, "hibari");
}
