//! Starts a plugin host and says how long that took and how much memory the process then has: `cargo run --release -p wheelhouse-bench --example start -- CACHE_FOLDER GUEST…`. The first run
//! compiles into the folder, the ones after it are what a restart is like.

use std::{fs, path::PathBuf, process::ExitCode, time::Instant};

use wheelhouse_bench::start;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "its answer is what it prints")]
#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(cache) = arguments.next().map(PathBuf::from) else {
        eprintln!("start CACHE_FOLDER GUEST…");
        return ExitCode::FAILURE;
    };
    let names: Vec<String> = arguments.collect();
    let guests: Vec<&str> = names.iter().map(String::as_str).collect();
    let began = Instant::now();
    match start(&guests, &cache).await {
        Ok(started) => {
            println!(
                "{} plugins ready after {} ms",
                started.catalog.plugins().len(),
                began.elapsed().as_millis()
            );
            println!("{}", resident());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}: {}", failure.detail.as_deref().unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

/// What Linux says of the process's memory; nothing elsewhere.
fn resident() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines: Vec<&str> =
        status.lines().filter(|line| line.starts_with("Rss") || line.starts_with("VmRSS")).collect();
    lines.join("\n")
}
