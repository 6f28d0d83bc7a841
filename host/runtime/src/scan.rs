//! Finds plugins: inside the binary and in the drop-in folder.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use wheelhouse_core::{Failure, Result, plugin::PluginSource};

use crate::{
    Bundled,
    cache::{CompiledCache, ContentHash, Record, sha256},
    inspect::{self, Inspection},
};

/// A component that was found.
pub(crate) struct Found {
    pub(crate) source: PluginSource,
    /// What it is, or why it is refused.
    pub(crate) content: Result<Content, String>,
}

/// A component that may be loaded.
pub(crate) struct Content {
    pub(crate) hash: ContentHash,
    pub(crate) size: u64,
    pub(crate) origin: Origin,
    /// What is known of it, if its compiled code is here.
    pub(crate) record: Option<Record>,
    pub(crate) inspection: Inspection,
}

/// Where a component's bytes are.
#[derive(Clone)]
pub(crate) enum Origin {
    Bundled(&'static [u8]),
    File(PathBuf),
}

impl Origin {
    /// The bytes, if they are still those with this hash.
    pub(crate) fn read(
        &self,
        hash: &ContentHash,
        limit: u64,
    ) -> Result<std::borrow::Cow<'static, [u8]>, String> {
        match self {
            Self::Bundled(bytes) => Ok((*bytes).into()),
            Self::File(path) => {
                let bytes = read_file(path, limit)?;
                match sha256(&*bytes) {
                    Ok(now) if now == *hash => Ok(bytes.into()),
                    Ok(_) | Err(_) => {
                        Err("its file changed while it was being loaded; restart to load it".to_owned())
                    }
                }
            }
        }
    }
}

/// A plugin inside the binary. Its bytes are left alone when its compiled code is here: they are pages of the binary that
/// nobody has to read.
pub(crate) fn bundled(plugin: &Bundled, cache: &CompiledCache) -> Found {
    let record = cache.find(&plugin.sha256);
    let inspection = match &record {
        Some(record) => Ok(Inspection { exports: record.exports.clone() }),
        None => inspect::inspect(plugin.bytes),
    };
    Found {
        source: PluginSource::Bundled { name: plugin.id.to_owned() },
        content: inspection.map(|inspection| Content {
            hash: plugin.sha256,
            size: plugin.bytes.len() as u64,
            origin: Origin::Bundled(plugin.bytes),
            record,
            inspection,
        }),
    }
}

/// The components of the drop-in folder, by name.
///
/// # Errors
/// As [`components`].
pub(crate) fn folder(dir: &Path, cache: &CompiledCache, limit: u64) -> Result<Vec<Found>> {
    Ok(components(dir)?.into_iter().map(|path| file(path, cache, limit)).collect())
}

/// The files in the drop-in folder that may be components, by name. No folder is an empty folder.
///
/// # Errors
/// `Unavailable` when the folder cannot be read.
pub(crate) fn components(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Failure::unavailable(format!("The plugin folder {} cannot be read.", dir.display()))
                .with_detail(error));
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| match entry {
            Ok(entry) => Some(entry.path()),
            Err(error) => {
                tracing::warn!(%error, "an entry of the plugin folder cannot be read");
                None
            }
        })
        .filter(|path| path.extension().is_some_and(|e| e == "wasm") && path.is_file())
        .collect();
    paths.sort();
    Ok(paths)
}

fn file(path: PathBuf, cache: &CompiledCache, limit: u64) -> Found {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let content = read_file(&path, limit).and_then(|bytes| {
        let hash = sha256(&*bytes).map_err(|error| format!("it cannot be read: {error}"))?;
        let record = cache.find(&hash);
        let inspection = inspect::inspect(&bytes)?;
        let size = bytes.len() as u64;
        Ok(Content { hash, size, origin: Origin::File(path), record, inspection })
    });
    Found { source: PluginSource::File { name }, content }
}

pub(crate) fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        io::Result::Ok(bytes)
    };
    let bytes = read().map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() as u64 > limit {
        return Err(format!("it is larger than {limit} bytes, which runtime.pool.component_bytes allows"));
    }
    Ok(bytes)
}
