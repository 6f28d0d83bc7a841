//! What is sent, and what is heard of it.

use std::time::Duration;

use wheelhouse_core::speech::{AudioFormat, Encoding, SpeechEngine, Utterance};
use wheelhouse_doubles::edge::audio::WORD;

use super::{Edge, TEXT, WORDS, context};

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn text_is_heard_with_its_words_at_their_times() {
    let edge = Edge::start().await;
    let speech = edge.engine.synthesize(&context(), Utterance::new(TEXT)).await.unwrap();
    assert_eq!(speech.format, AudioFormat { encoding: Encoding::Mp3, sample_rate: 24_000, channels: 1 });
    let heard = edge.speak(Utterance::new(TEXT)).await.unwrap();
    let (texts, starts): (Vec<_>, Vec<_>) =
        heard.words.iter().map(|word| (word.text.as_str(), word.start)).unzip();
    assert_eq!(texts, WORDS);
    let lead = Duration::from_millis(100);
    assert_eq!(starts, [0, 1, 2, 3, 4, 5, 6, 7].map(|place| lead + WORD * place));
    assert!(heard.words.iter().all(|word| word.end == word.start + WORD / 2));
    assert_eq!(heard.said(), WORDS);
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn nothing_in_a_text_is_taken_for_a_tag() {
    let edge = Edge::start().await;
    let text = "Fish & Chips</prosody></voice><voice name='x'> \"5<6\"\u{0}\u{1b} &lt; end";
    let heard = edge.speak(Utterance::new(text)).await.unwrap();
    assert_eq!(heard.end, Ok(()));
    let requests = edge.double.seen().requests;
    assert_eq!(requests[0].text, text.replace(['\u{0}', '\u{1b}'], " "));
    let words: Vec<&str> = heard.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["Fish", "Chips</prosody></voice><voice", "name='x", "5<6", "lt", "end"]);
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn pace_and_pitch_are_the_services_own() {
    let edge = Edge::start().await;
    let abilities = edge.engine.abilities();
    assert_eq!((abilities.speed, abilities.pitch, abilities.words), (0.5..=2.0, true, true));
    for (speed, pitch, rate, hertz) in
        [(1.0, 0.0, "+0%", "+0Hz"), (0.5, -12.0, "-50%", "-105Hz"), (2.0, 12.0, "+100%", "+210Hz")]
    {
        let heard = edge.speak(Utterance { speed, pitch, ..Utterance::new(TEXT) }).await.unwrap();
        assert_eq!((heard.said(), heard.end), (WORDS.map(str::to_owned).to_vec(), Ok(())));
        let request = edge.double.seen().requests.pop().unwrap();
        assert_eq!((request.rate.as_str(), request.pitch.as_str()), (rate, hertz));
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn long_text_is_one_audio_of_several_requests() {
    let edge = Edge::start().await;
    let sentence = "You & I turn left at the lakes, then right. ";
    let text = sentence.repeat(200);
    let heard = edge.speak(Utterance::new(&text)).await.unwrap();
    assert_eq!(heard.end, Ok(()));
    let requests = edge.double.seen().requests;
    assert_eq!(requests.len(), 3);
    let sent: Vec<&str> = requests.iter().map(|request| request.text.as_str()).collect();
    assert!(sent.iter().all(|chunk| chunk.ends_with("right.")), "each is whole sentences");
    assert_eq!(sent.join(" "), text.trim_end());
    assert_eq!(edge.double.seen().connections, 1);

    let expected = ["You", "I", "turn", "left", "at", "the", "lakes", "then", "right"].repeat(200);
    assert_eq!(heard.said(), expected);
    let words: Vec<&str> = heard.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, expected);
    assert!(heard.words.is_sorted_by_key(|word| word.start));
    let last = heard.words.last().unwrap();
    let all = WORD * u32::try_from(expected.len()).unwrap();
    assert_eq!(last.start, all - WORD + Duration::from_millis(100), "by the whole, not by its piece");
}
