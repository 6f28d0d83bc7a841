//! Reads components: inside the binary and from files.

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
};

use wheelhouse_core::plugin::PluginSource;

use crate::{
    Bundled,
    cache::{CompiledCache, ContentHash, Record, sha256},
    inspect::{self, Inspection},
};

/// A component that was found.
pub(crate) struct Found {
    pub(crate) source: PluginSource,
    /// Of its bytes, if they could be read.
    pub(crate) hash: Option<ContentHash>,
    /// What it is, or why it is refused.
    pub(crate) content: Result<Content, String>,
}

/// A component that may be loaded.
#[derive(Clone)]
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
                        Err("its file changed while it was being loaded; it is loaded again once it is whole"
                            .to_owned())
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
        Some(record) => Ok(Inspection { exports: record.exports.clone(), is_described: true }),
        None => inspect::inspect(plugin.bytes),
    };
    Found {
        source: PluginSource::Bundled { name: plugin.id.to_owned() },
        hash: Some(plugin.sha256),
        content: inspection.map(|inspection| Content {
            hash: plugin.sha256,
            size: plugin.bytes.len() as u64,
            origin: Origin::Bundled(plugin.bytes),
            record,
            inspection,
        }),
    }
}

/// The files in the drop-in folder that may be components, by name. No folder is an empty folder.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn components(dir: &Path) -> io::Result<BTreeMap<String, Metadata>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "wasm") {
            continue;
        }
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            tracing::warn!(path = %path.display(), "a file whose name is not UTF-8 is left alone");
            continue;
        };
        // Through links: it is the file behind them that counts. What is gone again is seen next time.
        if let Ok(metadata) = fs::metadata(&path)
            && metadata.is_file()
        {
            files.insert(name.to_owned(), metadata);
        }
    }
    Ok(files)
}

/// A component in a file.
pub(crate) fn file(path: PathBuf, cache: &CompiledCache, limit: u64) -> Found {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut hash = None;
    let content = read_file(&path, limit).and_then(|bytes| {
        let now = sha256(&*bytes).map_err(|error| format!("it cannot be read: {error}"))?;
        hash = Some(now);
        let record = cache.find(&now);
        let inspection = inspect::inspect(&bytes)?;
        let size = bytes.len() as u64;
        Ok(Content { hash: now, size, origin: Origin::File(path), record, inspection })
    });
    Found { source: PluginSource::File { name }, hash, content }
}

/// The hash of a file, read piece by piece.
pub(crate) fn hash(path: &Path) -> io::Result<ContentHash> {
    sha256(File::open(path)?)
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
