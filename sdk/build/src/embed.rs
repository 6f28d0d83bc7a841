//! Components as bytes in the program.

use std::{fmt::Write as _, fs, path::Path};

use sha2::{Digest, Sha256};

use crate::{BuildError, Component, io, variable};

/// Writes `bundled.rs` into the build script's output directory, with
/// `pub static BUNDLED: &[Type] = &[Type { id, sha256, bytes }, …];`. `of` is the path of that type: a struct with the public fields
/// `id: &'static str`, `sha256: [u8; 32]` and `bytes: &'static [u8]`. Bring it in by
/// `include!(concat!(env!("OUT_DIR"), "/bundled.rs"));`.
///
/// # Errors
/// When a component cannot be read or the file not be written.
pub fn embed(components: &[Component], of: &str) -> Result<(), BuildError> {
    write(components, of, &variable("OUT_DIR")?)
}

fn write(components: &[Component], of: &str, out_dir: &Path) -> Result<(), BuildError> {
    let mut source = format!("/// The plugins inside the program.\npub static BUNDLED: &[{of}] = &[\n");
    for Component { name, path } in components {
        let bytes = fs::read(path).map_err(io(path.display()))?;
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        // A copy of its own, so that bytes and hash stay together whatever is built next.
        let file = format!("{name}.wasm");
        let copy = out_dir.join(&file);
        if fs::read(&copy).ok().as_ref() != Some(&bytes) {
            fs::write(&copy, &bytes).map_err(io(copy.display()))?;
        }
        let _ = writeln!(
            source,
            "    {of} {{ id: {name:?}, sha256: {sha256:?}, bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), {:?})) }},",
            format!("/{file}"),
        );
    }
    source.push_str("];\n");
    let path = out_dir.join("bundled.rs");
    fs::write(&path, source).map_err(io(path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn components_are_written_with_their_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("built.wasm");
        fs::write(&path, b"abc").unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        write(&[Component { name: "wins".into(), path }], "host::Bundled", &out).unwrap();
        assert_eq!(fs::read(out.join("wins.wasm")).unwrap(), b"abc");
        let source = fs::read_to_string(out.join("bundled.rs")).unwrap();
        assert!(source.contains("pub static BUNDLED: &[host::Bundled]"), "{source}");
        // SHA-256 of "abc", from FIPS 180-2.
        assert!(source.contains("sha256: [186, 120, 22, 191, 143, 1, 207, 234,"), "{source}");
        assert!(source.contains(r#"include_bytes!(concat!(env!("OUT_DIR"), "/wins.wasm"))"#), "{source}");
    }
}
