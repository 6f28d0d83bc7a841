//! Puts components into a binary.

use std::{env, fmt::Write as _, fs, path::PathBuf};

use sha2::{Digest, Sha256};

use crate::{BuildError, Component};

/// Writes `bundled.rs` into `OUT_DIR`: `pub static BUNDLED: &[T]`, for a struct `T { id, sha256, bytes }`.
///
/// The hash is taken here, so that a host that finds its code compiled already never touches the bytes.
///
/// # Errors
/// When a component cannot be read or the file not be written.
pub fn embed(components: &[Component], type_name: &str) -> Result<(), BuildError> {
    let mut source = format!("/// The plugins inside the binary.\npub static BUNDLED: &[{type_name}] = &[\n");
    for Component { name, path } in components {
        let bytes = fs::read(path).map_err(BuildError::file(path))?;
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            source,
            "    {type_name} {{ id: {name:?}, sha256: {hash:?}, bytes: include_bytes!({:?}) }},",
            path.display().to_string(),
        );
    }
    source.push_str("];\n");
    let out = env::var("OUT_DIR").map_err(|_| BuildError::NotABuildScript("OUT_DIR"))?;
    let file = PathBuf::from(out).join("bundled.rs");
    fs::write(&file, source).map_err(BuildError::file(&file))
}
