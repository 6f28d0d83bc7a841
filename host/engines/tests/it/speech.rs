//! Engines of the kind `openai` against a server that plays the service, and one that plays it badly.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use serde_json::json;
use wheelhouse_core::{
    Failure, FailureClass, Result,
    failure::CREDENTIAL_REFUSED,
    speech::{AudioFormat, Encoding, SpeechEngine, Utterance},
};
use wheelhouse_doubles::{
    http::Framing,
    openai::{Fault, OpenAiSpeech},
    tone,
};
use wheelhouse_engines::{OpenAiConfig, OpenAiSpeechConfig, OpenAiSpeechEngine};

use crate::{
    fixture::{FixedClock, KEY, PROMPT, context},
    server::{Answer, FakeServer},
};

pub async fn double() -> OpenAiSpeech {
    OpenAiSpeech::start(Some(KEY)).await.unwrap()
}

/// A server's configuration, with these settings beside what it needs.
pub fn config(base_url: &str, settings: &serde_json::Value) -> OpenAiSpeechConfig {
    let mut config = json!({
        "api_key": KEY, "base_url": base_url, "model": "kokoro", "speed": true,
        "voices": [{ "id": "nova", "gender": "female" }, { "id": "onyx", "gender": "male" }],
        "languages": ["en-US", "de-DE"],
    });
    config.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    serde_json::from_value(config).unwrap()
}

pub fn engine(config: &OpenAiSpeechConfig) -> OpenAiSpeechEngine {
    OpenAiSpeechEngine::new("kokoro", config, &OpenAiConfig::default(), Arc::new(FixedClock)).unwrap()
}

async fn hear(
    engine: &OpenAiSpeechEngine,
    utterance: Utterance,
) -> Result<(AudioFormat, Vec<u8>, Result<()>)> {
    let speech = engine.synthesize(&context(), utterance).await?;
    let (format, mut pieces) = (speech.format, speech.into_audio());
    let (mut audio, mut end) = (Vec::new(), Ok(()));
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => audio.extend(piece),
            Err(failure) => end = Err(failure),
        }
    }
    Ok((format, audio, end))
}

/// The same of speech that must be whole.
async fn whole(engine: &OpenAiSpeechEngine, utterance: Utterance) -> (AudioFormat, Vec<u8>) {
    let (format, audio, end) = hear(engine, utterance).await.unwrap();
    assert_eq!(end, Ok(()));
    (format, audio)
}

fn pcm(sample_rate: u32) -> AudioFormat {
    AudioFormat { encoding: Encoding::PcmS16le, sample_rate, channels: 1 }
}

/// How an engine fails at a server that answers so.
async fn failure(answer: Answer) -> Failure {
    let server = FakeServer::start([answer]).await;
    match hear(&engine(&config(&server.base_url(), &json!({}))), Utterance::new(PROMPT)).await {
        Ok((_, audio, end)) => end.expect_err(&format!("{} bytes", audio.len())),
        Err(failure) => failure,
    }
}

#[tokio::test]
async fn request_says_what_the_protocol_has_words_for_and_nothing_else() {
    let double = double().await;
    let config = config(&double.base_url(), &json!({ "instructions": "Speak calmly." }));
    let engine = engine(&config);
    let utterance = Utterance {
        voice: Some("onyx".to_owned()),
        speed: 1.5,
        encoding: Some(Encoding::Mp3),
        ..Utterance::new("Turn left.")
    };
    whole(&engine, utterance).await;
    whole(&engine, Utterance::new("Turn left.")).await;
    let calls = double.calls();
    assert_eq!(calls[0].authorization.as_deref(), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(
        calls[0].body,
        json!({
            "model": "kokoro", "input": "Turn left.", "voice": "onyx", "response_format": "mp3", "speed": 1.5,
            "instructions": "Speak calmly."
        })
    );
    assert_eq!(calls[1].body["response_format"], "pcm");
    assert_eq!(calls[1].body["voice"], "nova", "the first speaks when nobody asks for one");
    assert!(calls[1].body.get("speed").is_none());
}

#[tokio::test]
async fn samples_are_handed_on_as_they_are() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({})));
    for framing in [Framing::Chunked, Framing::Length, Framing::UntilClose] {
        double.set_framing(framing);
        let heard = whole(&engine, Utterance::new("Turn left.")).await;
        assert_eq!(heard, (pcm(24_000), tone::pcm("Turn left.", 1.0, 24_000)), "{framing:?}");
    }
}

#[tokio::test]
async fn server_without_samples_is_asked_for_wav_and_only_its_samples_are_audio() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({ "formats": ["mp3", "wav"] })));
    for framing in [Framing::Chunked, Framing::Length] {
        double.set_framing(framing);
        let heard = whole(&engine, Utterance::new("Turn left.")).await;
        assert_eq!(heard, (pcm(24_000), tone::pcm("Turn left.", 1.0, 24_000)), "{framing:?}");
    }
    assert_eq!(double.calls()[0].body["response_format"], "wav");
}

