use serde_json::json;

use crate::host::Host;

#[tokio::test]
async fn speech_is_a_wav_that_names_its_engine() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.post("/api/v1/tts/synthesize").by(&mia).json(&json!({"text": "hello"})).await;
    assert_eq!((told.status, told.header("content-type")), (200, "audio/wav"));
    assert_eq!((told.header("x-engine"), told.header("x-fallback-used")), ("hibari", "false"));
    assert_eq!(told.header("x-cache-hit"), "false");
    assert_eq!((&told.bytes[..4], &told.bytes[44..]), (b"RIFF".as_ref(), [1, 2, 3, 4, 5, 6, 7, 8].as_ref()));
}

#[tokio::test]
async fn raw_samples_say_how_to_read_them() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"text": "hello", "format": "pcm", "voice_id": "other"});
    let told = host.post("/api/v1/tts/synthesize").by(&mia).json(&body).await;
    assert_eq!(told.header("content-type"), "audio/pcm; rate=24000; channels=1");
    assert_eq!((told.header("x-engine"), told.header("x-voice")), ("second", "other"));
    assert_eq!(told.bytes.as_ref(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn engines_that_all_fail_before_the_first_byte_are_an_error() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.post("/api/v1/tts/synthesize").by(&mia).json(&json!({"text": "never"})).await;
    assert_eq!(told.status, 503, "{}", told.body);
    let told = host.get("/api/v1/tts/engines").by(&mia).send().await;
    assert_eq!(told.body["data"][0]["last_error"], "The engine is out of breath.");
}

#[tokio::test]
async fn voices_are_listed_by_engine() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told = host.get("/api/v1/tts/voices").by(&mia).send().await;
    let ids: Vec<&str> =
        told.body["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["hibari", "nova", "other"]);
    let told = host.get("/api/v1/tts/voices?engine=second").by(&mia).send().await;
    assert_eq!(told.body["data"].as_array().unwrap().len(), 2);
    let told = host.get("/api/v1/tts/voices?engine=none").by(&mia).send().await;
    assert_eq!((told.status, told.fields()), (422, vec!["engine"]));
}

#[tokio::test]
async fn openai_clients_are_spoken_to_in_wav_by_the_first_engine() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"model": "tts-1", "input": "hello", "voice": "alloy", "instructions": "Whisper."});
    let told = host.post("/api/v1/audio/speech").by(&mia).json(&body).await;
    assert_eq!((told.status, told.header("content-type")), (200, "audio/wav"));
    assert_eq!(told.header("x-engine"), "hibari");
}

#[tokio::test]
async fn openai_voice_that_an_engine_has_is_that_voice() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"model": "tts-1", "input": "hello", "voice": {"id": "nova"}, "response_format": "pcm"});
    let told = host.post("/api/v1/audio/speech").by(&mia).json(&body).await;
    assert_eq!((told.status, told.header("x-engine"), told.header("x-voice")), (200, "second", "nova"));
}

#[tokio::test]
async fn openai_model_may_name_an_engine() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"model": "second", "input": "hello", "voice": "onyx"});
    let told = host.post("/api/v1/audio/speech").by(&mia).json(&body).await;
    assert_eq!((told.status, told.header("x-engine")), (200, "second"));
}

#[tokio::test]
async fn openai_errors_have_openais_shape() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let with = |key: &str, value: serde_json::Value| {
        let mut body = json!({"model": "tts-1", "input": "hello", "voice": "alloy"});
        body[key] = value;
        body
    };
    for (body, param) in [
        (with("response_format", json!("mp3")), "response_format"),
        (with("stream_format", json!("sse")), "stream_format"),
        (with("voice", json!("nobody")), "voice"),
        (with("voice", json!(5)), "voice"),
        (with("model", json!("unheard-of")), "model"),
        (with("input", json!("")), "input"),
        (with("speed", json!(5)), "speed"),
        (with("unknown", json!(5)), "unknown"),
        (json!({"model": "tts-1", "voice": "alloy"}), "input"),
    ] {
        let told = host.post("/api/v1/audio/speech").by(&mia).json(&body).await;
        assert_eq!(
            (told.status, &told.body["error"]["param"]),
            (400, &json!(param)),
            "{body}: {}",
            told.body
        );
        assert_eq!(told.body["error"]["type"], "invalid_request_error");
        assert_eq!(told.header("content-type"), "application/json");
    }
    let told = host.post("/api/v1/audio/speech").json(&with("speed", json!(1))).await;
    assert_eq!((told.status, &told.body["error"]["type"]), (401, &json!("authentication_error")));
    let told = host.post("/api/v1/audio/speech").by(&mia).raw("{").await;
    assert_eq!((told.status, &told.body["error"]["code"]), (400, &json!("malformed_json")));
    let told =
        host.post("/api/v1/audio/speech").by(&mia).json(&with("input", json!("x".repeat(5_001)))).await;
    assert_eq!((told.status, &told.body["error"]["param"]), (413, &json!("input")));
}

#[tokio::test]
async fn format_that_cannot_be_made_is_refused_with_those_that_can() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let told =
        host.post("/api/v1/tts/synthesize").by(&mia).json(&json!({"text": "a", "format": "opus"})).await;
    assert_eq!(told.body["detail"], "format: `opus` cannot be made; there is `wav`, `pcm`");
}
