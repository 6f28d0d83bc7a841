//! Compiled components on disk, each beside what its plugin said of itself.
//!
//! An entry is two files: `<key>.cwasm`, the compiled code, and `<key>.json`, the [`Record`]. The key holds the component's hash
//! and the engine's version and settings. Both are written under another name, synced and renamed, the record last, so an
//! entry with a record is whole.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};
use wheelhouse_core::{Failure, Result, plugin::Export};

use crate::declaration::Declaration;

/// Changed when the form of the record changes.
const FORMAT: u32 = 1;
/// Entries that nobody has used for so long are removed.
const UNUSED: Duration = Duration::from_secs(14 * 24 * 3600);

/// The SHA-256 of a component.
pub(crate) type ContentHash = [u8; 32];

/// What is known of a component whose compiled code is here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Of the code, so that a damaged file is not run.
    code_sha256: String,
    code_bytes: u64,
    pub(crate) exports: Vec<Export>,
    pub(crate) declaration: Declaration,
}

/// The folder.
#[derive(Debug)]
pub(crate) struct CompiledCache {
    dir: PathBuf,
    engine: u64,
}

impl CompiledCache {
    /// Opens the folder, and makes it, for its owner alone, where there is none.
    ///
    /// # Errors
    /// `Unavailable` when it can neither be found nor made.
    pub(crate) fn open(dir: &Path, engine: &Engine) -> Result<Self> {
        let failed = |error: io::Error| {
            Failure::unavailable(format!(
                "The folder for compiled plugins, {}, cannot be used.",
                dir.display()
            ))
            .with_detail(error)
        };
        fs::create_dir_all(dir).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        }
        let mut hasher = DefaultHasher::new();
        FORMAT.hash(&mut hasher);
        // What a host can link, and what it asks of a description, may differ from version to version.
        env!("CARGO_PKG_VERSION").hash(&mut hasher);
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self { dir: dir.to_owned(), engine: hasher.finish() })
    }

    /// The record of a component that was compiled before, and whose code is there in full length.
    pub(crate) fn find(&self, hash: &ContentHash) -> Option<Record> {
        let record: Record = serde_json::from_slice(&fs::read(self.path(hash, "json")).ok()?).ok()?;
        let length = fs::metadata(self.path(hash, "cwasm")).ok()?.len();
        (length == record.code_bytes).then_some(record)
    }

    /// Loads the code of a record, unless the file is damaged. Marks the entry as used.
    pub(crate) fn load(&self, engine: &Engine, hash: &ContentHash, record: &Record) -> Option<Component> {
        let path = self.path(hash, "cwasm");
        if file_sha256(&path).ok()? != record.code_sha256 {
            tracing::warn!(path = %path.display(), "a compiled plugin is damaged and will be compiled again");
            return None;
        }
        let touched = File::options().append(true).open(self.path(hash, "json"));
        if let Err(error) = touched.and_then(|file| file.set_modified(SystemTime::now())) {
            tracing::debug!(%error, "an entry of the compiled cache cannot be marked as used");
        }
        self.adopt(engine, &path)
            .inspect_err(|error| tracing::warn!(%error, "a compiled plugin cannot be loaded and will be compiled again"))
            .ok()
    }

    /// Keeps freshly compiled code and loads it from there, so that its pages belong to the file and not to this process.
    ///
    /// # Errors
    /// When the disk does not take it or the engine does not.
    pub(crate) fn store_code(
        &self,
        engine: &Engine,
        hash: &ContentHash,
        code: &[u8],
    ) -> io::Result<Component> {
        let path = self.path(hash, "cwasm");
        self.write(&path, code)?;
        self.adopt(engine, &path).map_err(io::Error::other)
    }

    /// Keeps what is known of a component, which completes its entry.
    ///
    /// # Errors
    /// When the disk does not take it, or the code is not there.
    pub(crate) fn store_record(
        &self,
        hash: &ContentHash,
        exports: &[Export],
        declaration: &Declaration,
    ) -> io::Result<()> {
        let code = self.path(hash, "cwasm");
        let record = Record {
            code_sha256: file_sha256(&code)?,
            code_bytes: fs::metadata(&code)?.len(),
            exports: exports.to_vec(),
            declaration: declaration.clone(),
        };
        self.write(&self.path(hash, "json"), &serde_json::to_vec_pretty(&record)?)
    }

    /// How long the compiled code of a component is, if it is here.
    pub(crate) fn code_bytes(&self, hash: &ContentHash) -> Option<u64> {
        Some(fs::metadata(self.path(hash, "cwasm")).ok()?.len())
    }

    /// Removes the entry of a component, so that it is compiled and asked anew.
    pub(crate) fn forget(&self, hash: &ContentHash) {
        // The record alone makes an entry; code without one is never loaded, and is replaced by the next compilation.
        match fs::remove_file(self.path(hash, "json")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "an entry of the compiled cache cannot be removed");
            }
            _ => {}
        }
    }

    /// Removes entries that nobody has used for two weeks, of this and of other engines, and what a crash left behind.
    pub(crate) fn prune(&self, now: SystemTime) {
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            // The record is touched at each use, and its code goes by the record's age.
            let marker = if path.extension().is_some_and(|e| e == "cwasm") {
                path.with_extension("json")
            } else {
                path.clone()
            };
            let age = fs::metadata(&marker)
                .or_else(|_| fs::metadata(&path))
                .and_then(|meta| meta.modified())
                .map(|used| now.duration_since(used).unwrap_or_default());
            let ours = ["cwasm", "json", "tmp"].iter().any(|own| path.extension().is_some_and(|e| e == *own));
            if ours && age.is_ok_and(|age| age > UNUSED) {
                match fs::remove_file(&path) {
                    Ok(()) => tracing::debug!(path = %path.display(), "removed an unused compiled plugin"),
                    Err(error) => tracing::debug!(%error, "an unused compiled plugin cannot be removed"),
                }
            }
        }
    }

    fn path(&self, hash: &ContentHash, extension: &str) -> PathBuf {
        self.dir.join(format!("{}-{:016x}.{extension}", hex(hash), self.engine))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        static WRITES: AtomicU64 = AtomicU64::new(0);
        let write = WRITES.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_extension(format!("{}-{write}.tmp", std::process::id()));
        let written = (|| {
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, path)
        })();
        if written.is_err() {
            // Nothing more can be done about a file that cannot be removed either; `prune` tries again.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    #[expect(unsafe_code, reason = "wasmtime cannot check that compiled code is what a compiler made")]
    fn adopt(&self, engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
        // SAFETY: The code has to come from `Engine::precompile_component` and to stay as it is while it is mapped. Files
        // of this name are written only by `store_code`, from what the engine has just compiled, into a folder that only this
        // user can write to, and replaced only by renaming, which leaves the mapped file alone. What a disk does to a file in between
        // shows in its hash, which `load` compares. Wasmtime itself compares its version and settings. Nothing precompiled is
        // ever taken from anywhere else. Somebody who can write here as this user could replace the host's binary as well.
        unsafe { Component::deserialize_file(engine, path) }
    }
}

