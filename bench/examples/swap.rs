//! What a swap costs: `cargo run --release -p wheelhouse-bench --example swap -- [SWAPS]`.
//!
//! Two versions of a plugin, both compiled before, take turns in the drop-in folder while the plugin is called without pause. The exit code is
//! 1 when a target is missed.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{
    error::Error,
    fs,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Map, json};
use wheelhouse_bench::{Setup, Started, context, resident};
use wheelhouse_core::{
    catalog::{Catalog, CatalogReader},
    tool::Tool,
};
use wheelhouse_guests::guest;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const CALLERS: usize = 4;
/// Swaps before anything is measured: both versions are compiled, and memory is what it will be.
const WARM_UP: u8 = 20;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let swaps: u32 = std::env::args().nth(1).map_or(Ok(100), |text| text.parse())?;
    let cache = tempfile::tempdir()?;
    let mut started = Setup::new(&["echo"])?.start(cache.path()).await?;
    // It would keep the first version in memory.
    started.catalog = Arc::default();
    for turn in 0..WARM_UP {
        swap(&started, turn % 2).await?;
    }

    let before = resident()?;
    let is_over = Arc::new(AtomicBool::new(false));
    let (calls, failures) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let reader = started.host.catalog();
            tokio::spawn(call(reader, is_over.clone(), calls.clone(), failures.clone()))
        })
        .collect();
    let mut times = Vec::new();
    for turn in 0..swaps {
        times.push(swap(&started, (turn % 2) as u8).await?);
    }
    is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await?;
    }
    let after = resident()?;
    let generations = settled(&started).await;

    times.sort_unstable();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    let (calls, failures) = (calls.load(Ordering::Relaxed), failures.load(Ordering::Relaxed));
    let growth = after.saturating_sub(before) as f64 / 1e6;
    println!(
        "{swaps} swaps under {calls} calls by {CALLERS} callers\n\n| | must be | is | |\n|---|---:|---:|---|"
    );
    let targets = [
        (
            "file dropped → serving, without compiling",
            "< 1 s",
            format!("{median:.0?} (worst {worst:.0?})"),
            worst < Duration::from_secs(1),
        ),
        ("failed calls", "0", failures.to_string(), failures == 0),
        ("versions in memory afterwards", "1", generations.to_string(), generations == 1),
        // What one version more or less would not show in.
        ("resident memory more than before", "flat", format!("{growth:.1} MB"), growth < 8.0),
    ];
    for (name, must, is, reached) in &targets {
        println!("| {name} | {must} | {is} | {} |", if *reached { "reached" } else { "MISSED" });
    }
    let all = targets.iter().all(|(.., reached)| *reached);
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Drops a version in, and says how long it took until calls reached it.
async fn swap(started: &Started, version: u8) -> Result<Duration> {
    let reader = started.host.catalog();
    let serving = tool(&reader.current()).ok_or("the plugin does not serve")?;
    // A section that nobody reads makes it another file.
    let mut bytes = guest("echo").bytes.to_vec();
    bytes.extend([0, 3, 1, b'v', version]);
    let incoming = started.folder().join("incoming");
    fs::write(&incoming, bytes)?;
    let began = Instant::now();
    fs::rename(&incoming, started.folder().join("echo.wasm"))?;
    let is_another = |catalog: &Catalog| tool(catalog).is_some_and(|now| !Arc::ptr_eq(&now, &serving));
    tokio::time::timeout(Duration::from_secs(120), reader.wait_until(is_another)).await?;
    Ok(began.elapsed())
}

fn tool(catalog: &Catalog) -> Option<Arc<dyn Tool>> {
    catalog.tool("echo").map(|entry| entry.tool.clone())
}

async fn call(
    reader: CatalogReader,
    is_over: Arc<AtomicBool>,
    calls: Arc<AtomicU64>,
    failures: Arc<AtomicU64>,
) {
    let arguments: Map<_, _> = [("text".to_owned(), json!("hello"))].into_iter().collect();
    while !is_over.load(Ordering::Relaxed) {
        let answered = match tool(&reader.current()) {
            Some(tool) => tool.call(&context(), arguments.clone()).await.is_ok(),
            None => false,
        };
        calls.fetch_add(1, Ordering::Relaxed);
        failures.fetch_add(u64::from(!answered), Ordering::Relaxed);
    }
}

/// The versions that are left once those out of service have been forgotten.
async fn settled(started: &Started) -> usize {
    let until = Instant::now() + Duration::from_secs(30);
    while started.host.generations() > 1 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    started.host.generations()
}
