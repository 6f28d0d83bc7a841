//! Holds the binary against what it must reach: `cargo run --release -p wheelhouse-bench --example targets -- target/release/wheelhouse`.
//!
//! Starts it twice in an empty folder, the second time with everything compiled, and listens to its voice. The exit code is 1 when a
//! target is missed. Needs Linux, which it asks for the process's memory.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use reqwest::Response;
use serde_json::json;
use wheelhouse_bench::binary::{Result, Running};

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

    let host = Running::start(&binary, folder.path(), &[]).await?;
    println!(
        "first start:   answers after {:.0?}, all plugins compiled after {:.1?}",
        host.ready, host.settled
    );
    host.stop().await?;

    let host = Running::start(&binary, folder.path(), &[]).await?;
    let resident = host.resident()?;
    let settled = host.settled;
    println!("second start:  answers after {:.0?}, all plugins loaded after {settled:.0?}", host.ready);

    let token = host.token().await?;
    let cold = first_byte(&host, &token, SHORT).await?;
    println!("first byte with the voice still to be loaded: {cold:.0?}");
    let long: String =
        format!("{SHORT} {}", "The road goes on and on, past the lake and into the hills. ".repeat(51));
    let (mut short_times, mut long_times) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        short_times.push(warm_first_byte(&host, &token, SHORT).await?);
        long_times.push(warm_first_byte(&host, &token, &long[..3_000]).await?);
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

async fn say(host: &Running, token: &str, text: &str) -> Result<Response> {
    let body = json!({"text": text, "format": "pcm"});
    let request = host.client.post(format!("{}/api/v1/tts/synthesize", host.url)).bearer_auth(token);
    // What was said before is not measured.
    Ok(request.header("cache-control", "no-store").json(&body).send().await?.error_for_status()?)
}

/// From the request to the first byte of audio. Leaving then drops the engine's instance.
async fn first_byte(host: &Running, token: &str, text: &str) -> Result<Duration> {
    let began = Instant::now();
    let mut audio = say(host, token, text).await?.bytes_stream();
    audio.next().await.ok_or("no audio")??;
    Ok(began.elapsed())
}

/// The same after a sentence that was heard to its end, so that the engine is warm.
async fn warm_first_byte(host: &Running, token: &str, text: &str) -> Result<Duration> {
    say(host, token, SHORT).await?.bytes().await?;
    first_byte(host, token, text).await
}
