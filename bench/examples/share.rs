//! Prints what the wrapper adds to bare wasmtime, from the figures of the last `cargo bench -p wheelhouse-bench`:
//! `cargo run --release -p wheelhouse-bench --example share -- [target/criterion]`.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{error::Error, fs, path::Path};

use serde_json::Value;

/// Groups of the bench, each with a `runtime` and a `bare`.
const GROUPS: [(&str, &str); 5] = [
    ("fresh_call", "call in a fresh instance"),
    ("warm_call", "call in a kept instance"),
    ("route_dispatch", "route dispatch"),
    ("tool_look_up", "tool look-up"),
    ("route_look_up", "route look-up"),
];

/// Groups that measure the same in a catalog of 10 plugins and in one of 1,000.
const SIZES: [(&str, &str); 2] =
    [("look_up_among", "look-up of a route and a tool"), ("dispatch_among", "route dispatch")];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/criterion".to_owned());
    println!("| | runtime | bare | ratio | the wrapper's share |");
    println!("|---|---:|---:|---:|---:|");
    for (group, name) in GROUPS {
        let of = |function| median(&Path::new(&folder).join(group).join(function));
        let (runtime, bare) = (of("runtime")?, of("bare")?);
        println!(
            "| {name} | {} | {} | {:.2} | {:.0} % |",
            time(runtime),
            time(bare),
            runtime / bare,
            (runtime - bare) / runtime * 100.0
        );
    }
    println!("\n| | among 10 plugins | among 1,000 | ratio |\n|---|---:|---:|---:|");
    for (group, name) in SIZES {
        let of = |function| median(&Path::new(&folder).join(group).join(function));
        let (few, many) = (of("10")?, of("1000")?);
        println!("| {name} | {} | {} | {:.2} |", time(few), time(many), many / few);
    }
    Ok(())
}

/// The median of the last run, in nanoseconds.
fn median(folder: &Path) -> Result<f64, Box<dyn Error>> {
    let file = folder.join("new/estimates.json");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let estimates: Value = serde_json::from_str(&text)?;
    estimates["median"]["point_estimate"]
        .as_f64()
        .ok_or_else(|| format!("{} has no median", file.display()).into())
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1_000.0 => format!("{nanoseconds:.0} ns"),
        ..1_000_000.0 => format!("{:.1} µs", nanoseconds / 1_000.0),
        _ => format!("{:.2} ms", nanoseconds / 1_000_000.0),
    }
}
