//! Holds the binary against what it must reach: `cargo run --release -p wheelhouse-bench --example targets -- target/release/wheelhouse`.
//!
//! Starts it twice in an empty folder, the second time with everything compiled, and listens to its voice. The exit code is 1 when a
//! target is missed. Needs Linux, which it asks for the process's memory.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{
    error::Error,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{ExitCode, Stdio},
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Long enough for a first start on any machine.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often the time to the first byte is taken.
const TIMES: usize = 15;
/// Also the first sentence of the long text: what comes after it must not matter.
const SHORT: &str = "Turn left at the next light.";

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let binary: PathBuf = std::env::args().nth(1).ok_or("targets BINARY")?.into();
    let binary = binary.canonicalize()?;
    // The workspace's reqwest brings no provider for TLS, and wants one all the same. Nobody was before us.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir()?;

    let host = Running::start(&binary, folder.path()).await?;
    println!(
        "first start:   answers after {:.0?}, all plugins compiled after {:.1?}",
        host.ready, host.settled
    );
    host.stop().await?;

    let host = Running::start(&binary, folder.path()).await?;
    let resident = host.resident()?;
    let settled = host.settled;
    println!("second start:  answers after {:.0?}, all plugins loaded after {settled:.0?}", host.ready);

    let token = host.token().await?;
    let cold = host.first_byte(&token, SHORT).await?;
    println!("first byte with the voice still to be loaded: {cold:.0?}");
    let long: String =
        format!("{SHORT} {}", "The road goes on and on, past the lake and into the hills. ".repeat(51));
    let (mut short_times, mut long_times) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        short_times.push(host.warm_first_byte(&token, SHORT).await?);
        long_times.push(host.warm_first_byte(&token, &long[..3_000]).await?);
    }
    println!("resident with the voice loaded: {:.0} MB\n", host.resident()?);
    host.stop().await?;

    let (short, long) = (median(short_times), median(long_times));
    let targets = [
        ("ready on the second start", "< 1 s", format!("{settled:.0?}"), settled < Duration::from_secs(1)),
        ("resident, all cached, voice not loaded", "< 80 MB", format!("{resident:.0} MB"), resident < 80.0),
        ("first byte of a short sentence, warm", "< 300 ms", format!("{short:.0?}"), short.as_millis() < 300),
        // As soon as the short one, but for the noise of the machine.
        (
            "first byte of 3,000 characters, warm",
            "as soon",
            format!("{long:.0?}"),
            long < short.mul_f64(1.25),
        ),
    ];
    println!("| | must be | is | |\n|---|---:|---:|---|");
    for (name, must, is, reached) in &targets {
        println!("| {name} | {must} | {is} | {} |", if *reached { "reached" } else { "MISSED" });
    }
    let all = targets.iter().all(|(.., reached)| *reached);
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The binary, serving.
struct Running {
    child: Child,
    client: Client,
    url: String,
    /// From the command to the first good answer of `/health/ready`.
    ready: Duration,
    /// To the first that says that no plugin is being loaded.
    settled: Duration,
}

impl Running {
    async fn start(binary: &Path, folder: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let (url, client) = (format!("http://{address}"), Client::new());
        let began = Instant::now();
        let mut command = Command::new(binary);
        command.args(["--listen", &address.to_string()]).env_clear().current_dir(folder);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
        let mut ready = None;
        loop {
            if let Ok(answer) = client.get(format!("{url}/health/ready")).send().await
                && answer.status().is_success()
            {
                let ready = *ready.get_or_insert_with(|| began.elapsed());
                let report: Value = answer.json().await?;
                if report["plugins"]["loading"] == json!([]) {
                    return Ok(Self { child, client, url, ready, settled: began.elapsed() });
                }
            }
            if began.elapsed() > PATIENCE {
                return Err("the host does not get ready".into());
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// As an operator stops it.
    async fn stop(mut self) -> Result<()> {
        let id = self.child.id().ok_or("the host has ended")?;
        Command::new("kill").arg(id.to_string()).status().await?;
        timeout(Duration::from_secs(60), self.child.wait()).await??;
        Ok(())
    }

    /// Resident memory in MB (10⁶ bytes).
    fn resident(&self) -> Result<f64> {
        let id = self.child.id().ok_or("the host has ended")?;
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1_024.0 / 1e6)
    }

    async fn token(&self) -> Result<String> {
        let account = json!({"email": "ada@example.com", "password": "correct horse battery"});
        let request = self.client.post(format!("{}/api/v1/auth/register", self.url)).json(&account);
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(answer["access_token"].as_str().ok_or("no token")?.to_owned())
    }

    async fn say(&self, token: &str, text: &str) -> Result<Response> {
        let body = json!({"text": text, "format": "pcm"});
        let request = self.client.post(format!("{}/api/v1/tts/synthesize", self.url)).bearer_auth(token);
        Ok(request.json(&body).send().await?.error_for_status()?)
    }

    /// From the request to the first byte of audio. Leaving then drops the engine's instance.
    async fn first_byte(&self, token: &str, text: &str) -> Result<Duration> {
        let began = Instant::now();
        let mut audio = self.say(token, text).await?.bytes_stream();
        audio.next().await.ok_or("no audio")??;
        Ok(began.elapsed())
    }

    /// The same after a sentence that was heard to its end, so that the engine is warm.
    async fn warm_first_byte(&self, token: &str, text: &str) -> Result<Duration> {
        self.say(token, SHORT).await?.bytes().await?;
        self.first_byte(token, text).await
    }
}
