//! Holds speech against what it must reach: `cargo run --release -p wheelhouse-bench --example speech -- target/release/wheelhouse`.
//!
//! Starts the binary with a server beside it that plays OpenAI's speech API, as the engine `openai`, and the built-in voice behind it. The
//! exit code is 1 when a target is missed. Needs Linux, which it asks for the process's memory.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, future::join_all};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::{interval, sleep};
use wheelhouse_bench::binary::{Result, Running};
use wheelhouse_doubles::openai::{Fault, OpenAiSpeech};

/// Of twelve words.
const SENTENCE: &str = "The coffee is ready and the road to the north is open.";
/// Of six sentences.
const SPEECH: &str = "We are at the lake and it is a quiet morning. The water is cold and nobody swims today. A small boat \
                      comes over from the other side. The old man in it has caught two fish. He waves and asks for some \
                      coffee. We give him a cup and he tells us about the road.";
const TIMES: usize = 60;

struct Bench {
    host: Running,
    token: String,
    openai: OpenAiSpeech,
}

/// A target: what, must be, is, reached.
type Target = (&'static str, &'static str, String, bool);

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let binary: PathBuf = std::env::args().nth(1).ok_or("speech BINARY")?.into();
    let binary = binary.canonicalize()?;
    // The workspace's reqwest brings no provider for TLS, and wants one all the same. Nobody was before us.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir()?;
    let openai = OpenAiSpeech::start(Some("key")).await?;
    // A server that is not OpenAI's own has to be told of.
    let file = "[engines.openai]\nkind = \"openai\"\nmodel = \"tts-1\"\nvoices = [{ id = \"alloy\" }]\n";
    std::fs::write(folder.path().join("wheelhouse.toml"), file)?;
    let variables = [
        ("OPENAI_API_KEY", "key"),
        ("OPENAI_BASE_URL", &openai.base_url()),
        ("TTS_PRIMARY_ENGINE", "openai"),
        ("TTS_FALLBACK_ENGINES", "hibari"),
        ("WHEELHOUSE_SPEECH__STREAMS_PER_USER", "1000"),
    ];
    let host = Running::start(&binary, folder.path(), &variables).await?;
    let token = host.token().await?;
    let bench = Bench { host, token, openai };

    let mut targets: Vec<Target> = Vec::new();
    targets.push(bench.overhead().await?);
    targets.push(bench.hibari().await?);
    targets.push(bench.cache_hits().await?);
    targets.push(bench.listeners().await?);
    targets.extend(bench.dead_primary().await?);
    targets.push(bench.killed_half_way().await?);
    targets.extend(bench.crowd().await?);

    println!("\n| | must be | is | |\n|---|---:|---:|---|");
    for (name, must, is, reached) in &targets {
        println!("| {name} | {must} | {is} | {} |", if *reached { "reached" } else { "MISSED" });
    }
    bench.host.stop().await?;
    let all = targets.iter().all(|(.., reached)| *reached);
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Bench {
    async fn post(&self, body: &Value, is_kept: bool) -> Result<Response> {
        let request = self.host.client.post(format!("{}/api/v1/tts/synthesize", self.host.url));
        let request = request.bearer_auth(&self.token).json(body);
        let request = if is_kept { request } else { request.header("cache-control", "no-store") };
        Ok(request.send().await?)
    }

    async fn say(&self, engine: &str, text: &str) -> Result<Response> {
        let body = json!({"text": text, "engine": engine, "format": "pcm"});
        Ok(self.post(&body, false).await?.error_for_status()?)
    }

    /// The first byte through the host against the first byte of the engine's own server, one after the other.
    async fn overhead(&self) -> Result<Target> {
        let direct = Client::new();
        let body = json!({
            "model": "gpt-4o-mini-tts", "input": SENTENCE, "voice": "alloy", "response_format": "pcm",
        });
        let (mut through, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            let began = Instant::now();
            let request = direct.post(format!("{}/audio/speech", self.openai.base_url())).bearer_auth("key");
            first_byte(request.json(&body).send().await?.error_for_status()?).await?;
            beside.push(began.elapsed());
            let began = Instant::now();
            first_byte(self.say("openai", SENTENCE).await?).await?;
            through.push(began.elapsed());
        }
        let (own, host) = (at(&mut beside, 0.5), at(&mut through, 0.5));
        let added = host.saturating_sub(own);
        let is = format!("{added:.2?} ({host:.2?} against {own:.2?})");
        Ok(("first byte added to a native engine's, p50", "< 2 ms", is, added < Duration::from_millis(2)))
    }

    async fn hibari(&self) -> Result<Target> {
        let mut times = Vec::new();
        for _ in 0..15 {
            // Heard to its end, so that the engine is warm.
            self.say("hibari", SENTENCE).await?.bytes().await?;
            let began = Instant::now();
            first_byte(self.say("hibari", SENTENCE).await?).await?;
            times.push(began.elapsed());
        }
        let time = at(&mut times, 0.5);
        let reached = time < Duration::from_millis(200);
        Ok(("first byte of twelve words by hibari, warm, p50", "< 200 ms", format!("{time:.0?}"), reached))
    }

    /// Two hundred requests a second for what was said before, against as many for the caller's own account.
    async fn cache_hits(&self) -> Result<Target> {
        let body = json!({"text": SENTENCE, "engine": "openai", "format": "pcm"});
        self.post(&body, true).await?.error_for_status()?.bytes().await?;
        sleep(Duration::from_millis(500)).await;
        let mut me = self
            .at_a_rate(async || {
                let request = self.host.client.get(format!("{}/api/v1/auth/me", self.host.url));
                request.bearer_auth(&self.token).send().await?.error_for_status()?.bytes().await?;
                Ok(())
            })
            .await?;
        let mut hits = self
            .at_a_rate(async || {
                let answer = self.post(&body, true).await?.error_for_status()?;
                if answer.headers()["x-cache-hit"] != "true" {
                    return Err("not from the cache".into());
                }
                answer.bytes().await?;
                Ok(())
            })
            .await?;
        let (me, hit) = (at(&mut me, 0.99), at(&mut hits, 0.99));
        let added = hit.saturating_sub(me);
        let is = format!("{added:.2?} ({hit:.2?} against {me:.2?})");
        Ok(("cache hit at 200 a second, p99 added", "< 1 ms", is, added < Duration::from_millis(1)))
    }

    async fn at_a_rate(&self, request: impl AsyncFn() -> Result<()>) -> Result<Vec<Duration>> {
        let mut ticks = interval(Duration::from_millis(5));
        let mut running = Vec::new();
        for _ in 0..2_000 {
            running.push(async {
                let began = Instant::now();
                request().await.map(|()| began.elapsed())
            });
        }
        // Each begins at its time, whether or not those before it are over.
        let mut times = Vec::new();
        let mut under_way = futures_util::stream::FuturesUnordered::new();
        let mut waiting = running.into_iter();
        loop {
            tokio::select! {
                _ = ticks.tick(), if waiting.len() > 0 => under_way.extend(waiting.next()),
                Some(time) = under_way.next() => times.push(time?),
                else => return Ok(times),
            }
        }
    }

    /// Fifty who hear what was said before, at the pace at which it sounds.
    async fn listeners(&self) -> Result<Target> {
        let body = json!({"text": SPEECH, "engine": "hibari", "format": "pcm"});
        let whole = self.post(&body, true).await?.error_for_status()?.bytes().await?.len();
        sleep(Duration::from_millis(500)).await;
        let gaps = join_all((0..50).map(|_| async {
            let heard = hear_pcm(self.post(&body, true).await?.error_for_status()?).await?;
            if heard.bytes != whole {
                return Err("not all was heard".into());
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(heard.gap)
        }))
        .await;
        let gaps = gaps.into_iter().collect::<Result<Vec<_>>>()?;
        let worst = gaps.into_iter().max().unwrap_or_default();
        let reached = worst < Duration::from_millis(20);
        Ok(("longest gap of 50 listeners of cached speech", "none", format!("{worst:.0?}"), reached))
    }

    /// What a primary costs that refuses, before and after its breaker is open.
    async fn dead_primary(&self) -> Result<Vec<Target>> {
        // The fallback alone, warm.
        let mut alone = Vec::new();
        for _ in 0..TIMES / 3 {
            alone.push(self.timed("hibari", "hibari").await?);
        }
        let mut dying = Vec::new();
        self.openai.set_fault(Some(Fault::Refuse(503)));
        // Two failures in a row leave the breaker closed, and a success begins the row anew.
        for _ in 0..TIMES / 6 {
            for _ in 0..2 {
                dying.push(self.timed("openai", "hibari").await?);
            }
            self.openai.set_fault(None);
            self.say("openai", "Yes.").await?.bytes().await?;
            self.openai.set_fault(Some(Fault::Refuse(503)));
        }
        for _ in 0..3 {
            self.timed("openai", "hibari").await?;
        }
        let mut open = Vec::new();
        let mut without = Vec::new();
        for _ in 0..TIMES / 3 {
            open.push(self.timed("openai", "hibari").await?);
            without.push(self.timed("hibari", "hibari").await?);
        }
        self.openai.set_fault(None);
        let (alone, dying) = (at(&mut alone, 0.5), at(&mut dying, 0.5));
        let (open, without) = (at(&mut open, 0.5), at(&mut without, 0.5));
        let cost = dying.saturating_sub(alone);
        let rest = open.saturating_sub(without);
        Ok(vec![
            (
                "primary that dies before its first byte, p50 added",
                "< 50 ms",
                format!("{cost:.1?} ({dying:.0?} against {alone:.0?})"),
                cost < Duration::from_millis(50),
            ),
            (
                "once its breaker is open, p50 added",
                "nothing",
                format!("{rest:.1?} ({open:.0?} against {without:.0?})"),
                rest < without / 10,
            ),
        ])
    }

    async fn timed(&self, asked: &str, expected: &str) -> Result<Duration> {
        let began = Instant::now();
        let answer = self.say(asked, SENTENCE).await?;
        if answer.headers()["x-engine"] != expected {
            return Err(format!("{:?} speaks and not {expected}", answer.headers()["x-engine"]).into());
        }
        let mut audio = answer.bytes_stream();
        audio.next().await.ok_or("no audio")??;
        let time = began.elapsed();
        while let Some(piece) = audio.next().await {
            piece?;
        }
        Ok(time)
    }

    /// The engine's server dies in the middle of the fourth sentence of six.
    async fn killed_half_way(&self) -> Result<Target> {
        self.recover().await?;
        self.openai.set_fault_after(3, Fault::CutAt(10_000));
        let body = json!({"text": SPEECH, "engine": "openai", "format": "pcm", "stream_format": "sse"});
        let began = Instant::now();
        let mut events = self.post(&body, false).await?.error_for_status()?.bytes_stream();
        let (mut text, mut heard, mut sentences, mut changes) =
            (String::new(), Heard::new(began), Vec::new(), 0);
        while let Some(piece) = events.next().await {
            text.push_str(std::str::from_utf8(&piece?)?);
            while let Some((event, rest)) = text.split_once("\n\n") {
                let event: Value = serde_json::from_str(event.trim_start_matches("data: "))?;
                text = rest.to_owned();
                match event["type"].as_str() {
                    Some("speech.audio.delta") => {
                        let bytes = STANDARD.decode(event["audio"].as_str().unwrap_or_default())?;
                        heard.add(bytes.len());
                    }
                    Some("speech.sentence") => {
                        sentences.push(event["text"].as_str().unwrap_or_default().to_owned());
                    }
                    Some("speech.engine") => changes += 1,
                    Some("error") => return Err(format!("it broke off: {event}").into()),
                    _ => {}
                }
            }
        }
        self.openai.set_fault(None);
        let is_whole = sentences.join(" ") == SPEECH && changes == 1;
        let is = format!("{:.0?}, {} sentences, {changes} change", heard.gap, sentences.len());
        let reached = is_whole && heard.gap < Duration::from_secs(1);
        Ok(("gap when the engine is killed half way", "< 1 s, each sentence once", is, reached))
    }

    /// Waits until the primary is asked again.
    async fn recover(&self) -> Result<()> {
        for _ in 0..600 {
            let request = self.host.client.get(format!("{}/api/v1/tts/engines", self.host.url));
            let engines: Value = request.bearer_auth(&self.token).send().await?.json().await?;
            if engines["data"][0]["breaker"] == "closed" {
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        Err("the primary is not asked again".into())
    }

    /// A hundred who want something of their own said at the same time.
    async fn crowd(&self) -> Result<Vec<Target>> {
        let before = self.host.resident()?;
        let answers = join_all((0..100).map(|number| async move {
            let body = json!({
                "text": format!("Number {number}. {SENTENCE}"), "engine": "hibari", "format": "mp3",
            });
            let answer = self.post(&body, false).await?;
            match answer.status() {
                StatusCode::OK => {
                    answer.bytes().await?;
                    Ok::<_, Box<dyn std::error::Error + Send + Sync>>(true)
                }
                StatusCode::TOO_MANY_REQUESTS if answer.headers().contains_key("retry-after") => Ok(false),
                other => Err(format!("answered {other}").into()),
            }
        }));
        tokio::pin!(answers);
        let mut most = before;
        let answers = loop {
            tokio::select! {
                answers = &mut answers => break answers,
                () = sleep(Duration::from_millis(20)) => most = most.max(self.host.resident()?),
            }
        };
        let failed = answers.iter().filter(|answer| answer.is_err()).count();
        if let Some(Err(error)) = answers.iter().find(|answer| answer.is_err()) {
            println!("of the hundred: {error}");
        }
        let spoken = answers.iter().filter(|answer| matches!(answer, Ok(true))).count();
        let is = format!("{failed} failed, {spoken} spoken, {} told to come back", 100 - spoken - failed);
        Ok(vec![
            ("100 syntheses at once", "no failure but 429", is, failed == 0),
            (
                "resident at most meanwhile",
                "< 512 MB",
                format!("{most:.0} MB ({before:.0} before)"),
                most < 512.0,
            ),
        ])
    }
}

async fn first_byte(answer: Response) -> Result<()> {
    answer.bytes_stream().next().await.ok_or("no audio")??;
    Ok(())
}

/// What a listener hears of samples at 24 kHz, who plays them as soon as the first are there.
struct Heard {
    began: Instant,
    playing: Option<Instant>,
    bytes: usize,
    /// The longest time in which there was nothing to play.
    gap: Duration,
}

impl Heard {
    fn new(began: Instant) -> Self {
        Self { began, playing: None, bytes: 0, gap: Duration::ZERO }
    }

    fn add(&mut self, bytes: usize) {
        let played = self.began.elapsed();
        let playing = *self.playing.get_or_insert_with(|| self.began + played);
        let needed = playing + Duration::from_secs_f64(self.bytes as f64 / 48_000.0);
        let late = Instant::now().saturating_duration_since(needed);
        if !late.is_zero() {
            self.gap = self.gap.max(late);
            // From here on everything is heard so much later.
            self.playing = Some(playing + late);
        }
        self.bytes += bytes;
    }
}

async fn hear_pcm(answer: Response) -> Result<Heard> {
    let mut heard = Heard::new(Instant::now());
    let mut audio = answer.bytes_stream();
    while let Some(piece) = audio.next().await {
        let piece = piece?;
        heard.add(piece.len());
        // As fast as it is played, with a second in hand.
        let ahead = Duration::from_secs_f64(heard.bytes as f64 / 48_000.0);
        let playing = heard.playing.unwrap_or_else(Instant::now);
        tokio::time::sleep_until((playing + ahead.saturating_sub(Duration::from_secs(1))).into()).await;
    }
    Ok(heard)
}

fn at(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    times[((times.len() as f64 * share) as usize).min(times.len() - 1)]
}
