//! Loads a running host and prints what it bore: `cargo run --release -p wheelhouse-bench --example load -- [URL] [CONNECTIONS]`.
//!
//! Each kind of request runs for a bounded time over a bounded number of connections, against loopback unless told otherwise.
#![allow(clippy::print_stdout, reason = "it is for the terminal")]

use std::{
    error::Error,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::join_all};
use reqwest::{Client, Response};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How long each kind of request runs.
const TIME: Duration = Duration::from_secs(5);

#[derive(Clone)]
struct Target {
    client: Client,
    url: String,
    token: String,
}

impl Target {
    async fn get(&self, path: &str) -> Result<Response> {
        let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Response> {
        // Speech that was made before is not measured.
        let request = self.client.post(format!("{}{path}", self.url)).header("cache-control", "no-store");
        let request = request.bearer_auth(&self.token).json(body);
        Ok(request.send().await?.error_for_status()?)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_else(|| "http://127.0.0.1:8000".to_owned());
    let connections: usize = arguments.next().map_or(Ok(16), |text| text.parse())?;

    // The workspace's reqwest brings no provider for TLS, and wants one all the same. Nobody was before us.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::new();
    let email = format!("load-{}@example.com", std::process::id());
    let account = json!({"email": email, "password": "correct horse battery"});
    let answer = client.post(format!("{url}/api/v1/auth/register")).json(&account).send().await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    let token = answer["access_token"].as_str().ok_or("no token")?.to_owned();
    let target = Target { client, url, token };

    println!("{connections} connections, {} s each\n", TIME.as_secs());
    println!("{:<34}{:>10}{:>10}{:>10}{:>10}{:>8}", "", "per s", "p50 ms", "p99 ms", "max ms", "failed");
    run("GET  /health/live", connections, &target, async |target| {
        target.get("/health/live").await?.bytes().await?;
        Ok(())
    })
    .await;
    run("POST /api/v1/expenses (component)", connections, &target, async |target| {
        let body = json!({"amount": 1.25, "category": "load"});
        target.post("/api/v1/expenses", &body).await?.bytes().await?;
        Ok(())
    })
    .await;
    run("GET  /api/v1/expenses (component)", connections, &target, async |target| {
        target.get("/api/v1/expenses?limit=10").await?.bytes().await?;
        Ok(())
    })
    .await;
    run("POST /api/v1/pam/chat", 2, &target, async |target| {
        let body = json!({"message": "how much did I spend this month"});
        target.post("/api/v1/pam/chat", &body).await?.bytes().await?;
        Ok(())
    })
    .await;
    let short = json!({"input": "Turn left at the next light.", "voice": "heart", "response_format": "pcm"});
    let long = "The road goes on and on, past the lake and into the hills. ".repeat(51);
    let long = json!({"input": &long[..3_000], "voice": "heart", "response_format": "pcm"});
    for (name, body) in [("first byte of a short sentence", short), ("first byte of 3,000 characters", long)]
    {
        run(name, 1, &target, async |target| {
            // Dropping the rest stops the engine.
            let answer = target.post("/api/v1/audio/speech", &body).await?;
            answer.bytes_stream().next().await.ok_or("no audio")??;
            Ok(())
        })
        .await;
    }
    Ok(())
}

/// Sends one request after the other on each connection until the time is over.
async fn run(name: &str, connections: usize, target: &Target, request: impl AsyncFn(&Target) -> Result<()>) {
    // The first use of anything is another matter.
    if let Err(error) = request(target).await {
        println!("{name:<34}  cannot be measured: {error}");
        return;
    }
    let started = Instant::now();
    let runs = join_all((0..connections).map(|_| async {
        let (mut times, mut failed) = (Vec::new(), 0);
        while started.elapsed() < TIME {
            let begun = Instant::now();
            match request(target).await {
                Ok(()) => times.push(begun.elapsed()),
                Err(_) => failed += 1,
            }
        }
        (times, failed)
    }))
    .await;
    let elapsed = started.elapsed().as_secs_f64();
    let failed: u32 = runs.iter().map(|(_, failed)| failed).sum();
    let mut times: Vec<Duration> = runs.into_iter().flat_map(|(times, _)| times).collect();
    times.sort_unstable();
    let at = |share: f64| {
        let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    };
    println!(
        "{name:<34}{:>10.0}{:>10.2}{:>10.2}{:>10.2}{failed:>8}",
        times.len() as f64 / elapsed,
        at(0.5),
        at(0.99),
        at(1.0),
    );
}