/// The id that a component gave itself when it was loaded before, whatever engine compiled it then.
pub(crate) fn described_id(dir: &Path, hash: &ContentHash) -> Option<String> {
    let prefix = format!("{}-", hex(hash));
    let records = fs::read_dir(dir).ok()?.flatten().filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(&prefix) && name.ends_with(".json")
    });
    records
        .filter_map(|entry| serde_json::from_slice::<Record>(&fs::read(entry.path()).ok()?).ok())
        .map(|record| record.declaration.id)
        .next()
}

/// The SHA-256 of a file in hexadecimal, read piece by piece so that a large one takes no memory.
fn file_sha256(path: &Path) -> io::Result<String> {
    Ok(hex(&sha256(File::open(path)?)?))
}

/// The SHA-256 of everything that can be read.
pub(crate) fn sha256(mut from: impl Read) -> io::Result<ContentHash> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(read) => hasher.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    const HASH: ContentHash = [7; 32];

    fn declaration() -> Declaration {
        Declaration {
            id: "empty".to_owned(),
            version: "1.0.0".to_owned(),
            name: "Empty".to_owned(),
            summary: "Nothing.".to_owned(),
            capabilities: Vec::new(),
            warm: false,
            settings_schema: None,
            tools: Vec::new(),
            routes: Vec::new(),
            is_mounted: false,
        }
    }

    fn filled() -> (tempfile::TempDir, Engine, CompiledCache) {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let cache = CompiledCache::open(dir.path(), &engine).unwrap();
        let code = engine.precompile_component(COMPONENT).unwrap();
        cache.store_code(&engine, &HASH, &code).unwrap();
        cache.store_record(&HASH, &[Export::Tools], &declaration()).unwrap();
        (dir, engine, cache)
    }

    #[test]
    fn what_was_stored_is_found_and_loaded() {
        let (_dir, engine, cache) = filled();
        let record = cache.find(&HASH).unwrap();
        assert_eq!((record.exports.as_slice(), &record.declaration), (&[Export::Tools][..], &declaration()));
        assert!(cache.load(&engine, &HASH, &record).is_some());
        assert!(cache.find(&[8; 32]).is_none());
    }

    #[test]
    fn truncated_code_is_not_found() {
        let (_dir, _engine, cache) = filled();
        let path = cache.path(&HASH, "cwasm");
        let code = fs::read(&path).unwrap();
        fs::write(&path, &code[..code.len() - 1]).unwrap();
        assert!(cache.find(&HASH).is_none());
    }

    #[test]
    fn code_with_a_flipped_bit_is_not_loaded() {
        let (_dir, engine, cache) = filled();
        let path = cache.path(&HASH, "cwasm");
        let mut code = fs::read(&path).unwrap();
        let middle = code.len() / 2;
        code[middle] ^= 1;
        fs::write(&path, code).unwrap();
        let record = cache.find(&HASH).unwrap();
        assert!(cache.load(&engine, &HASH, &record).is_none());
    }

    #[test]
    fn a_damaged_record_is_no_record() {
        let (_dir, _engine, cache) = filled();
        fs::write(cache.path(&HASH, "json"), "{").unwrap();
        assert!(cache.find(&HASH).is_none());
    }

    #[test]
    fn code_without_a_record_is_not_found() {
        let (_dir, _engine, cache) = filled();
        fs::remove_file(cache.path(&HASH, "json")).unwrap();
        assert!(cache.find(&HASH).is_none());
    }

    #[test]
    fn other_settings_make_another_entry() {
        let (dir, _engine, _cache) = filled();
        let other = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
        assert!(CompiledCache::open(dir.path(), &other).unwrap().find(&HASH).is_none());
    }

    #[test]
    fn unused_entries_go_and_used_ones_stay() {
        let (dir, _engine, cache) = filled();
        fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        cache.prune(SystemTime::now());
        assert!(cache.find(&HASH).is_some());
        cache.prune(SystemTime::now() + UNUSED + Duration::from_secs(60));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "only the file that is not ours is left");
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, _engine, _cache) = filled();
        assert_eq!(fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
