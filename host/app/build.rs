//! Builds the bundled plugins and embeds them, and with them what new plugins begin with: kits and templates.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use wheelhouse_build::{Build, BuildError, Component, embed};

fn main() -> ExitCode {
    match bundle()
        .map_err(|error| error.to_string())
        .and_then(|()| embed_sources().map_err(|error| error.to_string()))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Cargo shows this when the script fails; returning the error would show its debug form.
            #[expect(clippy::print_stderr)]
            {
                eprintln!("\n{error}\n");
            }
            ExitCode::FAILURE
        }
    }
}

fn bundle() -> Result<(), BuildError> {
    let mut plugins = Build::new().package("assist").package("wins").package("hibari").run()?;
    // Building it takes a C compiler.
    plugins.push(Component::finished("../../plugins/pico/pico.wasm")?);
    embed(&plugins, "wheelhouse_runtime::Bundled")
}

/// What of each kit goes into a project: what it is made of, and not what it is tested with.
const KIT: &[&str] = &[
    "wit",
    "rust/Cargo.toml",
    "rust/README.md",
    "rust/src",
    "python/README.md",
    "python/pyproject.toml",
    "python/wheelhouse_sdk",
    "js/README.md",
    "js/bin",
    "js/package.json",
    "js/src",
    "js/types",
    "js/wit",
];

/// Writes the texts of kits and templates as constants: `kit.rs` and `templates.rs`.
fn embed_sources() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = own.join("../..").canonicalize()?;
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());

    let sdk = root.join("sdk");
    let mut kit = Vec::new();
    for part in KIT {
        collect(&sdk, &sdk.join(part), &mut kit)?;
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        kit.push((licence.to_owned(), root.join(licence)));
    }
    let mut source = constant("KIT", "The contract and the kits, by their place in `sdk`.", &kit);
    let _ = writeln!(
        source,
        "/// The manifest that the Rust kit takes a part of its own from.\nconst WORKSPACE: &str = include_str!({:?});",
        root.join("Cargo.toml")
    );
    fs::write(out.join("kit.rs"), source)?;

    let mut templates = Vec::new();
    collect(&own.join("templates"), &own.join("templates"), &mut templates)?;
    let source = constant("TEMPLATES", "Projects, by their place in `templates`.", &templates);
    fs::write(out.join("templates.rs"), source)
}

/// The files below a path, each with its place below `root`.
fn collect(root: &Path, path: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    watch(path);
    if path.is_file() {
        let place = path.strip_prefix(root).map_err(io::Error::other)?;
        let place: Vec<_> = place.iter().map(|part| part.to_string_lossy()).collect();
        files.push((place.join("/"), path.to_owned()));
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.iter().filter(|entry| entry.file_name() != "__pycache__") {
        collect(root, &entry.path(), files)?;
    }
    Ok(())
}

fn constant(name: &str, what: &str, files: &[(String, PathBuf)]) -> String {
    let mut source = format!("/// {what}\nconst {name}: &[(&str, &str)] = &[\n");
    for (place, path) in files {
        // Writing to a String cannot fail.
        let _ = writeln!(source, "    ({place:?}, include_str!({path:?})),");
    }
    source.push_str("];\n");
    source
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