#[tokio::test]
async fn form_that_spares_the_host_work_is_asked_for_where_the_server_makes_it() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({})));
    let wish = |encoding| Utterance { encoding: Some(encoding), ..Utterance::new("Turn left.") };
    let (format, audio) = whole(&engine, wish(Encoding::Mp3)).await;
    assert_eq!(format, AudioFormat { encoding: Encoding::Mp3, sample_rate: 24_000, channels: 1 });
    assert!(audio.len().is_multiple_of(96));
    let (format, _) = whole(&engine, wish(Encoding::Flac)).await;
    assert_eq!(format, pcm(24_000));
}

#[tokio::test]
async fn text_that_is_longer_than_the_server_takes_is_said_in_parts() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({ "formats": ["pcm", "mp3", "flac"] })));
    let text = "Turn left at the lakes. ".repeat(400);
    let utterance = Utterance { encoding: Some(Encoding::Flac), ..Utterance::new(&text) };
    let (format, audio) = whole(&engine, utterance).await;
    assert_eq!((format, audio.len()), (pcm(24_000), 2_000 * 12_000));
    assert_eq!(double.calls().len(), 3);
    let said = double.calls().into_iter().map(|call| call.body["input"].as_str().unwrap().to_owned());
    assert_eq!(said.collect::<String>(), text);
}

#[tokio::test]
async fn part_that_fails_after_another_was_said_is_no_whole_answer() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({ "max_chars": 100 })));
    let text = "Turn left at the lakes. ".repeat(8);
    let mut audio = engine.synthesize(&context(), Utterance::new(text)).await.unwrap().into_audio();
    double.set_fault(Some(Fault::Refuse(503)));
    let mut last = audio.next().await.unwrap();
    while let Some(piece) = audio.next().await {
        last = piece;
    }
    assert_eq!(last.unwrap_err().class, FailureClass::Truncated);
}

#[tokio::test]
async fn voice_of_another_language_is_the_same_to_the_server() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({})));
    let ids: Vec<_> = engine.voices(&context()).await.unwrap().into_iter().map(|voice| voice.id).collect();
    assert_eq!(ids, ["nova", "onyx", "nova@de-DE", "onyx@de-DE"]);
    for utterance in [
        Utterance { voice: Some("nova@de-DE".to_owned()), ..Utterance::new("Links.") },
        Utterance { language: Some("de".to_owned()), ..Utterance::new("Links.") },
    ] {
        whole(&engine, utterance).await;
    }
    assert!(double.calls().iter().all(|call| call.body["voice"] == "nova"));
}

#[tokio::test]
async fn pace_of_a_model_that_has_none_is_left_to_the_host() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({ "speed": false })));
    assert_eq!(engine.abilities().speed, 1.0..=1.0);
    whole(&engine, Utterance { speed: 2.0, ..Utterance::new("Turn left.") }).await;
    assert!(double.calls()[0].body.get("speed").is_none());
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({})));
    for (fault, class, code, wait) in [
        (Fault::Refuse(401), FailureClass::Unavailable, CREDENTIAL_REFUSED, None),
        (Fault::Refuse(403), FailureClass::Unavailable, "provider_denied", None),
        (Fault::Refuse(404), FailureClass::Unavailable, "provider_model_missing", None),
        (Fault::Refuse(429), FailureClass::RateLimited, "provider_rate_limited", Some(7)),
        (Fault::NoCredit, FailureClass::Quota, "provider_quota", None),
        (Fault::Refuse(503), FailureClass::Unavailable, "provider_unavailable", None),
        (Fault::Refuse(504), FailureClass::Timeout, "provider_timeout", None),
    ] {
        double.set_fault(Some(fault));
        let failure = hear(&engine, Utterance::new(PROMPT)).await.unwrap_err();
        assert_eq!((failure.class, failure.code()), (class, code), "{fault:?}");
        assert_eq!(failure.retry_after, wait.map(Duration::from_secs), "{fault:?}");
        let all = format!("{failure:?}");
        assert!(!all.contains(KEY) && !all.contains(PROMPT) && !all.contains("http://"), "{all}");
    }
}

#[tokio::test]
async fn voice_that_the_server_does_not_have_is_the_operators_matter() {
    let double = double().await;
    double.set_voices(&["alloy"]);
    let failure = hear(&engine(&config(&double.base_url(), &json!({}))), Utterance::new(PROMPT)).await;
    let failure = failure.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_voice_missing"));
}

