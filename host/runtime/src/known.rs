//! What can be told of plugins without compiling any.

use std::path::Path;

use wheelhouse_core::{Failure, Result, plugin::Export};

use crate::{Bundled, cache, inspect, scan};

/// A component that is there and may be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPlugin {
    /// Its id. `None` for a component that was never loaded before: it says what it is once it is compiled.
    pub id: Option<String>,
    /// The id, or else the file's name.
    pub label: String,
    /// The interfaces that it exports.
    pub exports: Vec<Export>,
}

/// The plugins inside the binary and in the drop-in folder, without those that no start would take. Changes nothing: neither folder
/// has to exist.
///
/// # Errors
/// `Unavailable` when the drop-in folder cannot be read.
pub fn known_plugins(
    bundled: &[Bundled],
    plugins_dir: &Path,
    cache_dir: &Path,
    component_bytes: u64,
) -> Result<Vec<KnownPlugin>> {
    let inside = bundled.iter().filter_map(|plugin| {
        let exports = inspect::inspect(plugin.bytes).ok()?.exports;
        Some(KnownPlugin { id: Some(plugin.id.to_owned()), label: plugin.id.to_owned(), exports })
    });
    let files = scan::components(plugins_dir).map_err(|error| {
        Failure::unavailable(format!("The plugin folder {} cannot be read.", plugins_dir.display()))
            .with_detail(error)
    })?;
    let dropped_in = files.into_keys().filter_map(|name| {
        let bytes = scan::read_file(&plugins_dir.join(&name), component_bytes).ok()?;
        let exports = inspect::inspect(&bytes).ok()?.exports;
        let id = cache::described_id(cache_dir, &cache::sha256(&*bytes).ok()?);
        Some(KnownPlugin { label: id.clone().unwrap_or(name), id, exports })
    });
    Ok(inside.chain(dropped_in).collect())
}
