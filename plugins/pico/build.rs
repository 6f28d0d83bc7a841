//! Finds the lingware, which lies in the package of Pico's sources, and puts it into the binary.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(sources()?.join("build/pico/lang"))? {
        files.push(entry?.path());
    }
    files.sort();
    let mut source =
        String::from("/// Each file of the lingware by its name.\nstatic FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        writeln!(source, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())?;
    }
    source.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("lingware.rs"), source)?;
    Ok(())
}

/// Where cargo has put the package `ttspico-sys`.
fn sources() -> Result<PathBuf, Box<dyn Error>> {
    let output = Command::new(env::var("CARGO")?)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", &env::var("TARGET")?])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|package| package["name"] == "ttspico-sys")
        .find_map(|package| package["manifest_path"].as_str())
        .ok_or("cargo does not know the package ttspico-sys")?;
    Ok(Path::new(manifest).parent().ok_or("a manifest without a folder")?.to_owned())
}
