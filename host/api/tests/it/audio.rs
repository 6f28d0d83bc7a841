use base64::{Engine as _, engine::general_purpose::STANDARD};
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
async fn openai_clients_are_spoken_to_in_mp3_by_the_first_engine() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"model": "tts-1", "input": "hello", "voice": "alloy", "instructions": "Whisper."});
    let told = host.post("/api/v1/audio/speech").by(&mia).json(&body).await;
    assert_eq!((told.status, told.header("content-type")), (200, "audio/mpeg"));
    assert_eq!(told.header("x-engine"), "hibari");
}

#[tokio::test]
async fn openai_voice_is_that_voice_on_an_engine_that_has_it_and_one_like_it_on_any_other() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    for (model, voice, engine, spoken) in [
        ("second", "nova", "second", "nova"),
        ("tts-1", "nova", "hibari", "hibari"),
        ("tts-1", "second:nova", "second", "nova"),
    ] {
        let body =
            json!({"model": model, "input": "hello", "voice": {"id": voice}, "response_format": "pcm"});
        let told = host.post("/api/v1/audio/speech").by(&mia).json(&body).await;
        let told = (told.status, told.header("x-engine"), told.header("x-voice"));
        assert_eq!(told, (200, engine, spoken), "{body}");
    }
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
        (with("response_format", json!("midi")), "response_format"),
        (with("stream_format", json!("smoke")), "stream_format"),
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
        host.post("/api/v1/tts/synthesize").by(&mia).json(&json!({"text": "a", "format": "midi"})).await;
    let detail = told.body["detail"].as_str().unwrap();
    assert!(detail.starts_with("format: `midi` cannot be made here; these can: `wav`, `pcm`"), "{detail}");
}

/// The events of a stream.
fn events(text: &str) -> Vec<serde_json::Value> {
    let data = text.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[tokio::test]
async fn events_carry_the_audio_and_what_is_said_when() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    for (path, body) in [
        (
            "/api/v1/audio/speech",
            json!({"model": "tts-1", "input": "hello", "voice": "alloy", "response_format": "pcm", "stream_format": "sse"}),
        ),
        ("/api/v1/tts/synthesize", json!({"text": "hello", "format": "pcm", "stream_format": "sse"})),
    ] {
        let told = host.post(path).by(&mia).json(&body).await;
        assert_eq!((told.status, told.header("content-type")), (200, "text/event-stream"), "{path}");
        let events = events(std::str::from_utf8(&told.bytes).unwrap());
        assert_eq!(events[0], json!({"type": "speech.sentence", "text": "hello", "start": 0.0}));
        let audio: Vec<u8> = events
            .iter()
            .filter(|event| event["type"] == "speech.audio.delta")
            .flat_map(|event| STANDARD.decode(event["audio"].as_str().unwrap()).unwrap())
            .collect();
        assert_eq!(audio, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(events.last().unwrap()["type"], "speech.audio.done", "{events:?}");
    }
}

#[tokio::test]
async fn what_was_spoken_can_be_had_again_whole_in_parts_and_not_at_all_when_it_is_known() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    let body = json!({"text": "hello", "format": "pcm"});
    let first = host.post("/api/v1/tts/synthesize").by(&mia).json(&body).await;
    let id = first.header("x-audio-id").to_owned();
    let path = format!("/api/v1/tts/audio/{id}");
    let whole = host.get(&path).by(&mia).send().await;
    assert_eq!((whole.status, &whole.bytes), (200, &first.bytes));
    assert_eq!(whole.header("content-type"), "audio/pcm; rate=24000; channels=1");
    assert_eq!((whole.header("accept-ranges"), whole.header("content-length")), ("bytes", "8"));
    let etag = whole.header("etag");
    assert!(etag.len() == 34 && !etag.contains(&id), "it names the bytes: {etag}");
    let head = host.head(&path).by(&mia).header("range", "bytes=2-5").send().await;
    assert_eq!((head.status, head.header("content-length"), head.header("etag")), (200, "8", etag));
    // Until it is kept, which is after its last byte, its length is not told.
    let second = loop {
        let second = host.post("/api/v1/tts/synthesize").by(&mia).json(&body).await;
        assert_eq!(second.header("x-cache-hit"), "true");
        if !second.header("content-length").is_empty() {
            break second;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((second.header("content-length"), &second.bytes), ("8", &first.bytes));
    let part = host.get(&path).by(&mia).header("range", "bytes=2-5").send().await;
    assert_eq!((part.status, part.header("content-range")), (206, "bytes 2-5/8"));
    assert_eq!(part.bytes.as_ref(), [3, 4, 5, 6]);
    let beyond = host.get(&path).by(&mia).header("range", "bytes=8-").send().await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */8"));
    assert_eq!((beyond.header("cache-control"), beyond.header("etag")), ("no-store", ""));
    let same = host.get(&path).by(&mia).header("range", "bytes=2-5").header("if-range", etag).send().await;
    assert_eq!((same.status, same.header("etag")), (206, etag));
    let other =
        host.get(&path).by(&mia).header("range", "bytes=2-5").header("if-range", "\"other\"").send().await;
    assert_eq!((other.status, other.bytes.len()), (200, 8));
    let known = host.get(&path).by(&mia).header("if-none-match", etag).send().await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    let captions = host.get(&format!("{path}/captions")).by(&mia).send().await;
    assert!(captions.header("content-type").starts_with("text/vtt"));
    let srt = host.get(&format!("{path}/captions?format=srt")).by(&mia).send().await;
    assert!(srt.header("content-type").starts_with("application/x-subrip"));
    let none = host.get(&format!("{path}/captions?format=doc")).by(&mia).send().await;
    assert_eq!((none.status, none.fields()), (422, vec!["format"]));
    for gone in ["nonsense".to_owned(), "0".repeat(64)] {
        let told = host.get(&format!("/api/v1/tts/audio/{gone}")).by(&mia).send().await;
        assert_eq!(told.status, 404, "{gone}");
    }
}

#[tokio::test]
async fn no_store_keeps_it_out_of_the_cache() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    for _ in 0..2 {
        let ask = host.post("/api/v1/tts/synthesize").by(&mia).header("cache-control", "max-age=0, No-Store");
        let told = ask.json(&json!({"text": "hello"})).await;
        assert_eq!((told.status, told.header("x-cache-hit"), told.header("x-audio-id")), (200, "false", ""));
    }
}

#[tokio::test]
async fn voices_are_filtered_by_language_and_gender() {
    let host = Host::new();
    let mia = host.guest("mia").await;
    for (query, count) in [
        ("language=en", 3),
        ("language=en-US", 3),
        ("language=en-GB", 0),
        ("language=de", 0),
        ("gender=female", 3),
        ("gender=male", 0),
    ] {
        let told = host.get(&format!("/api/v1/tts/voices?{query}")).by(&mia).send().await;
        assert_eq!(told.body["data"].as_array().unwrap().len(), count, "{query}");
    }
    for (query, field) in [("gender=loud", "gender"), ("language=english", "language")] {
        let told = host.get(&format!("/api/v1/tts/voices?{query}")).by(&mia).send().await;
        assert_eq!((told.status, told.fields()), (422, vec![field]), "{query}");
    }
    let told = host.get("/api/v1/audio/voices").by(&mia).send().await;
    assert_eq!(told.body, json!({"voices": ["hibari", "nova", "other"]}));
}
