//! Speech while its services are down, and after.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{
    runtime::Runtime,
    time::{Instant, interval},
};
use wheelhouse_doubles::{
    Authority,
    edge::{self, EdgeDouble},
    openai::{self, OpenAiSpeech},
};

use crate::{
    app::{client, data_with_compiled_plugins},
    command_line::command,
};

/// For a first start that compiles every plugin on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// The binary as a process of its own: whom it trusts it reads from its environment.
struct Served {
    child: Child,
    client: Client,
    url: String,
    token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    async fn start(data: &Path, variables: &[(&str, &str)]) -> Self {
        let address: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = command(data, &["serve", "--listen", &address.to_string()]);
        let quiet = command.envs(variables.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = quiet.spawn().unwrap();
        let mut served =
            Self { child, client: client(), url: format!("http://{address}"), token: String::new() };
        served.until("/health/ready", |report| report["plugins"]["loading"] == json!([])).await;
        let account = json!({"email": "ada@example.com", "password": "correct horse battery"});
        let request = served.client.post(format!("{}/api/v1/auth/register", served.url)).json(&account);
        let told: Value = request.send().await.unwrap().json().await.unwrap();
        served.token = told["access_token"].as_str().unwrap().to_owned();
        served
    }

    /// Asks until the answer is as it should be.
    async fn until(&self, path: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let (until, mut looks) = (Instant::now() + PATIENCE, interval(Duration::from_millis(50)));
        loop {
            looks.tick().await;
            let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send();
            let mut last = Value::Null;
            if let Ok(told) = request.await
                && let Ok(report) = told.json::<Value>().await
            {
                if is_it(&report) {
                    return report;
                }
                last = report;
            }
            assert!(Instant::now() < until, "{path}: {last}");
        }
    }

    /// Who says it, with audio that is whole.
    async fn say(&self, text: &str) -> String {
        let body = json!({"text": text, "format": "pcm"});
        let request = self.client.post(format!("{}/api/v1/tts/synthesize", self.url)).json(&body);
        let request = request.bearer_auth(&self.token).header("cache-control", "no-store");
        let told = request.send().await.unwrap();
        assert_eq!(told.status(), StatusCode::OK);
        let engine = told.headers()["x-engine"].to_str().unwrap().to_owned();
        assert!(told.bytes().await.unwrap().len() > 10_000);
        engine
    }

    /// The events of what is said in two sentences, of which the last is that all was said.
    async fn events(&self) -> Vec<Value> {
        let text = "We are at the lake and it is quiet. The water is cold and nobody swims.";
        let body = json!({"text": text, "format": "pcm", "stream_format": "sse"});
        let request = self.client.post(format!("{}/api/v1/tts/synthesize", self.url)).json(&body);
        let request = request.bearer_auth(&self.token).header("cache-control", "no-store");
        let told = request.send().await.unwrap();
        assert_eq!(told.status(), StatusCode::OK);
        let engine = told.headers()["x-engine"].to_str().unwrap().to_owned();
        let told = told.text().await.unwrap();
        let data = told.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
        let mut events = vec![json!({"type": "speech.engine", "engine": engine})];
        events.extend(data.map(|data| serde_json::from_str::<Value>(data).unwrap()));
        events
    }

    async fn until_breaker(&self, engine: &str, state: &str) {
        let is_it = |engines: &Value| {
            let engines = engines["data"].as_array().cloned().unwrap_or_default();
            engines.iter().any(|it| it["id"] == engine && it["breaker"] == state)
        };
        self.until("/api/v1/tts/engines", is_it).await;
    }
}

/// What the engines speak to.
struct Services {
    microsoft: EdgeDouble,
    openai: OpenAiSpeech,
    /// Whom the host has to trust.
    certificates: String,
}

impl Services {
    async fn start(data: &Path) -> Self {
        let authority = Authority::new().unwrap();
        authority.save(data).unwrap();
        let openai = OpenAiSpeech::start(Some("key")).await.unwrap();
        // A server that is not OpenAI's own has to be told of.
        let file = "[engines.openai]\nkind = \"openai\"\nmodel = \"tts-1\"\nvoices = [{ id = \"alloy\" }]\n";
        std::fs::write(data.join("wheelhouse.toml"), file).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        Self {
            microsoft: EdgeDouble::start(&authority, any).await.unwrap(),
            openai,
            certificates: data.join("authority.pem").to_str().unwrap().to_owned(),
        }
    }
}

#[test]
fn host_speaks_with_all_services_down_and_each_comes_back_by_itself() {
    let data = data_with_compiled_plugins();
    Runtime::new().unwrap().block_on(speak_through_an_outage(data.path()));
}

async fn speak_through_an_outage(data: &Path) {
    let Services { microsoft, openai, certificates } = Services::start(data).await;
    microsoft.set_fault(edge::Fault::Refuse(403));
    openai.set_fault(Some(openai::Fault::Refuse(503)));
    let served = Served::start(
        data,
        &[
            ("TTS_PRIMARY_ENGINE", "edge"),
            ("TTS_FALLBACK_ENGINES", "openai,hibari,pico"),
            ("SSL_CERT_FILE", &certificates),
            ("WHEELHOUSE_ENGINES__EDGE__KIND", "edge"),
            ("WHEELHOUSE_ENGINES__EDGE__PROXY", &microsoft.proxy()),
            ("OPENAI_API_KEY", "key"),
            ("OPENAI_BASE_URL", &openai.base_url()),
            ("WHEELHOUSE_SPEECH__BREAKER__OPEN_SECONDS", "1"),
            ("WHEELHOUSE_SPEECH__BREAKER__MAX_OPEN_SECONDS", "2"),
        ],
    )
    .await;
    for _ in 0..3 {
        assert_eq!(served.say("Hello there, all of you.").await, "hibari");
    }
    for engine in ["edge", "openai"] {
        served.until_breaker(engine, "open").await;
    }
    assert_eq!(served.say("Hello again, all of you.").await, "hibari", "and nobody else is asked");

    openai.set_fault(None);
    served.until_breaker("openai", "closed").await;
    assert_eq!(served.say("Hello there, all of you.").await, "openai");
    microsoft.set_fault(None);
    served.until_breaker("edge", "closed").await;
    assert_eq!(served.say("Hello there, all of you.").await, "edge");
}

#[test]
fn whatever_a_service_does_all_is_said() {
    let data = data_with_compiled_plugins();
    Runtime::new().unwrap().block_on(speak_through_every_fault(data.path()));
}

async fn speak_through_every_fault(data: &Path) {
    let Services { microsoft, openai, certificates } = Services::start(data).await;
    let served = Served::start(
        data,
        &[
            ("TTS_PRIMARY_ENGINE", "edge"),
            ("TTS_FALLBACK_ENGINES", "openai,hibari"),
            ("SSL_CERT_FILE", &certificates),
            ("WHEELHOUSE_ENGINES__EDGE__KIND", "edge"),
            ("WHEELHOUSE_ENGINES__EDGE__PROXY", &microsoft.proxy()),
            ("WHEELHOUSE_ENGINES__EDGE__ANSWER_TIMEOUT_MS", "1000"),
            ("WHEELHOUSE_ENGINES__EDGE__IDLE_TIMEOUT_MS", "1000"),
            ("OPENAI_API_KEY", "key"),
            ("OPENAI_BASE_URL", &openai.base_url()),
            ("WHEELHOUSE_ENGINES__OPENAI__ANSWER_TIMEOUT_MS", "1000"),
            ("WHEELHOUSE_ENGINES__OPENAI__IDLE_TIMEOUT_MS", "1000"),
            // Each fault is met anew.
            ("WHEELHOUSE_SPEECH__BREAKER__FAILURES", "1000"),
        ],
    )
    .await;
    use edge::Fault as Edge;
    use openai::Fault as OpenAi;
    for (fault, other) in [
        (Edge::Refuse(403), OpenAi::Refuse(403)),
        (Edge::Refuse(503), OpenAi::Refuse(503)),
        (Edge::AcceptAndStaySilent, OpenAi::AcceptAndStaySilent),
        (Edge::StallAfter(3_000), OpenAi::StallAfter(30_000)),
        (Edge::CutAt(3_000), OpenAi::CutAt(30_000)),
        (Edge::CloseAt(3_000), OpenAi::CutAt(1)),
        (Edge::NoAudio, OpenAi::NoAudio),
        (Edge::Garbage, OpenAi::Garbage),
        (Edge::EndEarly, OpenAi::Garbage),
        (Edge::HalfAudio, OpenAi::NoAudio),
        (Edge::ShortFrame, OpenAi::NoAudio),
    ] {
        microsoft.set_fault(fault);
        openai.set_fault(Some(other));
        let events = served.events().await;
        let last = |kind: &str| events.iter().rfind(|event| event["type"] == kind).cloned();
        assert!(
            last("speech.audio.done").is_some() && last("error").is_none(),
            "{fault:?}, {other:?}: {events:?}"
        );
        let sentence = last("speech.sentence").unwrap();
        assert!(sentence["text"].as_str().unwrap().ends_with("nobody swims."), "{fault:?}: {sentence}");
        assert_eq!(last("speech.engine").unwrap()["engine"], "hibari", "{fault:?}, {other:?}");
    }
    microsoft.set_fault(Edge::Pings);
    let events = served.events().await;
    assert!(events.iter().all(|event| event["type"] != "speech.engine" || event["engine"] == "edge"));
    assert!(events.iter().any(|event| event["type"] == "speech.word"), "{events:?}");
    // Last, as nobody is asked for a while after it.
    microsoft.set_fault(Edge::Refuse(429));
    openai.set_fault(Some(OpenAi::Refuse(429)));
    assert_eq!(served.events().await[0]["engine"], "hibari");
}
