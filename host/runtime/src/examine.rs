//! One component under the glass: compiled and asked what it is, apart from what serves.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;
use wheelhouse_core::{Failure, Result, plugin::Capability};

use crate::{PluginHost, declaration, declaration::Checked, scan, workshop::Workshop};

/// What came of it.
#[derive(Debug, Clone)]
pub struct Examination {
    /// How long it took to compile.
    pub compile: Duration,
    /// How much code came of it.
    pub compiled_bytes: u64,
    /// How long an instance takes from nothing to its first answer, the code being there: it was asked what it is.
    pub cold_start: Duration,
    /// Whether it says the same of itself each time.
    pub is_steady: bool,
    /// What it says of itself, or what is wrong with that.
    pub declared: Result<Declared, String>,
}

/// What a plugin says of itself, as far as it is not in the catalog.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Kebab-case.
    pub id: String,
    /// What it asks for.
    pub asks: Vec<Capability>,
    /// JSON Schema of its settings.
    pub settings: Option<Value>,
    /// Whether its instances are kept.
    pub warm: bool,
}

impl PluginHost {
    /// Compiles a component and asks it twice what it is, with nothing granted. The host need not serve it, and goes on as it was; its
    /// compiled code is kept.
    ///
    /// # Errors
    /// `Invalid` with the reason when it is no component that this host loads, when it does not compile, or when it gives no answer.
    pub async fn examine(&self, file: &Path) -> Result<Examination> {
        let (workshop, file) = (self.workshop.clone(), file.to_owned());
        let examined = tokio::task::spawn_blocking(move || examine(&workshop, &file));
        examined.await.map_err(Failure::internal)?.map_err(Failure::invalid)
    }
}

fn examine(workshop: &Workshop, file: &Path) -> Result<Examination, String> {
    let limit = workshop.sandbox.config.pool.component_bytes;
    let content = scan::file(file.to_owned(), &workshop.cache, limit).content?;
    if !content.inspection.is_described {
        return Err("it is a web service (`wasi:http`) that says nothing of itself, so there is nothing to hold it against; the operator mounts \
                    it by `mount` in [plugins.<name>]"
            .to_owned());
    }
    let began = Instant::now();
    let component = workshop.compile(&content)?;
    let compile = began.elapsed();
    let label = file.file_stem().unwrap_or_default().to_string_lossy();
    let first = workshop.describe(&component, &content, &label)?;
    let began = Instant::now();
    let second = workshop.describe(&component, &content, &label)?;
    let cold_start = began.elapsed();
    let declared = declaration::check(&first);
    if declared.is_ok()
        && let Err(error) = workshop.cache.store_record(&content.hash, &content.inspection.exports, &first)
    {
        tracing::warn!(%error, "a description cannot be kept");
    }
    Ok(Examination {
        compile,
        compiled_bytes: workshop.cache.code_bytes(&content.hash).unwrap_or_default(),
        cold_start,
        is_steady: first == second,
        declared: declared.map(Declared::from),
    })
}

impl From<Checked> for Declared {
    fn from(checked: Checked) -> Self {
        let asks = checked.asks(&[]).into_owned();
        Self {
            id: checked.id,
            asks,
            settings: checked.settings.map(|settings| settings.schema().clone()),
            warm: checked.warm,
        }
    }
}
