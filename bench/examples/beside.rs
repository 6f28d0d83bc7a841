//! What a plugin feels of another one that burns all that it may: `cargo run --release -p wheelhouse-bench --example beside`.
//!
//! An innocent plugin is called at a steady pace, in rounds alone and beside as many endless loops as the other may run at once. The exit code
//! is 1 when the target is missed.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{
    error::Error,
    process::ExitCode,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Map, json};
use tokio::runtime::Handle;
use wheelhouse_bench::{Setup, Started, context};
use wheelhouse_core::tool::Tool;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 10;
const ROUND: Duration = Duration::from_secs(3);
/// Between two calls of the innocent plugin.
const PACE: Duration = Duration::from_millis(4);

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let cache = std::env::temp_dir().join("wheelhouse-beside");
    let mut setup = Setup::new(&["echo", "loops"])?;
    // It is to burn without a pause.
    setup.config.breaker.failures = u32::MAX;
    let burners = setup.config.limits.concurrent_calls;
    let started = setup.start(&cache).await?;
    let innocent = tool(&started, "echo")?;
    let hostile = tool(&started, "loops")?;
    round(&innocent).await?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.extend(round(&innocent).await?);
        let burning: Vec<_> = (0..burners).map(|_| tokio::spawn(burn(hostile.clone()))).collect();
        // Until all of them run.
        tokio::time::sleep(Duration::from_millis(300)).await;
        beside.extend(round(&innocent).await?);
        for burner in burning {
            burner.abort();
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    println!("{burners} endless loops, {} calls of the innocent plugin each\n", alone.len());
    println!("| | alone | beside | ratio |\n|---|---:|---:|---:|");
    let mut ratio = f64::NAN;
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        let (alone, beside) = (at(&mut alone, share), at(&mut beside, share));
        ratio = beside.as_secs_f64() / alone.as_secs_f64();
        println!("| {name} | {alone:.2?} | {beside:.2?} | {ratio:.2} |");
    }
    println!(
        "\np99 must be at most 2 × what it is alone: {}",
        if ratio <= 2.0 { "reached" } else { "MISSED" }
    );
    Ok(if ratio <= 2.0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tool(started: &Started, name: &str) -> Result<Arc<dyn Tool>> {
    Ok(started.catalog.tool(name).ok_or("a guest does not serve")?.tool.clone())
}

/// Calls at the pace, as a server does: something outside says that there is a request, and a task of the host's threads answers it.
async fn round(tool: &Arc<dyn Tool>) -> Result<Vec<Duration>> {
    let (runtime, tool) = (Handle::current(), tool.clone());
    let calls = tokio::task::spawn_blocking(move || {
        let count = (ROUND.as_nanos() / PACE.as_nanos()) as usize;
        let calls: Vec<_> = (0..count)
            .map(|_| {
                thread::sleep(PACE);
                let (tool, due) = (tool.clone(), Instant::now());
                runtime.spawn(async move {
                    let arguments: Map<_, _> = [("text".to_owned(), json!("hello"))].into_iter().collect();
                    tool.call(&context(), arguments).await.map(|_| due.elapsed())
                })
            })
            .collect();
        calls
    });
    let mut times = Vec::new();
    for call in calls.await? {
        times.push(call.await??);
    }
    Ok(times)
}

async fn burn(tool: Arc<dyn Tool>) {
    loop {
        // It never ends well.
        let _ = tool.call(&context(), Map::new()).await;
    }
}

fn at(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    times[((times.len() as f64 * share) as usize).min(times.len() - 1)]
}
