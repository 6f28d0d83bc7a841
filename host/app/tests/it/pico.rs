//! The bundled voices of six languages, as the component that is committed.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::{Visitor, expect, on_shared_app};

const SENTENCES: [(&str, &str); 6] = [
    ("en-US", "Good morning. The train leaves at half past seven."),
    ("en-GB", "Good morning. The train leaves at half past seven."),
    ("de-DE", "Guten Morgen. Der Zug fährt um halb acht ab."),
    ("es-ES", "Buenos días. El tren sale a las siete y media."),
    ("fr-FR", "Bonjour. Le train part à sept heures et demie."),
    ("it-IT", "Buongiorno. Il treno parte alle sette e mezza."),
];

/// Samples of what Pico says, at 16 kHz.
async fn say(visitor: &Visitor<'_>, mut body: Value) -> Vec<i16> {
    body["engine"] = "pico".into();
    body["format"] = "pcm".into();
    let answer = visitor.post("/api/v1/tts/synthesize", &body).await;
    let status = answer.status();
    let engine = answer.headers().get("x-engine").cloned();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{body}: {}", String::from_utf8_lossy(&bytes));
    assert_eq!(engine.unwrap(), "pico");
    bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

fn is_speech(samples: &[i16]) -> bool {
    let seconds = samples.len() as f32 / 16_000.0;
    let loud = samples.iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
    (2.0..6.0).contains(&seconds) && loud * 10 > samples.len()
}

#[test]
fn six_languages_are_spoken() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        for (language, text) in SENTENCES {
            let by_language = say(&ada, json!({"text": text, "language": language})).await;
            assert!(is_speech(&by_language), "{language}: {} samples", by_language.len());
            let by_voice = say(&ada, json!({"text": text, "voice_id": language})).await;
            assert!(by_language == by_voice, "{language}");
        }
    });
}

#[test]
fn tags_in_a_text_change_nothing() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        for text in [
            "<volume level=\"0\"> Good morning.",
            "Good <break time=\"60s\"/> morning.",
            "<ignore> Good morning.",
        ] {
            let samples = say(&ada, json!({"text": text})).await;
            assert!(samples.iter().any(|sample| sample.unsigned_abs() > 5_000), "{text}");
            assert!(samples.len() < 15 * 16_000, "{text}: {} samples", samples.len());
        }
    });
}

#[test]
fn what_pico_cannot_say_is_named() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        for (body, field) in [
            (json!({"text": "…", "engine": "pico"}), "text"),
            (json!({"text": "Привет", "engine": "pico"}), "text"),
            (json!({"text": "Olá", "engine": "pico", "language": "pt"}), "language"),
            (json!({"text": "Hello", "engine": "pico", "voice_id": "de-DE", "language": "en"}), "language"),
        ] {
            let answer = ada.post("/api/v1/tts/synthesize", &body).await;
            let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
    });
}

#[test]
fn memory_stays_bounded_and_texts_sound_the_same_however_much_was_spoken() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let mut first = Vec::new();
        for (voice, text) in SENTENCES {
            first.push(say(&ada, json!({"text": text, "voice_id": voice})).await);
        }
        for n in 0..200 {
            let (voice, text) = SENTENCES[n % SENTENCES.len()];
            assert!(
                say(&ada, json!({"text": text, "voice_id": voice})).await == first[n % SENTENCES.len()],
                "{voice}"
            );
        }
        let pico = ada.get("/api/v1/plugins/pico").await;
        let limits = pico["limits"].as_array().unwrap();
        let memory = limits.iter().find(|limit| limit["name"] == "memory_bytes").unwrap();
        assert!(memory["used"].as_u64().unwrap() < 16 << 20, "{memory}");
    });
}
