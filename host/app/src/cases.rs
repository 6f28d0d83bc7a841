//! What a plugin must answer, as its authors wrote it down: cases in TOML or JSON, run against the component in a host in this process.
//! Requests to other servers are answered from the case, or recorded into it.

mod case;
mod clock;
mod desk;
mod expected;
mod file;
mod recording;
mod run;

use std::path::Path;

use serde::Serialize;

pub use file::{CaseError, find};

use crate::{host::StartError, workbench::Workbench};
use file::CaseFile;

/// How one case went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The case, as it is called.
    pub name: String,
    /// What is not as expected, a sentence each.
    pub problems: Vec<String>,
}

/// Why cases were not run.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// They are none.
    #[error(transparent)]
    Cases(#[from] CaseError),
    /// There is no host to run them in, or the plugin does not serve.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Runs the cases of these files against a component, each file with a store of documents of its own. `tell` hears of each as soon as
/// it has run. With `record` requests go out, as far as the case grants them, and what was answered is written into the files.
///
/// # Errors
/// When a file is none of cases, and then nothing has run; when the plugin does not serve.
pub async fn run(
    component: &Path,
    files: &[std::path::PathBuf],
    record: bool,
    tell: &mut dyn FnMut(&Path, &CaseResult),
) -> Result<(), TestError> {
    let files = files.iter().map(|path| CaseFile::read(path)).collect::<Result<Vec<_>, _>>()?;
    let failed = |error: &dyn std::fmt::Display| StartError::Failed(error.to_string());
    let bench = Workbench::new(component).map_err(|error| failed(&error))?;
    let declared = bench.examine().await?.declared.map_err(|error| failed(&error))?;
    for (number, file) in files.iter().enumerate() {
        let recordings = {
            let mut tell = |result: &CaseResult| tell(&file.path, result);
            run::file(&bench, &declared, &format!("cases-{number}"), file, record, &mut tell).await?
        };
        if record {
            recording::write(file, &recordings)?;
        }
    }
    Ok(())
}
