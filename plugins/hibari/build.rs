//! Packs the English dictionaries of `misaki-rs` into two sorted texts that are searched in place.
//!
//! `misaki-rs` itself parses 6 MB of JSON into hash maps at every start; the packed form starts in no time,
//! takes no memory of its own, and makes the component smaller.
//!
//! A line is `word<TAB>phonemes`, or, where the part of speech decides, `word<TAB>=tag phonemes=tag phonemes`;
//! a tag without phonemes stands for "spell it". Lines are sorted by the bytes of their words.

use std::collections::HashMap;
use std::path::Path;
use std::{env, fs, io};

use misaki_rs::data::{load_us_gold, load_us_silver};
use misaki_rs::lexicon::PhonemeEntry;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(Path::new(&out).join("gold.txt"), pack(load_us_gold()))?;
    fs::write(Path::new(&out).join("silver.txt"), pack(load_us_silver()))
}

fn pack(entries: HashMap<String, PhonemeEntry>) -> String {
    let mut lines: Vec<(String, String)> =
        entries.into_iter().map(|(word, entry)| (word, value(entry))).collect();
    lines.sort();
    lines.into_iter().map(|(word, value)| format!("{word}\t{value}\n")).collect()
}

fn value(entry: PhonemeEntry) -> String {
    match entry {
        PhonemeEntry::Simple(phonemes) => phonemes,
        PhonemeEntry::Tagged(readings) => {
            let mut readings: Vec<_> = readings.into_iter().collect();
            readings.sort();
            readings
                .into_iter()
                .map(|(tag, phonemes)| format!("={tag} {}", phonemes.unwrap_or_default()))
                .collect()
        }
    }
}