#[tokio::test]
async fn audio_that_ends_before_its_end_is_no_whole_answer_however_its_length_is_told() {
    let double = double().await;
    let samples = engine(&config(&double.base_url(), &json!({})));
    let wav = engine(&config(&double.base_url(), &json!({ "formats": ["wav"] })));
    for (engine, framing, cut) in [
        (&samples, Framing::Chunked, 6_000),
        (&samples, Framing::Length, 6_000),
        (&samples, Framing::UntilClose, 6_001),
        (&wav, Framing::UntilClose, 6_000),
    ] {
        double.set_framing(framing);
        double.set_fault(Some(Fault::CutAt(cut)));
        let (_, audio, end) = hear(engine, Utterance::new("Turn left.")).await.unwrap();
        assert!(!audio.is_empty() && audio.len() <= cut, "{framing:?}");
        assert_eq!(end.unwrap_err().class, FailureClass::Truncated, "{framing:?}");
    }
    for (engine, framing) in
        [(&samples, Framing::Chunked), (&samples, Framing::Length), (&wav, Framing::UntilClose)]
    {
        double.set_framing(framing);
        double.set_fault(Some(Fault::CutAt(0)));
        let failure = hear(engine, Utterance::new("Turn left.")).await.unwrap_err();
        assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_no_audio"));
    }
}

#[tokio::test]
async fn head_of_wav_without_samples_is_no_audio() {
    let double = double().await;
    let engine = engine(&config(&double.base_url(), &json!({ "formats": ["wav"] })));
    double.set_fault(Some(Fault::CutAt(44)));
    double.set_framing(Framing::UntilClose);
    assert_eq!(hear(&engine, Utterance::new("Go.")).await.unwrap_err().code(), "provider_no_audio");
}

#[tokio::test]
async fn what_is_no_audio_is_told_apart_from_it() {
    for (answer, code) in [
        (Answer::status(200, "text/html", "<html>Welcome</html>"), "provider_unreadable"),
        (Answer::status(200, "audio/mpeg", "<html>Welcome</html>"), "provider_unreadable"),
        (Answer::status(200, "audio/wav", "no wave of this name"), "provider_unreadable"),
        (Answer::status(200, "application/octet-stream", "<html>Welcome</html>"), "provider_unreadable"),
        (Answer::json(200, &json!({ "error": { "message": PROMPT, "code": 503 } })), "provider_unavailable"),
        (Answer::status(200, "audio/pcm", ""), "provider_no_audio"),
        (Answer::silence().and_closes(), "provider_unreachable"),
    ] {
        let name = format!("{answer:?}");
        let failure = failure(answer).await;
        assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, code), "{name}");
        assert!(!format!("{failure:?}").contains(PROMPT), "{failure:?}");
    }
}

#[tokio::test]
async fn server_that_makes_wav_whatever_it_is_asked_for_is_understood() {
    let mut wav =
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\0\0\0\0\x02\0\x10\0data".to_vec();
    wav.extend(b"\xff\xff\xff\xff1234");
    for said in ["audio/wav", "audio/pcm"] {
        let server = FakeServer::start([Answer::status(200, said, wav.clone())]).await;
        let heard = hear(&engine(&config(&server.base_url(), &json!({}))), Utterance::new("Go.")).await;
        assert_eq!(heard.unwrap(), (pcm(22_050), b"1234".to_vec(), Ok(())), "{said}");
    }
}

#[tokio::test]
async fn silence_is_a_timeout_before_the_first_byte_and_after_it() {
    let double = double().await;
    let timeouts = json!({ "answer_timeout_ms": 100, "idle_timeout_ms": 50 });
    let engine = engine(&config(&double.base_url(), &timeouts));
    for (fault, begins) in
        [(Fault::AcceptAndStaySilent, false), (Fault::StallAfter(0), false), (Fault::StallAfter(4_000), true)]
    {
        double.set_fault(Some(fault));
        let heard = hear(&engine, Utterance::new("Turn left.")).await;
        assert_eq!(heard.is_ok(), begins, "{fault:?}");
        let failure = heard.map_or_else(|failure| failure, |(_, _, end)| end.unwrap_err());
        assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "provider_silent"), "{fault:?}");
    }
    double.abandoned(3).await;
}

#[tokio::test]
async fn answer_that_is_slow_and_in_time_is_whole() {
    let double = double().await;
    double.set_fault(Some(Fault::SlowFirstByte(Duration::from_millis(50))));
    whole(&engine(&config(&double.base_url(), &json!({}))), Utterance::new("Go.")).await;
}

#[test]
fn openais_own_needs_nothing_but_a_key() {
    let config = serde_json::from_value(json!({ "api_key": KEY })).unwrap();
    let engine = engine(&config);
    assert_eq!(engine.info().summary, "Speaks at api.openai.com with the model gpt-4o-mini-tts.");
    assert_eq!(engine.abilities().speed, 1.0..=1.0);
}
