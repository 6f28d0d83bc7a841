//! Text to audio through the whole host.

use futures_util::StreamExt;
use reqwest::StatusCode;
use serde_json::json;

use crate::app::{expect, on_shared_app};

/// Samples of a WAV file with the voice's format.
fn samples(wav: &[u8]) -> Vec<i16> {
    assert_eq!((&wav[..4], &wav[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert_eq!(u16::from_le_bytes([wav[22], wav[23]]), 1, "one channel");
    assert_eq!(u32::from_le_bytes([wav[24], wav[25], wav[26], wav[27]]), 24_000, "24 kHz");
    wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[test]
fn sentence_becomes_a_wav_file_of_its_length() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let answer =
            ada.post("/api/v1/tts/synthesize", &json!({"text": "Good morning. The coffee is ready."})).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["x-engine"], "hibari");
        assert_eq!(answer.headers()["x-fallback-used"], "false");
        assert_eq!(answer.headers()["content-type"], "audio/wav");
        let samples = samples(&answer.bytes().await.unwrap());
        let seconds = samples.len() as f32 / 24_000.0;
        assert!((1.0..6.0).contains(&seconds), "{seconds} s");
        let loud = samples.iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
        assert!(loud * 20 > samples.len(), "it is not silence");
    });
}

#[test]
fn long_text_arrives_in_pieces() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let text = "The road goes on and on. ".repeat(20);
        let body = json!({"model": "hibari", "input": text, "voice": "heart", "response_format": "pcm"});
        let answer = ada.post("/api/v1/audio/speech", &body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let pieces: Vec<_> = answer.bytes_stream().map(|piece| piece.unwrap().len()).collect().await;
        let total: usize = pieces.iter().sum();
        assert!(
            pieces.len() > 1 && pieces[0] < total / 4,
            "{} pieces, the first {} of {total}",
            pieces.len(),
            pieces[0]
        );
    });
}

#[test]
fn same_text_gives_the_same_bytes() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let body = json!({"text": "Turn left.", "format": "pcm"});
        let first = ada.post("/api/v1/tts/synthesize", &body).await.bytes().await.unwrap();
        let second = ada.post("/api/v1/tts/synthesize", &body).await.bytes().await.unwrap();
        assert!(!first.is_empty());
        assert!(first == second);
    });
}

#[test]
fn generic_voices_of_the_old_clients_are_spoken() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        for voice in ["pam_default", "pam_travel_guide", "pam_british_female"] {
            let answer =
                ada.post("/api/v1/tts/synthesize", &json!({"text": "Hello.", "voice_id": voice})).await;
            assert_eq!(answer.status(), StatusCode::OK, "{voice}");
        }
    });
}

#[test]
fn what_cannot_be_spoken_is_named() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        for (body, field) in [
            (json!({"text": ""}), "text"),
            (json!({"text": "   "}), "text"),
            (json!({"text": "Hello.", "voice_id": "nobody"}), "voice_id"),
            (json!({"text": "Hello.", "engine": "nothing"}), "engine"),
            (json!({"text": "Hello.", "format": "8track"}), "format"),
            (json!({"text": "Hello.", "language": "tlh"}), "language"),
            (json!({"text": "Hello.", "speed": 99}), "speed"),
            (json!({"text": "Hello.", "volume": 11}), "volume"),
            (json!({"text": 7}), "text"),
        ] {
            let problem =
                expect(ada.post("/api/v1/tts/synthesize", &body).await, StatusCode::UNPROCESSABLE_ENTITY)
                    .await;
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
    });
}

#[test]
fn engines_and_voices_are_listed_as_documented() {
    on_shared_app(|app| async move {
        app.settled().await;
        let ada = app.newcomer().await;
        let engines = ada.get("/api/v1/tts/engines").await;
        assert_eq!(engines["data"][0]["id"], "hibari", "{engines}");
        let voices = ada.get("/api/v1/tts/voices").await;
        let document = ada.get("/api-doc/openapi.json").await;
        let answer = &document["paths"]["/api/v1/tts/voices"]["get"]["responses"]["200"];
        let example = &answer["content"]["application/json"]["example"];
        assert_eq!(voices["data"][0], example["data"][0], "the example is what a host answers");
    });
}
