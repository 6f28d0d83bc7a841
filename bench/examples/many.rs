//! What a thousand plugins cost: `cargo run --release -p wheelhouse-bench --example many -- [CACHE_FOLDER]`.
//!
//! The first run compiles them into the folder, which takes minutes; what is measured is a restart with everything compiled. Each start has a
//! process of its own, because memory that was once used says nothing any more. The exit code is 1 when a target is missed.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{
    error::Error,
    path::PathBuf,
    process::{Command, ExitCode},
    time::Instant,
};

use wheelhouse_bench::{Setup, resident};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const PLUGINS: u64 = 1_000;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let cache = arguments.next().map_or_else(|| std::env::temp_dir().join("wheelhouse-many"), PathBuf::from);
    if let Some(count) = arguments.next() {
        return one(&cache, &count).await;
    }
    let of = |count: u64| -> Result<(u64, u64)> {
        let output = Command::new(std::env::current_exe()?).arg(&cache).arg(count.to_string()).output()?;
        let text = String::from_utf8(output.stdout)?;
        let mut figures = text.split_whitespace().map(str::parse);
        match (figures.next(), figures.next()) {
            (Some(Ok(millis)), Some(Ok(bytes))) => Ok((millis, bytes)),
            _ => Err(String::from_utf8_lossy(&output.stderr).into()),
        }
    };
    let (compiling, _) = of(PLUGINS)?;
    println!("{PLUGINS} plugins, those compiled that were not: {:.1} s", compiling as f64 / 1e3);
    let (_, without) = of(0)?;
    let (restart, with) = of(PLUGINS)?;
    let each = with.saturating_sub(without) as f64 / PLUGINS as f64 / 1e3;
    println!("\n| | must be | is | |\n|---|---:|---:|---|");
    let verdict = |reached| if reached { "reached" } else { "MISSED" };
    println!(
        "| restart with {PLUGINS} compiled plugins | < 3 s | {:.2} s | {} |",
        restart as f64 / 1e3,
        verdict(restart < 3_000)
    );
    println!("| resident memory of one more, idle | < 1,000 kB | {each:.0} kB | {} |", verdict(each < 1e3));
    Ok(if restart < 3_000 && each < 1e3 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Starts with so many, and prints milliseconds and bytes.
async fn one(cache: &std::path::Path, count: &str) -> Result<ExitCode> {
    let setup = Setup::new(&[&format!("numbered:{count}")])?;
    let began = Instant::now();
    let started = setup.start(cache).await?;
    let took = began.elapsed();
    if started.catalog.tools().count() != count.parse::<usize>()? {
        return Err("not all of them serve".into());
    }
    println!("{} {}", took.as_millis(), resident()?);
    Ok(ExitCode::SUCCESS)
}
